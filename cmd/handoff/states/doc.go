// Package states shows each state of the visitor's widget on a page of its own,
// for the demo and for the pictures in docs.
//
// The one idea: nothing on these pages is put on. A state is a [Scene]: a short
// script of what the visitor, the model, the agents and the network do. Asking
// for a scene makes a whole installation for it: the product itself with its
// database, a scripted model, a Slack, and between them and the browser a wire
// that can be cut, held and made to fail. The browser loads the real widget from
// it and plays the visitor's steps; the server plays the others in between, so
// that what stands on screen in the end is what the product's own events made of
// it. Two things the browser has no real source for are played in the page: that
// the device is offline, and that time has passed.
//
// [Gallery] serves the list and starts the installations; the newest few stay
// alive, older ones are ended. Nothing is kept: the databases lie in a folder of
// the caller's.
package states
