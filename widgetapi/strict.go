package widgetapi

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deep a body may nest; Go's own limit is 10,000.
const maxDepth = 8

// decodeStrict reads one JSON object into dto and refuses everything that two
// readers could understand differently: keys that are not declared exactly so,
// a key that is there twice, bytes that are not UTF-8, a second value, nesting
// beyond maxDepth. (encoding/json matches keys whatever their case, and the last
// one wins.) An escaped lone surrogate, which browsers send for half an emoji,
// becomes U+FFFD.
func decodeStrict(data []byte, dto any) error {
	if !utf8.Valid(data) {
		return errors.New("the body is not UTF-8")
	}
	if err := checkShape(data); err != nil {
		return err
	}
	err := json.Unmarshal(data, dto, json.RejectUnknownMembers(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return describe(err)
	}
	return nil
}

// checkShape walks the tokens before anything is built from them.
func checkShape(data []byte) error {
	dec := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowInvalidUTF8(true))
	if dec.PeekKind() != '{' {
		return errors.New("the body is not a JSON object")
	}
	for {
		if _, err := dec.ReadToken(); err != nil {
			return describe(err)
		}
		if dec.StackDepth() > maxDepth {
			return fmt.Errorf("the body nests deeper than %d levels", maxDepth)
		}
		if dec.StackDepth() == 0 {
			return nil
		}
	}
}

// describe says where the body is wrong, without repeating its values.
func describe(err error) error {
	var syntactic *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return errors.New("the body has a field twice")
	case errors.As(err, &semantic) && errors.Is(err, json.ErrUnknownName):
		return fmt.Errorf("the field %s is unknown", pointer(semantic.JSONPointer))
	case errors.As(err, &semantic):
		return fmt.Errorf("the field %s has the wrong type", pointer(semantic.JSONPointer))
	case errors.As(err, &syntactic):
		return fmt.Errorf("the body is not valid JSON at byte %d", syntactic.ByteOffset)
	}
	return errors.New("the body is not valid JSON")
}

// pointer shortens a JSON pointer for a sentence.
func pointer(p jsontext.Pointer) string {
	s := []rune(string(p))
	if len(s) > 64 {
		s = append(s[:64], '…')
	}
	return fmt.Sprintf("%q", string(s))
}
