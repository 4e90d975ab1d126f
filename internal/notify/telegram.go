package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/telegram"
)

// bot sends to Telegram chats as the library's URL describes.
type bot struct {
	config *telegram.Config
	hide   hider
}

// mostTelegram is 4096 UTF-16 units (core.telegram.org/bots/api#sendmessage). A text never has more units than bytes.
const mostTelegram = 4096

// botMessage is the argument of sendMessage.
type botMessage struct {
	Chat   string          `json:"chat_id"`
	Thread int             `json:"message_thread_id,omitempty"`
	Text   string          `json:"text"`
	Silent bool            `json:"disable_notification,omitempty"`
	Links  map[string]bool `json:"link_preview_options"`
}

// carry implements carrier. It sends to every chat, also after one has failed, and returns all errors: the next
// try then sends to all of them again.
func (b bot) carry(ctx context.Context, l letter) error {
	var bad []error
	for _, chat := range b.config.Chats {
		m := botMessage{
			Chat:   chat,
			Text:   l.whole(mostTelegram),
			Silent: !b.config.Notification,
			Links:  map[string]bool{"is_disabled": true},
		}
		if name, thread, ok := strings.Cut(chat, ":"); ok {
			m.Chat = name
			m.Thread, _ = strconv.Atoi(thread) // 0: none
		}
		bad = append(bad, b.hide.error(b.post(ctx, m)))
	}
	return errors.Join(bad...)
}

// post makes one call of sendMessage (core.telegram.org/bots/api#sendmessage). It calls the transport, whose
// errors, unlike those of http.Client, do not have the address with the token in them. An answer that is not
// JSON, or does not have ok set, is an error, regardless of its status.
func (b bot) post(ctx context.Context, m botMessage) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost,
		"https://api.telegram.org/bot"+b.config.Token+"/sendMessage", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var answer struct {
		OK          bool   `json:"ok"`
		Description string `json:"description"`
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &answer); err != nil || !answer.OK {
		return fmt.Errorf("api.telegram.org answered %s: %s", res.Status, answer.Description)
	}
	return nil
}
