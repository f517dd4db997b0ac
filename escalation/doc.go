// Package escalation is the policy: it decides when a person is needed and
// says why.
//
// The one idea: a verdict is policy × signals. [Compile] turns the `handoff:`
// section into a [Policy]; [Policy.Judge] lets every detector look at a
// [Situation] and writes down what they saw as signals (a name, a strength, a
// place in the text), and then a table of levels and the admin's rules turn the
// signals, and nothing else, into a [Verdict]. What was seen is logged with the
// verdict, so [Replay] computes the same verdict again, or what another policy
// would have made of it.
//
// The package is pure: no I/O, no clock, no randomness. Everything a verdict
// depends on is in the Situation, the time included. A Policy never changes
// after Compile and may be shared between goroutines; a turn keeps the one it
// began with.
package escalation
