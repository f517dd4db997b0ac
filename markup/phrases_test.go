package markup

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// parcel is a message with everything in it.
func parcel() Tree {
	return Tree{
		Paragraph{Children: []Inline{Text{Text: "Your parcel is "}, Text{Text: "on its way", Bold: true}, Text{Text: ": "},
			Link{URL: "https://shop.example/track?id=4711", Label: "track it"}, Break{}, Text{Text: "Code "}, Text{Text: "AB-12", Code: true}, Text{Text: " is yours ⟦1⟧"}}},
		Paragraph{Children: []Inline{Link{URL: "https://shop.example/help", Label: "https://shop.example/help"}}},
		Code{Text: "curl shop.example"},
		List{Ordered: true, Start: 3, Items: []Tree{{Paragraph{Children: []Inline{Text{Text: "Open the box"}}}}, {Paragraph{Children: []Inline{Text{Text: "4711"}}}}}},
		Quote{Children: Tree{Paragraph{Children: []Inline{Text{Text: "late", Italic: true, Strike: true}}}}},
	}
}

var parcelPhrases = []string{
	"Your parcel is ⟦1⟧on its way⟦/1⟧: ⟦2⟧track it⟦/2⟧", "Code ⟦1⟧ is yours [1]", "Open the box", "⟦1⟧late⟦/1⟧",
}

func TestPhrases(t *testing.T) {
	if got := parcel().Phrases(); !slices.Equal(got, parcelPhrases) {
		t.Fatalf("phrases %q, want %q", got, parcelPhrases)
	}
	got, ok := parcel().Rephrased([]string{"⟦2⟧Verfolgen⟦/2⟧: Ihr Paket ist ⟦1⟧unterwegs⟦/1⟧", "⟦1⟧ ist Ihr Code", "Öffnen", "⟦1⟧spät⟦/1⟧"})
	want := parcel()
	want[0] = Paragraph{Children: []Inline{Link{URL: "https://shop.example/track?id=4711", Label: "Verfolgen"}, Text{Text: ": Ihr Paket ist "}, Text{Text: "unterwegs", Bold: true},
		Break{}, Text{Text: "AB-12", Code: true}, Text{Text: " ist Ihr Code"}}}
	want[3] = List{Ordered: true, Start: 3, Items: []Tree{{Paragraph{Children: []Inline{Text{Text: "Öffnen"}}}}, {Paragraph{Children: []Inline{Text{Text: "4711"}}}}}}
	want[4] = Quote{Children: Tree{Paragraph{Children: []Inline{Text{Text: "spät", Italic: true, Strike: true}}}}}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("rephrased %v\n%+v, want\n%+v", ok, got, want)
	}
	if FromPlain("a\n\nb").Styled() || !parcel().Styled() {
		t.Error("styled")
	}
}

// What does not have each mark once is not taken, and a link goes nowhere else.
func TestRephrasedByNonsense(t *testing.T) {
	for name, first := range map[string]string{
		"a mark is missing": "Ihr Paket ist ⟦1⟧unterwegs⟦/1⟧", "twice": "⟦1⟧a⟦/1⟧ ⟦1⟧b⟦/1⟧ ⟦2⟧c⟦/2⟧", "nested": "⟦1⟧a ⟦2⟧b⟦/2⟧⟦/1⟧", "crossed": "⟦1⟧a ⟦2⟧b⟦/1⟧⟦/2⟧",
		"open": "⟦1⟧a⟦/1⟧ ⟦2⟧b", "an end alone": "⟦/1⟧a ⟦2⟧b⟦/2⟧", "one more": "⟦1⟧a⟦/1⟧ ⟦2⟧b⟦/2⟧ ⟦3⟧", "none of them": "⟦0⟧ ⟦1⟧a⟦/1⟧ ⟦2⟧b⟦/2⟧",
		"empty": "⟦1⟧ ⟦/1⟧ ⟦2⟧b⟦/2⟧", "nothing": "", "the end of none": "a⟦/0⟧ ⟦1⟧a⟦/1⟧ ⟦2⟧b⟦/2⟧", "huge": "⟦1⟧a⟦/1⟧ ⟦2⟧b⟦/2⟧⟦9999⟧",
	} {
		if got, ok := parcel().Rephrased([]string{first, "⟦1⟧", "a", "⟦1⟧a⟦/1⟧"}); ok {
			t.Errorf("%s is taken: %+v", name, got)
		}
	}
	for _, n := range []int{0, 3, 5} {
		if _, ok := parcel().Rephrased(slices.Repeat([]string{"⟦1⟧"}, n)); ok {
			t.Errorf("%d phrases are taken", n)
		}
	}
	got, ok := Tree{Paragraph{Children: []Inline{Link{URL: "https://evil.example/", Label: "our page"}}}}.Rephrased([]string{"⟦1⟧shop.example⟦/1⟧\nand more ⟦x⟧"})
	if !ok {
		t.Fatal("not taken")
	}
	link, _ := got[0].(Paragraph).Children[0].(Link)
	if link.URL != "https://evil.example/" || link.Host != "evil.example" {
		t.Errorf("the link is %+v, want its true host beside it", link)
	}
	if text := got.Plain(); strings.ContainsAny(text, "⟦⟧") {
		t.Errorf("marks are shown: %q", text)
	}
}
