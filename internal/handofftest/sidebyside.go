package handofftest

import (
	"flag"
	"strconv"
)

// SideBySide lets n parallel tests of a package run at once, unless -parallel says
// otherwise: for tests that wait more than they work. TestMain calls it.
func SideBySide(n int) {
	flag.Parse()
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "test.parallel" })
	if set {
		return
	}
	if err := flag.Set("test.parallel", strconv.Itoa(n)); err != nil {
		panic(err) // every test binary has the flag
	}
}
