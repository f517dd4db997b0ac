// Package report turns the log into the numbers of a span of days: how many
// conversations there were and how they ended, who was asked for and why, how
// long visitors waited for a person, what they and the team thought of it.
//
// The one idea: every number is computed from the log's events and from nothing
// else, and is counted where a person would look for it: a conversation in the
// span in which it began, everything else in the span in which it happened. So the
// numbers of a week that is over never change, whoever asks and however often,
// unless somebody puts a mark on an old conversation, which counts now.
//
// A [Tally] takes the events of one conversation after the other, facts only, and
// keeps no conversation for longer than it lasts: its memory grows with the number
// of escalations and agents, not with that of lines. [Compare] reads a [Log] once
// for a span and the one before it. [Sheet.Text] and [Sheet.HTML] write the
// numbers down for people; [Sheet.Brief] says them in a few sentences. The
// pictures are drawn in report/chart.
//
// Nothing here looks at a clock, reads a file or asks a database. docs/report.md
// defines each number in the words of the people who read them; it and the
// comments in numbers.go say the same.
package report
