package uitest

import "testing"

// What goes wrong in a frame fails a check as what goes wrong in the page does.
func TestAFramesErrorsAreHeard(t *testing.T) {
	framedToo(t, setup{}, []screen{desktop}, func(_ *rig, v *tab) {
		v.open()
		v.clean()
		v.js("void q('panel').ownerDocument.defaultView.dispatchEvent(new ErrorEvent('error', {message: 'here'}))")
		if got := v.js("window.wrong.join()"); got != "error here" {
			v.Errorf("the page saw %q, want the error", got)
		}
	})
}
