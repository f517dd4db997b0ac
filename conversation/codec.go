package conversation

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// KindOf returns the stored name of a body.
func KindOf(b Body) Kind { return b.kind() }

// decoders has one entry per kind: how its stored form becomes a body again.
var decoders = map[Kind]func(facts, payload []byte) (Body, error){
	KindOpened:       decode[Opened],
	KindPageChanged:  decode[PageChanged],
	KindMessage:      decode[Message],
	KindNote:         decode[Note],
	KindEdited:       decode[Edited],
	KindRetracted:    decode[Retracted],
	KindDecided:      decode[Decided],
	KindAsked:        decode[Asked],
	KindDeclined:     decode[Declined],
	KindEscalated:    decode[Escalated],
	KindRouted:       decode[Routed],
	KindAnnounced:    decode[Announced],
	KindClaimed:      decode[Claimed],
	KindReleased:     decode[Released],
	KindTransferred:  decode[Transferred],
	KindHandedBack:   decode[HandedBack],
	KindCancelled:    decode[Cancelled],
	KindClosed:       decode[Closed],
	KindReopened:     decode[Reopened],
	KindContactGiven: decode[ContactGiven],
	KindRated:        decode[Rated],
	KindFeedback:     decode[Feedback],
	KindStopAsked:    decode[StopAsked],
	KindTurnFailed:   decode[TurnFailed],
	KindOffered:      decode[Offered],
	KindStepped:      decode[Stepped],
	KindReminded:     decode[Reminded],
	KindSummarised:   decode[Summarised],
	KindUndone:       decode[Undone],
	KindBlocked:      decode[Blocked],
	KindUnblocked:    decode[Unblocked],
	KindVerified:     decode[Verified],
	KindMailed:       decode[Mailed],
	KindLabelled:     decode[Labelled],
	KindMisjudged:    decode[Misjudged],
	KindMissed:       decode[Missed],
	KindUnmarked:     decode[Unmarked],
	KindTranslating:  decode[Translating],
	KindTranslated:   decode[Translated],
	KindProposed:     decode[Proposed],
	KindLearned:      decode[Learned],
	KindIdentified:   decode[Identified],
	KindTracked:      decode[Tracked],
	KindCleared:      decode[Cleared],

	KindTranscriptAsked: decode[TranscriptAsked],
}

// EncodeBody splits a body into its facts (what the fold reads) and its payload
// (what people wrote), each a JSON object, "{}" when empty. Blanking the
// payload leaves the State as it was.
func EncodeBody(b Body) (facts, payload []byte, err error) {
	v := reflect.ValueOf(b)
	f, p := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, opts, _ := strings.Cut(field.Tag.Get("json"), ",")
		if strings.HasPrefix(opts, "omit") && v.Field(i).IsZero() {
			continue
		}
		raw, err := json.Marshal(v.Field(i).Interface())
		if err != nil {
			return nil, nil, fmt.Errorf("encode %s.%s: %w", b.kind(), name, err)
		}
		if field.Tag.Get("log") == "fact" {
			f[name] = raw
		} else {
			p[name] = raw
		}
	}
	if facts, err = json.Marshal(f); err != nil {
		return nil, nil, fmt.Errorf("encode facts of %s: %w", b.kind(), err)
	}
	if payload, err = json.Marshal(p); err != nil {
		return nil, nil, fmt.Errorf("encode payload of %s: %w", b.kind(), err)
	}
	return facts, payload, nil
}

// DecodeBody is the reverse of [EncodeBody]. An empty payload gives a body
// without its texts; unknown fields are passed over, so that a log written by a
// newer version still folds.
func DecodeBody(k Kind, facts, payload []byte) (Body, error) {
	d, ok := decoders[k]
	if !ok {
		return nil, fmt.Errorf("unknown event kind %q", k)
	}
	return d(facts, payload)
}

func decode[T Body](facts, payload []byte) (Body, error) {
	var b T
	for _, raw := range [][]byte{payload, facts} {
		if len(raw) == 0 {
			continue
		}
		if err := json.Unmarshal(raw, &b); err != nil {
			return nil, fmt.Errorf("decode %s: %w", b.kind(), err)
		}
	}
	return b, nil
}
