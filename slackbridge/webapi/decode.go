package webapi

import (
	"encoding/json"
	"errors"
)

// Decode decodes JSON and passes over fields of the wrong type.
func Decode(raw []byte, into any) error {
	err := json.Unmarshal(raw, into)
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return nil
	}
	return err
}
