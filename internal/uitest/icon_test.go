package uitest

import (
	"fmt"
	"testing"
)

// dotted is a site with an icon for what is unread, under a policy that knows where its own are.
func dotted(head, attrs string) site {
	return site{head: head, attrs: attrs, script: pageIcons + ";" + lines, csp: "default-src 'none'; script-src $CHAT 'nonce-page'; " +
		"connect-src $CHAT; frame-src $CHAT; img-src 'self' $CHAT blob:; style-src 'nonce-page'; require-trusted-types-for 'script'; trusted-types 'none'"}
}

// dot is the address of that icon, from the root of the site.
const dot = `data-unread-icon="dot.png" `

// pageIcons: links are the page's, icons what is written of them; swap brings another head.
const pageIcons = `window.links=()=>[...document.querySelectorAll('link')];window.icons=()=>links().map(l=>l.outerHTML).join('');
window.dots=()=>links().filter(l=>l.href===location.origin+'/dot.png').length;window.copy=()=>links().map(l=>l.cloneNode());
window.swap=(links)=>{const head=document.createElement('head');head.append(...links);document.head.replaceWith(head)}`

// The page's icon says that something is unread, in each tab, and goes back as it was.
func TestThePagesIconSaysThatSomethingIsUnread(t *testing.T) {
	const two = `<link rel="shortcut icon" href="own.ico"><link rel="icon" type="image/svg+xml" href="own.svg" sizes="any">`
	for name, c := range map[string]struct {
		head, attrs string
		dots        int
	}{
		"in place of two": {head: two + `<link rel="apple-touch-icon" href="touch.png">`, dots: 2},
		"where none is":   {dots: 1},
		"in a frame":      {head: two, attrs: `data-isolation="iframe"`, dots: 2},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, setup{site: dotted(c.head, dot+c.attrs)})
			v := r.visit(desktop)
			v.until("Handoff?.version")
			own := value[string](v, "icons()")
			v.js("void (window.plain = copy(), Handoff.escalate())")
			r.maya.claims()
			v.until("Handoff.state().conversation.phase === 'agent' && !Handoff.isOpen()")
			second := r.visit(desktop)
			second.until("Handoff?.state?.().conversation.phase === 'agent'")
			r.maya.says("one")
			for _, tab := range []*tab{v, second} {
				tab.until(fmt.Sprintf("dots() === %d", c.dots))
			}
			v.js("void (window.dotted = copy(), history.pushState({}, '', '/deeper/down'), swap(plain))")
			v.until(fmt.Sprintf("dots() === %d", c.dots))
			v.js("void Handoff.open()")
			for _, tab := range []*tab{v, second} {
				tab.until(fmt.Sprintf("icons() === %q", own))
			}
			v.js("void swap(dotted)") // as a router puts back the head that it has kept
			v.until(fmt.Sprintf("icons() === %q", own))
			v.clean()
			second.clean()
		})
	}
}

// A widget that leaves the page leaves its icon; what the page set meanwhile stays.
func TestShutdownGivesThePageItsIconBack(t *testing.T) {
	r := start(t, setup{site: dotted(`<link rel="icon" href="own.ico"><link rel="icon" href="other.ico">`, dot)})
	v := r.visit(desktop)
	r.held(v)
	r.maya.says("one")
	v.until("dots() === 2")
	v.js("void (links()[1].href = 'sale.ico', Handoff.shutdown())")
	v.until(`icons() === '<link rel="icon" href="own.ico"><link rel="icon" href="sale.ico">'`)
	v.clean()
}

// It can change while it is shown; an address that is none of the web is named and left out.
func TestTheIconCanChange(t *testing.T) {
	r := start(t, setup{site: dotted(`<link rel="icon" href="own.ico">`, "")})
	v := r.visit(desktop)
	r.held(v)
	r.maya.says("one")
	v.until("Handoff.state().unread === 1")
	v.js("void Handoff.update({unreadIcon: 'javascript:alert(1)'})")
	v.until("lines.length === 1 && lines[0].includes('unreadIcon') && icons() === '<link rel=\"icon\" href=\"own.ico\">'")
	v.js("void Handoff.update({unreadIcon: '/early.png'})")
	v.until("links()[0].href.endsWith('/early.png')")
	v.js("void Handoff.update({unreadIcon: '/dot.png'})")
	v.until("dots() === 1")
	v.press("launcher")
	v.until("icons() === '<link rel=\"icon\" href=\"own.ico\">'")
	v.clean()
}
