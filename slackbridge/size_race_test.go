//go:build race

package slackbridge_test

// stormShare is which part of the storm runs: one in so many lines. The race
// detector makes each ten times as slow.
const stormShare = 4
