package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is the release. Set it with -ldflags "-X main.version=1.2.3", to the version
// in widget/package.json: with any other, such as this one between releases, the
// widget has no address that sites can pin.
var version = "0.1.0-dev"

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version, the commit, and what it was built with",
		Args:  args(cobra.NoArgs, "no words"),
		Run: func(cmd *cobra.Command, _ []string) {
			fmt.Fprintf(cmd.OutOrStdout(), "handoff %s\ncommit  %s\ngo      %s\nsqlite  %s\n", version, commit(), runtime.Version(), sqliteVersion())
		},
	}
}

// commit is what the binary was built from, as far as the toolchain knows.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	rev, dirty := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			rev = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = " (changed)"
		}
	}
	return rev + dirty
}
