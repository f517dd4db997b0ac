package fakeslack

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

func (v *validator) actionID(path string, e map[string]any) {
	id, _ := e["action_id"].(string)
	switch {
	case utf8.RuneCountInString(id) > 255:
		v.fault(path+"/action_id", "must be less than 256 characters")
	case id != "" && v.actions[id]:
		v.fault(path+"/action_id", "action_id %q already exists", id)
	}
	v.actions[id] = true
}

func (v *validator) list(path string, value any, most int, allowed string) {
	items, ok := value.([]any)
	switch {
	case !ok || len(items) == 0:
		v.fault(path, "must have at least 1 item")
		return
	case len(items) > most:
		v.fault(path, "no more than %d items allowed", most)
	}
	types := strings.Fields(allowed)
	for i, item := range items {
		v.element(fmt.Sprintf("%s/%d", path, i), item, types)
	}
}

func (v *validator) element(path string, value any, allowed []string) {
	e, ok := value.(map[string]any)
	if !ok {
		v.fault(path, "must be an object")
		return
	}
	kind, _ := e["type"].(string)
	if slices.Contains(allowed, "text") && (kind == "mrkdwn" || kind == "plain_text") {
		v.text(path, e, 3000, false)
		return
	}
	rule, known := v.elements[kind]
	if !known || !slices.Contains(allowed, kind) {
		v.fault(path+"/type", "unsupported type: %s", kind)
		return
	}
	v.apply(path, e, rule)
}

func (v *validator) section(path string, b map[string]any) {
	fields, hasFields := b["fields"].([]any)
	if b["text"] == nil && !hasFields {
		v.fault(path, "missing required field: text or fields")
	}
	if b["text"] != nil {
		v.text(path+"/text", b["text"], 3000, false)
	}
	if hasFields && (len(fields) == 0 || len(fields) > 10) {
		v.fault(path+"/fields", "must have 1 to 10 items")
	}
	for i, f := range fields {
		v.text(fmt.Sprintf("%s/fields/%d", path, i), f, 2000, false)
	}
	if b["accessory"] != nil {
		v.element(path+"/accessory", b["accessory"], strings.Fields("button overflow static_select external_select multi_static_select users_select multi_users_select conversations_select channels_select checkboxes radio_buttons datepicker timepicker image"))
	}
}

func (v *validator) input(path string, b map[string]any) {
	v.element(path+"/element", b["element"], strings.Fields("plain_text_input static_select external_select multi_static_select users_select multi_users_select conversations_select channels_select checkboxes radio_buttons datepicker timepicker number_input email_text_input"))
}

func (v *validator) markdown(path string, b map[string]any) {
	if text, _ := b["text"].(string); text == "" {
		v.fault(path+"/text", "must be more than 0 characters")
	}
	if v.surface != "message" {
		v.fault(path+"/type", "unsupported type: markdown")
	}
}

func (v *validator) image(path string, b map[string]any) {
	if alt, _ := b["alt_text"].(string); alt == "" {
		v.fault(path+"/alt_text", "missing required field: alt_text")
	}
	if b["image_url"] == nil && b["slack_file"] == nil {
		v.fault(path, "missing required field: image_url")
	}
}

func (v *validator) button(path string, b map[string]any) {
	if style, set := b["style"].(string); set && style != "primary" && style != "danger" {
		v.fault(path+"/style", "unsupported style: %s", style)
	}
}

func (v *validator) choice(path string, e map[string]any) {
	options, _ := e["options"].([]any)
	groups, _ := e["option_groups"].([]any)
	most := map[string]int{"overflow": 5, "checkboxes": 10, "radio_buttons": 10}[e["type"].(string)]
	if most == 0 {
		most = 100
	}
	if len(options) == 0 && len(groups) == 0 {
		v.fault(path+"/options", "must have at least 1 item")
	}
	if len(options) > most {
		v.fault(path+"/options", "no more than %d items allowed", most)
	}
	for i, o := range options {
		v.option(fmt.Sprintf("%s/options/%d", path, i), o, e["type"])
	}
	for i, g := range groups {
		group, _ := g.(map[string]any)
		v.text(fmt.Sprintf("%s/option_groups/%d/label", path, i), group["label"], 75, true)
		inner, _ := group["options"].([]any)
		for j, o := range inner {
			v.option(fmt.Sprintf("%s/option_groups/%d/options/%d", path, i, j), o, e["type"])
		}
	}
}

func (v *validator) option(path string, value, kind any) {
	o, ok := value.(map[string]any)
	if !ok {
		v.fault(path, "must be an object")
		return
	}
	// Check boxes and radio buttons may hold mrkdwn, the rest plain_text.
	v.text(path+"/text", o["text"], 75, kind != "checkboxes" && kind != "radio_buttons")
	text, _ := o["value"].(string)
	if n := utf8.RuneCountInString(text); n == 0 || n > 150 {
		v.fault(path+"/value", "must be 1 to 150 characters")
	}
	if o["description"] != nil {
		v.text(path+"/description", o["description"], 75, kind != "checkboxes" && kind != "radio_buttons")
	}
}

func (v *validator) confirm(path string, c map[string]any) {
	v.text(path+"/title", c["title"], 100, true)
	v.text(path+"/text", c["text"], 300, false)
	v.text(path+"/confirm", c["confirm"], 30, true)
	v.text(path+"/deny", c["deny"], 30, true)
}

func (v *validator) richText(path string, b map[string]any) {
	elements, ok := b["elements"].([]any)
	if !ok {
		v.fault(path+"/elements", "missing required field: elements")
		return
	}
	parts := strings.Fields("rich_text_section rich_text_list rich_text_quote rich_text_preformatted")
	for i, item := range elements {
		v.richPart(fmt.Sprintf("%s/elements/%d", path, i), item, parts)
	}
}

func (v *validator) richPart(path string, value any, allowed []string) {
	e, _ := value.(map[string]any)
	kind, _ := e["type"].(string)
	if !slices.Contains(allowed, kind) {
		v.fault(path+"/type", "unsupported type: %s", kind)
		return
	}
	leaves := strings.Fields("text link user usergroup channel emoji broadcast date color team")
	if kind == "rich_text_list" {
		leaves = []string{"rich_text_section"}
	}
	children, nested := e["elements"].([]any)
	if strings.HasPrefix(kind, "rich_text") && !nested {
		v.fault(path+"/elements", "missing required field: elements")
	}
	for i, child := range children {
		v.richPart(fmt.Sprintf("%s/elements/%d", path, i), child, leaves)
	}
	if text, isText := e["text"].(string); kind == "text" && (!isText || text == "") {
		v.fault(path+"/text", "must be more than 0 characters")
	}
}
