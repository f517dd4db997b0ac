package handofftest

import (
	"testing"
)

func TestMain(m *testing.M) {
	ServeIfAsked()
	m.Run()
}

// TestStories runs the scripts of testdata/stories against a whole installation
// in this process.
func TestStories(t *testing.T) {
	Stories(t, "testdata/stories", Options{Runs: InProcess})
}
