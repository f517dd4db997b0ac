// Package draw is what people see in Slack: cards, posts, modals and private words,
// drawn from plain data. It reads no log, keeps nothing and calls nobody; the bridge
// gathers what is to be seen and sends what comes out. Time is an argument, and the
// same input gives the same drawing, so each is tested by a table or a golden file.
//
// Two things are worth knowing before changing something. Text of ours is made of
// spans ([Words], [Strong], [Person], …), which become elements that Slack does not
// parse, and for notifications escaped text. What visitors write takes the
// same way or a function of escape.go, one per sink, and no other: nothing here formats
// a visitor's words into a field that Slack parses.
//
// And whatever can be pressed or filled in has a name (Act…, Modal…, Input…, Offer…,
// Menu…, Line…) which stands beside its drawing; Slack sends it back, and the bridge's
// tables say what it does. The values are ids and nothing else: what a press may do is
// looked up when it comes.
//
// Where things are, by file:
//
//	how a line of ours is made  span rich message escape
//	modals                      form form_*
//	the card                    card card_* brief
//	posts of a thread           script post parts aside line_menu
//	private words               offer undo status
//	a whole conversation        transcript watch
//	decisions, and their marks  why marks proposal week_marks
//	App Home and search         home home_view search
//	posts beside a thread       about
//	for the operator            notice
package draw
