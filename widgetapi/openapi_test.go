package widgetapi

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// checkedTransport validates every answer of the suite against the document the
// server publishes.
type checkedTransport struct {
	t      testing.TB
	next   http.RoundTripper
	router routers.Router
}

func checked(t testing.TB, next http.RoundTripper, s *Server) http.RoundTripper {
	t.Helper()
	// This router knows no variable with something behind it in its segment.
	doc, err := openapi3.NewLoader().LoadFromData(bytes.ReplaceAll(s.schema, []byte("@{version}.js"), []byte("@{version}")))
	if err != nil {
		t.Fatalf("load the OpenAPI document: %v", err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatalf("route the OpenAPI document: %v", err)
	}
	return &checkedTransport{t, next, router}
}

func (c *checkedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err != nil || strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	c.check(r, resp, body)
	return resp, nil
}

func (c *checkedTransport) check(r *http.Request, resp *http.Response, body []byte) {
	bare := r.Clone(context.Background())
	bare.URL.Scheme, bare.URL.Host = "", ""
	route, params, err := c.router.FindRoute(bare)
	if err != nil {
		if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed && r.Method != http.MethodOptions && r.Method != http.MethodHead {
			c.t.Errorf("%s %s is not in the document: %v", r.Method, r.URL.Path, err)
		}
		return
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: bare, PathParams: params, Route: route},
		Status:                 resp.StatusCode, Header: resp.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	input.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(context.Background(), input); err != nil {
		c.t.Errorf("%s %s answered %d %s against the document: %v", r.Method, r.URL.Path, resp.StatusCode, body, err)
	}
}

func TestOpenAPIDocumentIsValidAndComplete(t *testing.T) {
	g := newHouse(t).guest()
	got := g.want(http.StatusOK, "GET", "/v1/openapi.json", nil, nil)
	doc, err := openapi3.NewLoader().LoadFromData(got.body)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatalf("validate: %v", err)
	}
	for _, rt := range routes() {
		path := doc.Paths.Find(rt.pattern)
		if path == nil || path.GetOperation(rt.method) == nil {
			t.Errorf("%s %s is not in the document", rt.method, rt.pattern)
			continue
		}
		if op := path.GetOperation(rt.method); (op.Security != nil) != rt.who.session {
			t.Errorf("%s %s: the document and the table disagree on who may come in", rt.method, rt.pattern)
		}
	}
}

// The validator itself has to be able to fail, or every check above is empty.
func TestOpenAPICheckCanFail(t *testing.T) {
	h := newHouse(t)
	failed := &recordingTB{TB: t}
	c := checked(failed, http.DefaultTransport, h.server).(*checkedTransport)
	r, _ := http.NewRequest("GET", h.url+"/v1/conversations", nil)
	for _, body := range []string{`{"conversations":[{"id":1}]}`, `{"conversations":[],"extra":1}`, `[]`} {
		failed.n = 0
		c.check(r, &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}}, []byte(body))
		if failed.n == 0 {
			t.Errorf("%s passed the check", body)
		}
	}
	if !json.Valid(h.server.schema) {
		t.Error("the document is not JSON")
	}
}

type recordingTB struct {
	testing.TB
	n int
}

func (r *recordingTB) Errorf(string, ...any) { r.n++ }
func (r *recordingTB) Helper()               {}
