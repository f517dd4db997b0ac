// Package eval measures a policy on labelled utterances.
//
// The one idea: an utterance is a file's line with what it should come to; the
// policy judges it as the product would, with no model, and the two are counted
// against each other. [Read] reads the lines, [Run] judges them, [Report] counts
// by detector, source, language and kind, and [Report.Missed] compares the counts
// with what was required. Nothing here knows files, flags or the clock, so the
// command and a test print the same figures.
//
// Precision is the share of what was seen that is there, recall the share of
// what is there that was seen, F1 their harmonic mean. False alarms are counted
// per 1,000 lines in which there is nothing to see.
package eval
