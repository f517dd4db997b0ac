package uitest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/handofftest"
)

const identitySecret = "0123456789abcdef0123456789abcdef"

// verifying is the key's YAML of a site that signs who its visitors are.
func verifying(how string) string {
	return fmt.Sprintf("identity: %s, identity_secret: [%s]", how, identitySecret)
}

// signed is what the site's server signs about sub.
func signed(secret, sub string) string {
	now := time.Now()
	claims, _ := json.Marshal(map[string]any{"sub": sub, "aud": handofftest.Key, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()})
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(claims)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(text))
	return text + "." + encode(mac.Sum(nil))
}

// identifies tells the widget who the visitor is and waits for what comes of it.
func (v *tab) identifies(jwt string) (outcome any) {
	v.Helper()
	return v.js("Handoff.identify({jwt:'" + jwt + "'}).then(r=>r.verified?'verified':'?', e=>'refused')")
}

// status is what the API answers to a token.
func (r *rig) status(token any) int {
	r.Helper()
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.house.URL+"/v1/conversations", nil)
	if err != nil {
		r.Fatal(err)
	}
	request.Header.Set("Authorization", fmt.Sprintf("Bearer %v", token))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		r.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func TestUI109_AnotherUserSeesNothingOfTheOneBefore(t *testing.T) {
	r := start(t, setup{key: verifying("optional")})
	v := r.visit(desktop)
	v.open()
	if got := v.identifies(signed(identitySecret, "ann")); got != "verified" {
		t.Fatalf("ann: got %v, want verified", got)
	}
	v.say("a secret of ann")
	v.reads("visitor: a secret of ann", "bot: ")
	before := v.js("storage().token")
	release := r.wire.hold("POST /v1/sessions")
	minted := len(r.wire.asked("POST /v1/sessions"))
	v.js("void Handoff.identify({jwt:'" + signed(identitySecret, "bob") + "'}).then(()=>{window.bob=1})")
	eventually(t, "the first request for bob", func() bool { return len(r.wire.asked("POST /v1/sessions")) > minted })
	if got := v.js("root.querySelector('dialog').textContent.includes('secret') || JSON.stringify({...localStorage}).includes('ann')"); got != false {
		t.Error("something of ann is on the page or in the browser when the first request for bob goes out")
	}
	release()
	v.until("window.bob")
	v.say("I am bob")
	v.reads("visitor: I am bob", "bot: ")
	if got := v.js("log().some(l=>l.text.includes('secret'))"); got != false {
		t.Error("bob reads a line of ann's")
	}
	if got := v.js("storage().token"); got == before {
		t.Error("bob has ann's session")
	}
	v.clean()
}

func TestUI110_LoggingOutLeavesNothingInAnyTab(t *testing.T) {
	r := start(t, setup{whole: true})
	v, other := r.visit(desktop), r.visit(desktop)
	v.open()
	v.say("a secret")
	v.reads("visitor: a secret", "bot: ")
	other.open()
	other.reads("visitor: a secret", "bot: ")
	gone := r.visit(desktop)
	gone.open()
	gone.reads("visitor: a secret")
	gone.goTo("/next")
	token := v.js("storage().token")
	if got := r.status(token); got != http.StatusOK {
		t.Fatalf("the session before: got %d, want 200", got)
	}
	v.js("Handoff.shutdown()")
	if got := r.status(token); got != http.StatusUnauthorized {
		t.Errorf("the session afterwards: got %d, want 401", got)
	}
	other.until("!log().some(l=>l.text.includes('secret')) && !root.querySelector('dialog').textContent.includes('secret')")
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(v.js("JSON.stringify([{...localStorage}, {...sessionStorage}])"))
		}
	})
	v.until("localStorage.length + sessionStorage.length === 0")
	gone.back()
	gone.until("window.Handoff && !document.querySelector('handoff-widget')?.shadowRoot.textContent.includes('secret')")
	v.clean()
	other.clean()
}

// forget ends the session and clears what the server has of the visitor, not only
// what the browser has.
func TestForgettingClearsAllTabsAndTheServersSide(t *testing.T) {
	r := start(t, setup{key: verifying("optional")})
	v, other := r.visit(desktop), r.visit(desktop)
	elsewhere := r.stranger(desktop)
	for _, tab := range []*tab{v, elsewhere} {
		tab.open()
		if got := tab.identifies(signed(identitySecret, "ann")); got != "verified" {
			t.Fatalf("ann: got %v, want verified", got)
		}
	}
	v.say("a secret")
	v.reads("visitor: a secret", "bot: ")
	r.withMaya(v)
	other.open()
	other.reads("visitor: a secret")
	here, there := v.js("storage().token"), elsewhere.js("storage().token")

	v.js("Handoff.shutdown({forget: true})")
	for what, token := range map[string]any{"this session": here, "the session of another device": there} {
		if got := r.status(token); got != http.StatusUnauthorized {
			t.Errorf("%s afterwards: got %d, want 401", what, got)
		}
	}
	if got := len(r.wire.asked("DELETE /v1/visitor")); got != 1 {
		t.Errorf("the server was asked to forget her %d times, want once", got)
	}
	v.until("localStorage.length + sessionStorage.length === 0 && !q('panel')")
	other.until("!root.querySelector('dialog').textContent.includes('secret')")
	r.maya.sees("has cleared this chat. What is written here now reaches nobody.")

	v.js("Handoff.boot({key: '" + handofftest.Key + "'}).then(() => 0)")
	v.open()
	if got := v.identifies(signed(identitySecret, "ann")); got != "verified" {
		t.Fatalf("ann comes back: got %v, want verified", got)
	}
	v.say("nothing of before")
	v.reads("visitor: nothing of before", "bot: ")
	if got := v.js("log().some(l=>l.text.includes('secret'))"); got != false {
		t.Error("what was forgotten is shown again")
	}
	v.clean()
	other.clean()
}

func TestUI111_AForgedTokenShowsNothing(t *testing.T) {
	for _, how := range []string{"optional", "required"} {
		t.Run(how, func(t *testing.T) {
			r := start(t, setup{key: verifying(how)})
			v := r.visit(desktop)
			v.open()
			if got := v.identifies(signed(identitySecret, "ann")); got != "verified" {
				t.Fatalf("ann: got %v, want verified", got)
			}
			v.say("a secret of ann")
			v.reads("visitor: a secret of ann")
			v.js("(window.failed=[],Handoff.on('identity:failed',d=>failed.push(d.code)),0)")
			if got := v.identifies(signed(strings.Repeat("x", 32), "ann")); got != "refused" {
				t.Errorf("a forged token: got %v, want refused", got)
			}
			v.until("failed.join() === 'identity_refused' && !root.querySelector('dialog').textContent.includes('secret')")
			v.say("who am I")
			if how == "optional" {
				v.reads("visitor: who am I", "bot: ")
			} else {
				v.until("q('retry')")
			}
			v.clean()
		})
	}
}

func TestUI030_TabsAgreeAndShareOneStream(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	v.say("hello")
	v.reads("bot: two working days")
	other := r.visit(desktop)
	other.until("window.Handoff && Handoff.state().status === 'online'")
	if other.js("Handoff.isOpen()") == true {
		t.Error("the panel opened in the second tab by itself")
	}
	v.click("close")
	v.js("void Handoff.escalate()")
	r.maya.claims()
	r.maya.says("I am Maya")
	v.until("Handoff.state().unread === 1")
	other.until("Handoff.state().unread === 1")
	if got := r.wire.streams(); got != 1 {
		t.Errorf("streams: got %d, want 1", got)
	}
	other.open()
	other.reads("agent: I am Maya")
	v.until("Handoff.state().unread === 0 && !Handoff.isOpen()")
	v.clean()
	other.clean()
}

func TestUI031_BackClosesThePanelOfAPhone(t *testing.T) {
	framedToo(t, setup{}, []screen{phone}, func(_ *rig, v *tab) {
		v.until("q('launcher')")
		v.press("launcher")
		v.until("Handoff.isOpen()")
		before := v.js("location.href")
		v.js("void history.back()")
		v.until("!Handoff.isOpen()")
		if got := v.js("location.href"); got != before {
			v.Errorf("page: got %v, want to stay on %v", got, before)
		}
		v.press("launcher")
		v.until("Handoff.isOpen()")
		v.click("close")
		v.until("!Handoff.isOpen() && !history.state?.handoff")
		v.press("launcher")
		v.until("Handoff.isOpen() && history.state?.handoff")
		v.reload() // the page is as it was left, and its chat is closed
		v.press("launcher")
		v.until("Handoff.isOpen()")
		v.back()
		v.until("!Handoff.isOpen()")
		v.clean()
	})
}

func TestUI067_TheSiteTakesTheRequestOver(t *testing.T) {
	r := start(t, setup{site: site{script: "window.form={escalation:{form:{fields:[{id:'order',label:'Order',type:'text',required:true}]}}}"}})
	v := r.visit(desktop)
	v.open()
	v.js("(Handoff.update(form),Handoff.on('escalation:requested',d=>{d.preventDefault();window.asked=d}),0)")
	v.say("hello")
	v.reads("bot: two working days")
	v.js("void (window.done=Handoff.escalate({reason:'a refund'}).then(s=>s.phase))")
	v.until("window.asked?.reason === 'a refund'")
	if v.js("!!q('form') || !!q('contact')?.offsetParent") == true || len(r.wire.asked("/escalate")) != 0 {
		t.Error("the widget's own form is there, or the server was asked")
	}
	v.js("(asked.proceed({order:'4711'}),asked.proceed({order:'twice'}),asked.abort(),0)")
	v.until("Handoff.state().conversation.phase === 'waiting'")
	if got := v.js("done"); got != "requested" && got != "waiting" { // the stream may be slower than the answer
		t.Errorf("the call resolves with %v, want requested or waiting", got)
	}
	sent := r.wire.asked("POST /escalate")
	if len(sent) != 1 || !strings.Contains(sent[0].Body, "4711") {
		t.Errorf("requests: got %v, want one with the fields", sent)
	}
	v.clean()
}

func TestUI068_TheSitesFormAsksOnceAndSaysWhatIsWrong(t *testing.T) {
	form := `{fields:[{id:'order',label:'<b>Order</b> number',type:'text',required:true,autocomplete:'off'},{id:'mail',label:'Email',type:'email',autocomplete:'email'},` +
		`{id:'kind',label:'Kind',type:'select',options:['Refund','Repair']},{id:'ok',label:'Call me',type:'checkbox'}],consent:{label:'I agree',href:'https://example.com/terms'}}`
	nine := `{fields:[...Array(9).keys()].map(i=>({id:'f'+i,label:'F',type:'text'}))}`
	r := start(t, setup{site: site{script: "window.said=[];console.warn=t=>said.push(t)"}})
	v := r.visit(desktop)
	v.open()
	v.js("(Handoff.update({escalation:{form:" + nine + "}}),0)")
	v.until("said.some(t=>t.includes('more than 8 fields'))")
	v.js("(Handoff.update({escalation:{form:" + form + "}}),0)")
	v.until("said.some(t=>t.includes('shown as text'))")
	v.menu()
	v.click("human")
	v.until("q('form') && root.activeElement?.name === 'order' && q('form').innerText.includes('<b>Order</b> number')")
	submit := "void q('form').requestSubmit()"
	v.js(submit)
	v.until("root.activeElement?.name === 'order' && root.activeElement.getAttribute('aria-invalid') === 'true' && root.getElementById(root.activeElement.getAttribute('aria-describedby')).innerText !== ''")
	v.keys("4711")
	v.js("(q('form').querySelector('[name=mail]').value='nonsense',q('form').requestSubmit())")
	v.until("root.activeElement?.name === 'mail'")
	v.js("(q('form').querySelector('[name=mail]').value='ann@example.com',q('form').querySelector('select').value='Repair',q('form').querySelector('#form-consent').click(),0)")
	if got := v.js("[...q('form').querySelectorAll('input,select')].every(e=>e.labels.length===1) && q('form').querySelector('[name=mail]').autocomplete"); got != "email" {
		t.Errorf("labels and autocomplete: got %v, want a label each and email", got)
	}
	if len(r.wire.asked("POST /escalate")) != 0 {
		t.Error("a form that is wrong was sent")
	}
	v.js("(q('form').requestSubmit(),q('form')?.requestSubmit(),0)")
	v.until("Handoff.state().conversation.phase === 'waiting' && !q('form')")
	sent := r.wire.asked("POST /escalate")
	var body struct{ Fields map[string]string }
	if len(sent) != 1 || json.Unmarshal([]byte(sent[0].Body), &body) != nil {
		t.Fatalf("requests: got %v, want one", sent)
	}
	var got []string
	for name, text := range body.Fields {
		got = append(got, name+"="+text)
	}
	slices.Sort(got)
	if want := "kind=Repair mail=ann@example.com ok=no order=4711"; strings.Join(got, " ") != want {
		t.Errorf("fields: got %v, want %s", got, want)
	}
	v.clean()
}
