package uitest

import "testing"

func TestUI001_OneLauncherAndOneHost(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.until("q('launcher')?.getClientRects().length")
	if got := v.js("[...document.querySelectorAll('handoff-widget')].map(e => e.parentElement.tagName).join()"); got != "HTML" {
		t.Errorf("hosts: got %v, want one child of html", got)
	}
	v.clean()
}
