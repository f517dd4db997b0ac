//go:build !race

package slackbridge_test

// stormShare is which part of the storm runs: one in so many lines.
const stormShare = 1
