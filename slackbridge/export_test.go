package slackbridge

import (
	"maps"
	"slices"
)

// ActionIDs lists the buttons that do something, for the tests that press them
// all.
func (b *Bridge) ActionIDs() []string {
	return slices.Sorted(maps.Keys(b.acts()))
}

// DeskActionIDs lists the buttons that are about a person.
func (b *Bridge) DeskActionIDs() []string { return slices.Sorted(maps.Keys(b.deskActs())) }

// ModalIDs lists the modals that can be submitted.
func (b *Bridge) ModalIDs() []string {
	return append(slices.Sorted(maps.Keys(b.submits())), modalLeave)
}
