package webapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/slack-go/slack"
)

// emptyAnswer is the code we give to an answer that says "not ok" and not why.
const emptyAnswer = "empty_answer"

// Truthful makes an answer of ok:false without an error a failure: slack-go takes
// it for success, and what is read from it is empty.
type Truthful struct{ Client *http.Client }

// Do is what slack-go calls.
func (t Truthful) Do(req *http.Request) (*http.Response, error) {
	res, err := t.Client.Do(req) //nolint:gosec // slack-go made the request; its address is the configuration's
	if err != nil || res.StatusCode != http.StatusOK {
		return res, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	_ = res.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	var head struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &head) == nil && head.OK != nil && !*head.OK && head.Error == "" {
		return nil, slack.SlackErrorResponse{Err: emptyAnswer}
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}
