package eval

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/escalation"
)

// Utterance is one labelled line of a visitor. Label is 1 when the detector has
// to see something, 0 when not, and absent when nobody can say: then it is not
// counted. Topic, for the restricted topics, is the name of the one it touches,
// or "none". Previous is what the visitor said before, when that matters. Draft
// is what the bot is about to answer; with one, Text may be left out. Phrase are the
// words that tell, for people.
type Utterance struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Previous string `json:"previous,omitempty"`
	Draft    string `json:"draft,omitempty"`
	Label    *int   `json:"label,omitempty"`
	Topic    string `json:"topic,omitempty"`
	Detector string `json:"detector,omitempty"` // whose label it is: one of [Detectors]
	Source   string `json:"source,omitempty"`
	Kind     string `json:"kind,omitempty"`
	Lang     string `json:"lang,omitempty"`
	Phrase   string `json:"phrase,omitempty"`
	Where    string `json:"-"` // file:line
}

// Name is the id, or where the line stands when it has none.
func (u Utterance) Name() string { return cmp.Or(u.ID, u.Where) }

// NoTopic is the Topic of a line that touches none.
const NoTopic = "none"

// Detectors lists the detectors that lines can be labelled for.
func Detectors() []string {
	return []string{escalation.SignalAsks, escalation.SignalTopic, escalation.SignalRepeated, escalation.SignalFrustrated, escalation.SignalPromise}
}

// maxLine bounds one line of a file, in bytes.
const maxLine = 1 << 20

// Read reads a file of JSON lines: utterances, and requirements (lines with
// "require"). name is the file's path: it stands in errors, and tells whose
// labels they are when the lines do not; detector, when it is not empty, settles
// that for all of them.
func Read(name, detector string, r io.Reader) (utterances []Utterance, required []Requirement, err error) {
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, maxLine)
	for n := 1; scan.Scan(); n++ {
		text := strings.TrimSpace(scan.Text())
		if text == "" {
			continue
		}
		if req, is, err := requirement([]byte(text)); is {
			if err != nil {
				return nil, nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
			required = append(required, req)
			continue
		}
		u, err := utterance([]byte(text), name, detector)
		if err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		u.Where = fmt.Sprintf("%s:%d", name, n)
		utterances = append(utterances, u)
	}
	if err := scan.Err(); err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", name, err)
	}
	return utterances, required, nil
}

func utterance(line []byte, name, detector string) (Utterance, error) {
	var u Utterance
	if err := json.Unmarshal(line, &u); err != nil {
		return u, fmt.Errorf("not a JSON object of an utterance: %w", err)
	}
	if u.Text == "" && u.Draft == "" {
		return u, fmt.Errorf("it has no text: give each line a \"text\"")
	}
	u.Detector = cmp.Or(detector, u.Detector, guess(u, name))
	switch {
	case u.Detector == "":
		return u, fmt.Errorf("it does not say whose label it is: add \"detector\", one of %s, or use --detector", strings.Join(Detectors(), ", "))
	case !slices.Contains(Detectors(), u.Detector):
		return u, fmt.Errorf("there is no detector %q: use one of %s", u.Detector, strings.Join(Detectors(), ", "))
	case u.Detector == escalation.SignalTopic && u.Topic == "":
		return u, fmt.Errorf("it names no topic: add \"topic\", %q for a line that touches none", NoTopic)
	case u.Label != nil && *u.Label != 0 && *u.Label != 1:
		return u, fmt.Errorf("its label is %d: use 1, 0, or null for a line that is not counted", *u.Label)
	}
	return u, nil
}

// guess tells whose label it is by the fields it has, or by the file's path.
func guess(u Utterance, name string) string {
	switch {
	case u.Topic != "":
		return escalation.SignalTopic
	case u.Draft != "":
		return escalation.SignalPromise
	case u.Previous != "":
		return escalation.SignalRepeated
	}
	for _, known := range [][2]string{
		{"human_request", escalation.SignalAsks}, {"asks_person", escalation.SignalAsks}, {"frustration", escalation.SignalFrustrated},
	} {
		if strings.Contains(name, known[0]) {
			return known[1]
		}
	}
	return ""
}

// scored says whether the line has a label to be held against.
func (u Utterance) scored() bool { return u.Detector == escalation.SignalTopic || u.Label != nil }

// wanted says whether the detector has to see something.
func (u Utterance) wanted() bool {
	if u.Detector == escalation.SignalTopic {
		return u.Topic != NoTopic
	}
	return u.Label != nil && *u.Label == 1
}
