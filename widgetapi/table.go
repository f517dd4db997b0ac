package widgetapi

import "net/http"

// routes is the whole door. A row without a decision in every column does not
// pass the tests: who may come in, whose conversation it is, what the body may
// hold, what it counts against, and whether this version serves it.
func routes() []route {
	return []route{
		{http.MethodGet, "/widget.js", "loader", "The loader script; data-key on its tag names the site", visitor{}, budgetNone, nil, script(), plain((*Server).loader)},
		{http.MethodGet, "/w/{hash}/{file}", "asset", "A file of the widget, unchanging under its hash", visitor{}, budgetNone, nil, script(), plain((*Server).asset)},
		{http.MethodGet, "/widget@{version}.js", "pinned", "The loader script of one version, unchanging, for a tag with integrity", visitor{}, budgetNone, nil, script(), plain((*Server).pinned)},
		{http.MethodGet, "/healthz", "health", "ok, or degraded", visitor{}, budgetNone, nil, text(), plain((*Server).healthz)},
		{http.MethodGet, "/resume", "resumePage", "The page a mailed link leads to; its button continues the chat", visitor{}, budgetNone, resumeQueries, page(), plain((*Server).resumePage)},
		{http.MethodGet, "/widget/frame", "framePage", "The chat as a frame in the site of a key, and in no other", visitor{}, budgetNone, frameQueries, page(), plain((*Server).framePage)},
		{http.MethodGet, "/unsubscribe", "unsubscribePage", "The page of the link that stops mails; its button does", visitor{}, budgetNone, unsubscribeQueries, page(), plain((*Server).unsubscribePage)},
		{http.MethodPost, "/unsubscribe", "unsubscribe", "Stop mails to the address the link was mailed to, by one click (RFC 8058)", visitor{}, budgetRequest, unsubscribeQueries, page(), plain((*Server).unsubscribe)},

		{http.MethodGet, "/v1/openapi.json", "openapi", "This document", visitor{}, budgetNone, nil, answers(200, map[string]any{}), plain((*Server).openapi)},
		{http.MethodGet, "/v1/widget/config", "widgetConfig", "Look and texts of a site's widget", visitor{}, budgetRequest, configQueries, answers(200, ConfigReply{}), plain((*Server).widgetConfig)},

		{http.MethodPost, "/v1/sessions", "openSession", "A new anonymous session", visitor{}, budgetMint, nil, answers(201, SessionReply{}), takes((*Server).openSession)},
		{http.MethodPost, "/v1/sessions/identify", "identify", "Verify who the visitor is and rotate the token", visitor{session: true, anonymous: true}, budgetIdentify, nil, answers(200, IdentifyReply{}), takes((*Server).identify)},
		{http.MethodPost, "/v1/sessions/resume", "resume", "Continue from a mail or another device", visitor{}, budgetMint, nil, answers(201, ResumeReply{}), takes((*Server).resume)},
		{http.MethodDelete, "/v1/sessions/current", "endSession", "End the session; its token is dead at once", visitor{session: true}, budgetRequest, nil, empty(), plain((*Server).endSession)},
		{http.MethodDelete, "/v1/visitor", "clearVisitor", "End and clear: the visitor's conversations are closed and gone for her, and all her sessions end", visitor{session: true}, budgetRequest, nil, empty(), plain((*Server).clearVisitor)},

		{http.MethodPost, "/v1/conversations", "openConversation", "A new conversation", visitor{session: true, writes: true}, budgetOpen, nil, answers(201, ConversationReply{}), takes((*Server).openConversation)},
		{http.MethodGet, "/v1/conversations", "listConversations", "The visitor's conversations, newest first", visitor{session: true}, budgetRequest, nil, answers(200, ConversationsReply{}), plain((*Server).listConversations)},
		{http.MethodPatch, "/v1/conversations/{id}", "changePage", "Where the visitor is now, and what the site says of her", owner, budgetRequest, nil, empty(), takes((*Server).changePage)},
		{http.MethodPost, "/v1/conversations/{id}/messages", "say", "Say something; the same client_id again gets the first answer with 200", writer, budgetMessage, nil, answers(201, MessageReply{}), takes((*Server).say)},
		{http.MethodGet, "/v1/conversations/{id}/events", "events", "What happened, as a stream that goes on, or with wait=0 as JSON", owner, budgetRequest, eventQueries, streams200(), plain((*Server).events)},
		{http.MethodPost, "/v1/conversations/{id}/escalate", "escalate", "Ask for a person; never refused by a limit, never through the model", writer, budgetEscalate, nil, answers(200, PhaseReply{}), takes((*Server).escalate)},
		{http.MethodPost, "/v1/conversations/{id}/escalate/cancel", "cancelEscalation", "Back to the assistant, or no to its offer", owner, budgetRequest, nil, answers(200, PhaseReply{}), takes((*Server).cancelEscalation)},
		{http.MethodPost, "/v1/conversations/{id}/stop", "stop", "Stop the answer that is being written", owner, budgetRequest, nil, empty(), takes((*Server).stop)},
		{http.MethodPost, "/v1/conversations/{id}/close", "close", "End the conversation", owner, budgetRequest, nil, answers(200, PhaseReply{}), takes((*Server).close)},
		{http.MethodPost, "/v1/conversations/{id}/typing", "typing", "The visitor is typing", owner, budgetRequest, nil, empty(), takes((*Server).typing)},
		{http.MethodPost, "/v1/conversations/{id}/read", "read", "How far the visitor has read", owner, budgetRequest, nil, empty(), takes((*Server).read)},
		{http.MethodPost, "/v1/conversations/{id}/rating", "rate", "Rate the conversation, once", owner, budgetRequest, nil, empty(), takes((*Server).rate)},
		{http.MethodPost, "/v1/conversations/{id}/feedback", "feedback", "A thumb on one answer of the bot", owner, budgetRequest, nil, empty(), takes((*Server).feedback)},
		{http.MethodGet, "/v1/conversations/{id}/transcript", "transcript", "The conversation as a text file", owner, budgetRequest, nil, text(), plain((*Server).transcript)},
		{http.MethodPost, "/v1/conversations/{id}/transcript", "mailTranscript", "Mail all that was said so far to the address that the visitor has proved", writer, budgetRequest, nil, answers(202, MailedReply{}), takes((*Server).mailTranscript)},
		{http.MethodPost, "/v1/conversations/{id}/contact", "contact", "How the visitor can be reached", writer, budgetContact, nil, answers(200, PhaseReply{}), takes((*Server).contact)},
		{http.MethodPost, "/v1/conversations/{id}/contact/verify", "verifyContact", "Prove an address with the code sent to it", owner, budgetContact, nil, answers(200, PhaseReply{}), takes((*Server).verifyContact)},

		{http.MethodPost, "/v1/conversations/{id}/link", "link", "A link that continues the conversation on another device, once and for ten minutes", owner, budgetLink, nil, answers(201, LinkReply{}), takes((*Server).link)},

		{http.MethodPost, "/v1/files", "upload", "Keep a file that a message will name", visitor{session: true, writes: true}, budgetUpload, nil, answers(201, FileReply{}), form((*Server).upload)},
		{http.MethodGet, "/v1/files/{id}", "file", "A file of the visitor's conversations", visitor{session: true}, budgetRequest, nil, download(), plain((*Server).file)},
		{http.MethodPost, "/v1/events", "track", "Something the visitor did on the site; unverified", visitor{session: true}, budgetTrack, nil, empty(), takes((*Server).track)},
	}
}

// resumeQueries are the parameters of the link that continues a chat: its code
// stands behind the #.
var resumeQueries = []query{{"locale", "the language of the page", "string"}}

// unsubscribeQueries are the parameters of the link that stops mails.
var unsubscribeQueries = []query{{"t", "the code in the link", "string"}, {"locale", "the language of the page", "string"}}

// frameQueries are the parameters of the page that stands in a frame.
var frameQueries = []query{
	{"key", "the site's public key", "string"},
	{"origin", "the origin of the page that frames it; it has to be one of the key's", "string"},
	{"locale", "the language of the page", "string"},
}

// configQueries are the parameters of the widget's config.
var configQueries = []query{
	{"key", "the site's public key", "string"},
	{"locale", "the language of the texts, a tag such as en or pt-BR; without it widget.locale and the browser's languages decide", "string"},
}

// eventQueries are the parameters of the events route.
var eventQueries = []query{
	{"after", "events with a greater number; Last-Event-ID wins", "integer"},
	{"before", "page back: the last events with a smaller number, as JSON", "integer"},
	{"limit", "at most this many events of a JSON answer, up to 500", "integer"},
	{"wait", "0 gives what is there as JSON instead of a stream", "integer"},
}

// route is one row of the table.
type route struct {
	method, pattern string
	name            string // the operation's id, for ever
	summary         string
	who             visitor
	budget          budget
	queries         []query
	gives           gives
	handler         handler
}

// visitor says who may come in. owned: the {id} of the path has to be a
// conversation of the session's visitor and key; it is looked up before the
// handler, and another's is like none. writes: she gives the team something to
// read, which is refused while it has blocked her. anonymous: also a visitor who is
// not verified may come in where the widget key requires it.
type visitor struct{ session, owned, writes, anonymous bool }

// owner is a visitor before her own conversation, writer one who adds to it.
var (
	owner  = visitor{session: true, owned: true}
	writer = visitor{session: true, owned: true, writes: true}
)

type query struct{ name, doc, kind string }

// gives is what a success looks like.
type gives struct {
	status int
	body   any    // a value of the reply's type; nil without a JSON body
	media  string // of a body that is not JSON
	notYet bool
}

func answers(status int, body any) gives { return gives{status: status, body: body} }
func empty() gives                       { return gives{status: http.StatusNoContent} }
func text() gives                        { return gives{status: http.StatusOK, media: "text/plain"} }
func script() gives                      { return gives{status: http.StatusOK, media: "text/javascript"} }
func download() gives                    { return gives{status: http.StatusOK, media: "*/*"} }
func page() gives                        { return gives{status: http.StatusOK, media: "text/html"} }

func streams200() gives {
	return gives{status: http.StatusOK, body: EventsReply{}, media: "text/event-stream"}
}

// handler is the work of a route. newBody makes an empty DTO for the decoder;
// nil for a route without a body.
type handler struct {
	newBody func() any
	run     func(*Server, *call) (reply, error)
	form    bool // the body is a form with a file, which run reads
}

// takes makes a handler with a body of type B.
func takes[B any](f func(*Server, *call, *B) (reply, error)) handler {
	return handler{
		newBody: func() any { return new(B) },
		run:     func(s *Server, c *call) (reply, error) { return f(s, c, c.body.(*B)) },
	}
}

// form makes a handler that reads a form with a file by itself.
func form(f func(*Server, *call) (reply, error)) handler { return handler{run: f, form: true} }

// plain makes a handler without a body.
func plain(f func(*Server, *call) (reply, error)) handler { return handler{run: f} }
