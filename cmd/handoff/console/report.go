package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/report"
)

// Numbers implements Console.
func (d Direct) Numbers(ctx context.Context, s report.Span, at time.Time) (report.Sheet, error) {
	return report.Compare(ctx, d.Desk, s, at)
}

// Numbers implements Console. The server counts as of its own time.
func (r Remote) Numbers(ctx context.Context, s report.Span, _ time.Time) (report.Sheet, error) {
	var sheet report.Sheet
	zone := s.From.Location()
	body, err := r.ask(ctx, http.MethodGet, "report", url.Values{
		"from": {s.From.Format(time.DateOnly)}, "to": {s.To.Format(time.DateOnly)}, "zone": {zone.String()},
	})
	switch {
	case err != nil && strings.Contains(err.Error(), "404"):
		return sheet, fmt.Errorf("the server at %s is of a version without reports: start it with this one", r.Addr)
	case err != nil:
		return sheet, err
	}
	if err := json.Unmarshal(body, &sheet); err != nil {
		return sheet, fmt.Errorf("read the server's numbers: %w", err)
	}
	for _, n := range []*report.Numbers{&sheet.Now, &sheet.Before} {
		n.From, n.To, n.AsOf = n.From.In(zone), n.To.In(zone), n.AsOf.In(zone)
	}
	return sheet, nil
}

// handleReport answers Remote.Numbers.
func (d Direct) handleReport(w http.ResponseWriter, r *http.Request) {
	zone, err := time.LoadLocation(r.FormValue("zone"))
	if err != nil {
		http.Error(w, "zone is not a time zone", http.StatusBadRequest)
		return
	}
	from, ferr := time.ParseInLocation(time.DateOnly, r.FormValue("from"), zone)
	to, terr := time.ParseInLocation(time.DateOnly, r.FormValue("to"), zone)
	s := report.Span{From: from, To: to}
	if ferr != nil || terr != nil || s.Days() < 1 || s.Days() > report.MaxDays {
		http.Error(w, "from and to are days, such as 2026-11-16", http.StatusBadRequest)
		return
	}
	sheet, err := d.Numbers(r.Context(), s, time.Now())
	answer(w, err, func() string { return encode(sheet) })
}
