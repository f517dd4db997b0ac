package widgetapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// A fault is an error the visitor's program can branch on. Its Error is safe to
// show.
type fault struct {
	code  string
	words string        // instead of the table's sentence, when it can be more exact
	told  string        // the same for a visitor: the key of a sentence in told
	pairs []string      // what stands in its places
	retry time.Duration // for Retry-After
}

func (f *fault) Error() string { return f.code + ": " + f.sentence(conversation.Speech{}).Message }

// sentence says the fault. One that a visitor may come to read is in her language,
// one that only the site's developer can mend is in English and names none.
func (f *fault) sentence(in conversation.Speech) ErrorDetail {
	key, words := f.told, told[f.told]
	if answer := faults[f.code]; f.told == "" && f.words == "" && answer.visitor {
		key, words = f.code, answer.sentence
	}
	if key == "" {
		return ErrorDetail{Code: f.code, Message: cmp.Or(f.words, faults[f.code].sentence)}
	}
	return ErrorDetail{Code: f.code, Message: in.Say("error."+key, words, f.pairs...), Locale: in.Language()}
}

// The codes of the API. They are for ever.
const (
	codeInvalid      = "invalid"
	codeUnauthorized = "unauthorized"
	codeOrigin       = "origin_not_allowed"
	codeSecretKey    = "secret_key"
	codeUnknownKey   = "unknown_key"
	codeNotFound     = "not_found"
	codeNoRoute      = "no_such_route"
	codeNoVersion    = "no_such_version"
	codeMethod       = "method_not_allowed"
	codeClosed       = "conversation_closed"
	codeBlocked      = "blocked"
	codeRated        = "already_rated"
	codeUnproved     = "address_unproved"
	codeNothingNew   = "nothing_new"
	codeMailsStopped = "mails_stopped"
	codeNoMail       = "no_mail"
	codeTooEarly     = "too_early"
	codeWrong        = "code_wrong"
	codeExpired      = "code_expired"
	codeSpent        = "code_spent"
	codeTooLarge     = "too_large"
	codeMediaType    = "unsupported_media_type"
	codeTooMany      = "too_many_requests"
	codeNotYet       = "not_in_this_version"
	codeBusy         = "busy"

	codeIdentity         = "identity_refused"
	codeIdentityRequired = "identity_required"
	codeIdentityOff      = "identity_off"
	codeNoAddress        = "no_public_address"
	codeFileType         = "file_type"
	codeFileLarge        = "file_too_large"
	codeFileEmpty        = "file_empty"
	codeFileDamaged      = "file_unreadable"
	codeFileBlocked      = "file_blocked"
	codeFull             = "storage_full"
	codeInternal         = "internal"
)

type answer struct {
	status   int
	sentence string
	visitor  bool // may come to read it, so it is in each language
}

// faults is the one place that knows HTTP statuses of errors.
var faults = map[string]answer{
	codeInvalid:          {http.StatusBadRequest, "The request is not valid.", false},
	codeUnauthorized:     {http.StatusUnauthorized, "The session is missing or has ended. Start a new one with POST /v1/sessions.", false},
	codeOrigin:           {http.StatusForbidden, "This site is not on the widget key's list of origins. Add its origin to widget.keys in the configuration.", false},
	codeSecretKey:        {http.StatusForbidden, "This is a secret key, and it was just sent from a public place. Replace it, and use the public key that starts with pk_.", false},
	codeUnknownKey:       {http.StatusNotFound, "There is no such widget key. Check data-key in the script tag.", false},
	codeNotFound:         {http.StatusNotFound, "There is no such conversation. Start a new one.", true},
	codeNoRoute:          {http.StatusNotFound, "There is no such address. GET /v1/openapi.json lists what there is.", false},
	codeNoVersion:        {http.StatusNotFound, "This server has never run that version as a release. At its start it prints the tag of the one it runs.", false},
	codeMethod:           {http.StatusMethodNotAllowed, "This address does not take that method. The Allow header lists those it takes.", false},
	codeClosed:           {http.StatusConflict, "This conversation ended too long ago to be reopened. Start a new one.", true},
	codeBlocked:          {http.StatusForbidden, "You can't write here for now; what was said so far stays readable.", true},
	codeRated:            {http.StatusConflict, "This conversation has a rating already.", true},
	codeUnproved:         {http.StatusConflict, "There is no confirmed email address in this chat. Confirm yours first.", true},
	codeNothingNew:       {http.StatusConflict, "This chat was mailed already, and nothing was said since.", true},
	codeMailsStopped:     {http.StatusConflict, "Mails to your address were stopped by the link in one of them. That link's page allows them again.", true},
	codeNoMail:           {http.StatusConflict, "This server sends no mails. Write the section mail in the configuration.", false},
	codeTooEarly:         {http.StatusConflict, "A person can be asked for after the assistant has tried to answer. Write what you need first.", true},
	codeWrong:            {http.StatusUnprocessableEntity, "The code is not right. Take the six digits of the newest mail.", true},
	codeExpired:          {http.StatusGone, "The code has expired. Give the address again, and a new one is sent.", true},
	codeSpent:            {http.StatusGone, "The code was used, or tried too often. Give the address again, and a new one is sent.", true},
	codeTooLarge:         {http.StatusRequestEntityTooLarge, "That is too large. Send less at once.", true},
	codeMediaType:        {http.StatusUnsupportedMediaType, "The body must be JSON. Send Content-Type: application/json and no Content-Encoding.", false},
	codeTooMany:          {http.StatusTooManyRequests, "Too many requests. Try again in a moment.", true},
	codeNotYet:           {http.StatusNotImplemented, "This is not in this version.", false},
	codeIdentity:         {http.StatusUnauthorized, "The token is not signed by a key of this site, or it is malformed. Compare the secret and the algorithm with widget.keys, identity_secret.", false},
	codeIdentityRequired: {http.StatusUnauthorized, "This site's chat is for visitors who are signed in. Send the site's token to POST /v1/sessions/identify first.", false},
	codeIdentityOff:      {http.StatusConflict, "This site does not verify who its visitors are. Write identity: optional or required under widget.keys.", false},
	codeNoAddress:        {http.StatusConflict, "There is no link: this server does not know its own address. Write it as server.public_url.", false},
	codeBusy:             {http.StatusServiceUnavailable, "The server is busy. Try again in a moment.", true},
	codeFileType:         {http.StatusUnsupportedMediaType, "This kind of file can't be sent. Allowed: images (PNG, JPEG, WebP, GIF), PDF, text.", true},
	codeFileLarge:        {http.StatusRequestEntityTooLarge, "The file is too large. Send a smaller one.", true},
	codeFileEmpty:        {http.StatusUnprocessableEntity, "The file is empty. Send one with content.", true},
	codeFileDamaged:      {http.StatusUnprocessableEntity, "The file can't be read. Save it again and send that.", true},
	codeFileBlocked:      {http.StatusUnprocessableEntity, "The file was blocked by the virus scanner.", true},
	codeFull:             {http.StatusInsufficientStorage, "Nothing was kept: the server has no room left to store it. Send it again in a while; the team has to make room.", true},
	codeInternal:         {http.StatusInternalServerError, "Something went wrong on our side. Try again, and quote the request_id if it stays.", true},
}

// domain maps what the log answers to codes.
var domain = []struct {
	err  error
	code string
}{
	{conversation.ErrNotFound, codeNotFound},
	{conversation.ErrClosed, codeClosed},
	{conversation.ErrRated, codeRated},
	{conversation.ErrBlocked, codeBlocked},
	{conversation.ErrUnproved, codeUnproved},
	{conversation.ErrNothingNew, codeNothingNew},
	{session.ErrCodeWrong, codeWrong},
	{session.ErrCodeExpired, codeExpired},
	{session.ErrCodeSpent, codeSpent},
	{conversation.ErrStorageFull, codeFull},
}

// invalid refuses what the caller sent, with a sentence that says what to send.
func invalid(format string, args ...any) error {
	return &fault{code: codeInvalid, words: fmt.Sprintf(format, args...)}
}

func tooMany(wait time.Duration) error { return &fault{code: codeTooMany, retry: wait} }

// toFault finds the public form of an error. Whatever the tables do not know is
// internal, and its text is not shown.
func toFault(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	for _, d := range domain {
		if errors.Is(err, d.err) {
			return &fault{code: d.code}
		}
	}
	return &fault{code: codeInternal}
}

// ErrorReply is the body of every answer that is not a success.
type ErrorReply struct {
	Error ErrorDetail `json:"error"`
}

// ErrorDetail names what happened: code is stable, message is a sentence for
// people, request_id is what to quote. Locale is the language of a message that
// the visitor may be shown; a message without one is for the site's developer.
type ErrorDetail struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	Locale    string `json:"locale,omitempty"`
	RequestID string `json:"request_id"`
}

// fail writes an error. It is the rim where internal errors are logged.
func (s *Server) fail(c *call, err error) {
	f, h := toFault(err), c.w.Header()
	reply := ErrorReply{f.sentence(c.speech())}
	reply.Error.RequestID = h.Get("X-Request-Id")
	if (f.code == codeInternal || f.code == codeFull) && !errors.Is(err, context.Canceled) {
		s.deps.Logger.ErrorContext(c.ctx(), "a request failed", "request_id", reply.Error.RequestID, "route", c.r.Pattern, "error", err)
	}
	if f.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.retry.Seconds()))))
	}
	h.Set("Cache-Control", "no-store") // what is not there now may be there soon
	status := faults[f.code].status
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	s.writeJSON(c.w, status, reply)
}

func (s *Server) writeJSON(w http.ResponseWriter, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		s.deps.Logger.Error("encode a reply", "error", err)
		status, raw = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":"Something went wrong on our side.","request_id":""}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(raw, '\n'))
}
