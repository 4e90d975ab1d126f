package notify

import (
	"context"
	"errors"
	"fmt"
	"html"
	"path/filepath"
	"slices"

	"github.com/godbus/dbus/v5"
)

// desktop shows messages on the screen of the user whose session bus it is, by org.freedesktop.Notifications (Desktop
// Notifications Specification 1.3).
type desktop struct{ getenv func(string) string }

// errNoBus is returned if the user is not logged in, or sweepd runs as another user.
var errNoBus = errors.New("no session bus: desktop messages need a sweepd that runs as the logged-in user")

// bubble is the maximum number of bytes of a text: such a message is looked at, not read.
const bubble = 1000

// carry implements carrier. It connects anew for each message, because the user may log out and in again in
// between.
func (d desktop) carry(ctx context.Context, l letter) error {
	address := d.getenv("DBUS_SESSION_BUS_ADDRESS")
	if dir := d.getenv("XDG_RUNTIME_DIR"); address == "" && filepath.IsAbs(dir) {
		address = "unix:path=" + dbus.EscapeBusAddressValue(filepath.Join(dir, "bus")) // the path that systemd uses
	}
	if address == "" {
		return errNoBus
	}
	conn, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("the session bus: %w", err)
	}
	defer conn.Close()
	return show(ctx, conn.Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications"), l)
}

// show shows the message. It escapes the text if the desktop would interpret it as markup. The urgency is normal,
// and the desktop decides how long the message stays.
func show(ctx context.Context, screen dbus.BusObject, l letter) error {
	const name = "org.freedesktop.Notifications."
	var able []string
	if err := screen.CallWithContext(ctx, name+"GetCapabilities", 0).Store(&able); err != nil {
		return fmt.Errorf("the desktop: %w", err)
	}
	text := cut(l.text, bubble)
	if slices.Contains(able, "body-markup") {
		text = html.EscapeString(text)
	}
	hints := map[string]dbus.Variant{"urgency": dbus.MakeVariant(byte(1)), "desktop-entry": dbus.MakeVariant("sweepd")}
	call := screen.CallWithContext(ctx, name+"Notify", 0, "sweepd", uint32(0), "", l.subject, text, []string{}, hints,
		int32(-1))
	if call.Err != nil {
		return fmt.Errorf("the desktop: %w", call.Err)
	}
	return nil
}
