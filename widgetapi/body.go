package widgetapi

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// bodyTime is how long a client may take to send its body.
const bodyTime = 15 * time.Second

// readBody reads a JSON body into dto. A DTO without fields may also come
// without any body.
func readBody(w http.ResponseWriter, r *http.Request, limit int64, dto any) error {
	if r.ContentLength == 0 && r.Header.Get("Content-Type") == "" && reflect.TypeOf(dto).Elem().NumField() == 0 {
		return nil
	}
	if !isJSON(r) {
		return &fault{code: codeMediaType}
	}
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Now().Add(bodyTime))
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		_ = rc.SetReadDeadline(time.Time{}) // else the rest would be waited for without end
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &fault{code: codeTooLarge}
	}
	if err != nil {
		return invalid("The body did not arrive in full.")
	}
	if err := decodeStrict(data, dto); err != nil {
		return invalid("%s.", capital(err.Error()))
	}
	return nil
}

func isJSON(r *http.Request) bool {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return false
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return false
	}
	encoding := r.Header.Get("Content-Encoding")
	return encoding == "" || strings.EqualFold(encoding, "identity")
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
