package fakeslack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// walk is what the walk over the page (testdata/walk.js) found.
type walk struct {
	Blocks   int      `json:"blocks"`
	Problems []string `json:"problems"`
}

func (b *browser) walk(open bool) walk {
	b.Helper()
	script, err := os.ReadFile("testdata/walk.js")
	if err != nil {
		b.Fatal(err)
	}
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[walk](fmt.Sprintf("%s(%v)", script, open), chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("walk over the page: %v", err)
	}
	return got
}

// sound fails when the walk finds something wrong, or fewer blocks than least.
func (b *browser) sound(name string, least int) {
	b.Helper()
	got := b.walk(true)
	b.shot(name)
	if got.Blocks < least {
		b.Errorf("%s: got %d blocks, want at least %d", name, got.Blocks, least)
	}
	if len(got.Problems) > 0 {
		b.Errorf("%s:\n%s", name, strings.Join(got.Problems, "\n"))
	}
}

// everything holds each kind of block and element that Slack takes in a message.
const everything = `[
 {"type":"header","text":{"type":"plain_text","text":"Header :wave:"}},
 {"type":"section","text":{"type":"mrkdwn","text":"*Bold* _italic_ ~struck~ ` + "`code`" + ` <https://www.example.com/pricing|Pricing> <@U0SAM> <!here>\n> quoted & kept\n` + "```fenced```" + `\nat <!date^1700000000^{date_short_pretty} {time}|long ago>"},"accessory":{"type":"image","image_url":"https://www.example.com/a.png","alt_text":"A pack in the rain"}},
 {"type":"section","fields":[{"type":"mrkdwn","text":"*One*\nfirst"},{"type":"plain_text","text":"Two second"}]},
 {"type":"section","text":{"type":"plain_text","text":"With a menu"},"accessory":{"type":"overflow","action_id":"over","options":[{"text":{"type":"plain_text","text":"Why?"},"value":"why"},{"text":{"type":"plain_text","text":"Transcript"},"value":"transcript"}]}},
 {"type":"divider"},
 {"type":"context","elements":[{"type":"mrkdwn","text":":large_green_circle: here now"},{"type":"plain_text","text":"H-4F2K"},{"type":"image","image_url":"https://www.example.com/b.png","alt_text":"a mark"}]},
 {"type":"rich_text","elements":[
  {"type":"rich_text_section","elements":[{"type":"text","text":"Rich "},{"type":"text","text":"bold","style":{"bold":true}},{"type":"user","user_id":"U0MAYA"},{"type":"channel","channel_id":"C0BILLING"},{"type":"usergroup","usergroup_id":"S0SUPPORT"},{"type":"broadcast","range":"here"},{"type":"emoji","name":"tada"},{"type":"link","url":"https://www.example.com/"},{"type":"date","timestamp":1700000000,"format":"{date_long} at {time}","fallback":"then"}]},
  {"type":"rich_text_list","style":"bullet","indent":0,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"outer"}]}]},
  {"type":"rich_text_list","style":"ordered","indent":1,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"inner"}]}]},
  {"type":"rich_text_quote","elements":[{"type":"text","text":"said once"}]},
  {"type":"rich_text_preformatted","elements":[{"type":"text","text":"charge 1  12.00 EUR"}]}]},
 {"type":"markdown","text":"# Title\n\n- an item with **weight**\n\n> a quote\n\n[a link](https://www.example.com/)"},
 {"type":"image","title":{"type":"plain_text","text":"A picture"},"image_url":"https://www.example.com/c.png","alt_text":"Bars of the week"},
 {"type":"actions","elements":[
  {"type":"button","action_id":"b1","style":"primary","text":{"type":"plain_text","text":"Claim"},"value":"1"},
  {"type":"button","action_id":"b2","style":"danger","text":{"type":"plain_text","text":"Close"},"value":"1","confirm":{"title":{"type":"plain_text","text":"Close the chat?"},"text":{"type":"plain_text","text":"The visitor is told."},"confirm":{"type":"plain_text","text":"Close it"},"deny":{"type":"plain_text","text":"Keep"}}},
  {"type":"static_select","action_id":"s1","placeholder":{"type":"plain_text","text":"Topic"},"options":[{"text":{"type":"plain_text","text":"refund"},"value":"refund"}]},
  {"type":"static_select","action_id":"s2","placeholder":{"type":"plain_text","text":"Reply"},"option_groups":[{"label":{"type":"plain_text","text":"Money"},"options":[{"text":{"type":"plain_text","text":"Refund is coming"},"value":"r1"}]}]},
  {"type":"multi_static_select","action_id":"s3","placeholder":{"type":"plain_text","text":"Tags"},"options":[{"text":{"type":"plain_text","text":"vip"},"value":"vip"},{"text":{"type":"plain_text","text":"late"},"value":"late"}]},
  {"type":"users_select","action_id":"u1","placeholder":{"type":"plain_text","text":"Owner"}},
  {"type":"conversations_select","action_id":"c1","placeholder":{"type":"plain_text","text":"Place"}},
  {"type":"overflow","action_id":"o1","options":[{"text":{"type":"plain_text","text":"Block…"},"value":"block"}]},
  {"type":"datepicker","action_id":"d1","placeholder":{"type":"plain_text","text":"Day"}},
  {"type":"checkboxes","action_id":"k1","options":[{"text":{"type":"mrkdwn","text":"Mark as *urgent*"},"value":"urgent"}]},
  {"type":"radio_buttons","action_id":"r1","options":[{"text":{"type":"plain_text","text":"In the thread"},"value":"thread"}]}]}
]`

// everyInput holds each kind of input.
const everyInput = `{"type":"modal","callback_id":"all","title":{"type":"plain_text","text":"Every input"},"submit":{"type":"plain_text","text":"Save"},"blocks":[
 {"type":"input","block_id":"i1","label":{"type":"plain_text","text":"Reply"},"hint":{"type":"plain_text","text":"Nothing is sent before Send."},"element":{"type":"plain_text_input","action_id":"text","multiline":true,"initial_value":"Hello","placeholder":{"type":"plain_text","text":"Write"}}},
 {"type":"input","block_id":"i2","dispatch_action":true,"optional":true,"label":{"type":"plain_text","text":"Search"},"element":{"type":"plain_text_input","action_id":"query"}},
 {"type":"input","block_id":"i3","dispatch_action":true,"optional":true,"label":{"type":"plain_text","text":"Canned"},"element":{"type":"static_select","action_id":"canned","placeholder":{"type":"plain_text","text":"Choose a reply"},"options":[{"text":{"type":"plain_text","text":"Refund"},"value":"refund"},{"text":{"type":"plain_text","text":"Late parcel"},"value":"late"}]}},
 {"type":"input","block_id":"i4","label":{"type":"plain_text","text":"Person"},"element":{"type":"users_select","action_id":"who","placeholder":{"type":"plain_text","text":"Choose a person"}}},
 {"type":"input","block_id":"i5","optional":true,"label":{"type":"plain_text","text":"Tags"},"element":{"type":"multi_static_select","action_id":"tags","initial_options":[{"text":{"type":"plain_text","text":"vip"},"value":"vip"}],"options":[{"text":{"type":"plain_text","text":"vip"},"value":"vip"},{"text":{"type":"plain_text","text":"late"},"value":"late"}]}},
 {"type":"input","block_id":"i6","label":{"type":"plain_text","text":"How"},"element":{"type":"radio_buttons","action_id":"how","options":[{"text":{"type":"plain_text","text":"In the thread"},"value":"thread"},{"text":{"type":"plain_text","text":"Privately"},"value":"private","description":{"type":"plain_text","text":"As a direct message"}}]}},
 {"type":"input","block_id":"i7","optional":true,"label":{"type":"plain_text","text":"Also"},"element":{"type":"checkboxes","action_id":"also","options":[{"text":{"type":"plain_text","text":"Urgent"},"value":"urgent"}]}},
 {"type":"input","block_id":"i8","optional":true,"label":{"type":"plain_text","text":"Day"},"element":{"type":"datepicker","action_id":"day"}},
 {"type":"actions","block_id":"a1","elements":[{"type":"button","action_id":"draft","text":{"type":"plain_text","text":"Draft with AI"},"value":"1"}]}]}`

// TestStaffPageDrawsEveryBlock walks over every block that Slack takes and over
// every golden file of the bridge, on a desk and on a phone.
func TestStaffPageDrawsEveryBlock(t *testing.T) {
	for _, screen := range []struct {
		name          string
		width, height int64
		scheme        string
	}{{"desk", 1280, 800, "light"}, {"phone", 390, 844, "light"}, {"night", 1280, 800, "dark"}} {
		t.Run(screen.name, func(t *testing.T) {
			s, _ := start(t, fakeslack.Options{})
			blocks := 0
			for name, raw := range goldens(t) {
				var list []any
				if err := json.Unmarshal(raw, &list); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				blocks += len(list)
				if out := call(t, s, "chat.postMessage", map[string]string{"channel": support, "text": name, "blocks": string(raw)}); out["ok"] != true {
					t.Fatalf("post %s: %v", name, out)
				}
			}
			if _, err := s.Upload(maya, support, "", "the bill", fakeslack.File{Name: "bill.pdf", Data: []byte("%PDF-1.4")}, fakeslack.File{Name: "dot.png", Data: []byte("\x89PNG\r\n\x1a\n")}); err != nil {
				t.Fatal(err)
			}
			b := browse(t, s.URL()+"/", screen.width, screen.height)
			b.do("choose the colours", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
				_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: screen.scheme}}})
				return err
			}))
			b.do("see the last message", chromedp.WaitVisible(".file"))
			b.sound("walk-"+screen.name, blocks)
			if screen.name == "phone" {
				b.click("back")
				b.see("act-as")
				b.sound("walk-list-"+screen.name, 0)
			}
		})
	}
}

// goldens are the blocks of the bridge's golden files, and everything else.
func goldens(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	out := map[string]json.RawMessage{"everything": json.RawMessage(everything)}
	files, err := filepath.Glob("../../slackbridge/draw/testdata/*.json")
	if err != nil || len(files) < 18 {
		t.Fatalf("the golden files: %d, %v", len(files), err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var golden struct {
			Blocks json.RawMessage `json:"blocks"`
		}
		if json.Unmarshal(raw, &golden) == nil && len(golden.Blocks) > 0 {
			out[filepath.Base(f)] = golden.Blocks
		}
	}
	return out
}
