package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Print writes the report as a table.
func (r Report) Print(w io.Writer) error {
	size := ""
	if r.Short {
		size = ", short"
	}
	fmt.Fprintf(w, "handoff %s, %s, %d cores, %s, %s%s\n\n", r.Version, r.System, r.Cores, r.Go, r.Storage, size)
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, row := range r.Rows {
		fmt.Fprintf(t, "%s\t%s\n", row.Name, row.Figure)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	return nil
}
