package review

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"path"
	"strings"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
)

var (
	//go:embed pages
	pages embed.FS
	//go:embed assets
	assets embed.FS
)

// frame is what all pages have in common.
type frame struct {
	Lang, Title, Room   string // Room is the page's place in the navigation; "" has none
	Style, Script, Icon string // addresses
}

// frame returns the frame of a page. title is in the user's language.
func (s *Server) frame(room, title string) frame {
	return frame{s.in.Tag(), title, room, assetPath("style.css"), assetPath("script.js"), assetPath("icon.svg")}
}

// page sends a page of a template. The page is made as a whole before its first byte is sent, so that an error still
// has a status of its own.
func (s *Server) page(w http.ResponseWriter, code int, file string, view any) {
	text, err := s.render(file, view)
	if err != nil { // a bug
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(text) // a failure means that the client has gone
}

// templates returns the templates of all pages, whose texts are in that language.
func templates(in language.Printer) (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{"say": in.Sprintf}).ParseFS(pages, "pages/*.html")
}

// render returns the text of a template. html/template escapes every value by its context, so names need to be made
// plain for the eye only.
func (s *Server) render(file string, view any) ([]byte, error) {
	var out bytes.Buffer
	err := s.pages.ExecuteTemplate(&out, file, view)
	return out.Bytes(), err
}

// failed sends a page with the reason why a request could not be met.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, err error) {
	v := struct {
		frame
		Error, Hint string
	}{s.frame("", s.in.Sprintf("It did not work")), s.plain(err.Error()), app.Hint(err)}
	if usage, ok := errors.AsType[*app.UsageError](err); ok {
		v.Hint = usage.Hint
	}
	s.page(w, http.StatusConflict, "failed.html", v)
}

// plain returns a text that is safe on a page, with ~ for the home.
func (s *Server) plain(text string) string {
	if s.o.Home != "" && s.o.Home != "/" {
		text = strings.ReplaceAll(text, s.o.Home+"/", "~/")
	}
	return report.Plain(text)
}

// place returns the user's name of a file or a folder: its path on this machine, or STORAGE:/PATH in an account. It is
// made safe for a page.
func (s *Server) place(l *listing, storage, p string) string {
	if st, _ := l.policy.Storage(storage); st.Remote() {
		return report.Plain(storage + ":" + p)
	}
	if rest, ok := strings.CutPrefix(p, s.o.Home+"/"); ok && s.o.Home != "" && s.o.Home != "/" {
		p = "~/" + rest
	}
	return report.Plain(p)
}

// assetPath returns the address of an asset, which changes with its content: a browser never has an old one.
func assetPath(name string) string {
	content, _ := assets.ReadFile("assets/" + name) // a test reads all of them
	sum := sha256.Sum256(content)
	return "/assets/" + hex.EncodeToString(sum[:6]) + "-" + name
}

// asset serves the style and the script, which have nothing of the user's in them.
func asset(w http.ResponseWriter, r *http.Request) {
	for name, kind := range map[string]string{
		"style.css": "text/css; charset=utf-8", "script.js": "text/javascript; charset=utf-8",
		"icon.svg": "image/svg+xml",
	} {
		if path.Base(assetPath(name)) != r.PathValue("name") {
			continue
		}
		content, err := assets.ReadFile("assets/" + name)
		if err != nil {
			break
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		_, _ = w.Write(content)
		return
	}
	http.NotFound(w, r)
}
