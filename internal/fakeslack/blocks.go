package fakeslack

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// blockRule says what a block or element type must hold.
type blockRule struct {
	// texts are required text objects with their limits; optional ones are
	// checked when present.
	texts, optional []textRule
	// list is the required list of elements, with its longest length and the
	// element types allowed.
	list     string
	most     int
	elements string
	// interactive types need an action_id when they stand in a message.
	interactive bool
	// strings limits plain string fields.
	strings map[string]int
	check   func(v *validator, path string, b map[string]any)
}

type textRule struct {
	field string
	limit int
	plain bool // only plain_text is allowed
}

func blockRules() map[string]blockRule {
	return map[string]blockRule{
		"section":   {check: (*validator).section},
		"header":    {texts: []textRule{{"text", 150, true}}},
		"divider":   {},
		"context":   {list: "elements", most: 10, elements: "text image"},
		"actions":   {list: "elements", most: 25, elements: "button overflow static_select external_select multi_static_select users_select multi_users_select conversations_select channels_select checkboxes radio_buttons datepicker timepicker"},
		"input":     {texts: []textRule{{"label", 2000, true}}, optional: []textRule{{"hint", 2000, true}}, check: (*validator).input},
		"markdown":  {strings: map[string]int{"text": 12000}, check: (*validator).markdown},
		"rich_text": {check: (*validator).richText},
		"image":     {strings: map[string]int{"alt_text": 2000}, check: (*validator).image},
	}
}

func elementRules() map[string]blockRule {
	choice := (*validator).choice
	return map[string]blockRule{
		"button":               {texts: []textRule{{"text", 75, true}}, strings: map[string]int{"value": 2000, "url": 3000}, interactive: true, check: (*validator).button},
		"overflow":             {interactive: true, check: choice},
		"static_select":        {interactive: true, check: choice, optional: []textRule{{"placeholder", 150, true}}},
		"external_select":      {interactive: true, check: (*validator).external, optional: []textRule{{"placeholder", 150, true}}},
		"multi_static_select":  {interactive: true, check: choice, optional: []textRule{{"placeholder", 150, true}}},
		"checkboxes":           {interactive: true, check: choice},
		"radio_buttons":        {interactive: true, check: choice},
		"users_select":         {interactive: true, optional: []textRule{{"placeholder", 150, true}}},
		"multi_users_select":   {interactive: true, optional: []textRule{{"placeholder", 150, true}}},
		"conversations_select": {interactive: true, optional: []textRule{{"placeholder", 150, true}}},
		"channels_select":      {interactive: true, optional: []textRule{{"placeholder", 150, true}}},
		"plain_text_input":     {interactive: true, optional: []textRule{{"placeholder", 150, true}}},
		"email_text_input":     {interactive: true, optional: []textRule{{"placeholder", 150, true}}},
		"number_input":         {interactive: true, optional: []textRule{{"placeholder", 150, true}}},
		"datepicker":           {interactive: true},
		"timepicker":           {interactive: true},
		"image":                {strings: map[string]int{"alt_text": 2000}, check: (*validator).image},
	}
}

// validator collects what is wrong with a list of blocks.
type validator struct {
	surface  string // message, modal or home
	elements map[string]blockRule
	problems []string
	ids      map[string]bool
	actions  map[string]bool
}

func (v *validator) fault(path, format string, args ...any) {
	v.problems = append(v.problems, fmt.Sprintf("[ERROR] "+format+" [json-pointer:%s]", append(args, path)...))
}

// parseBlocks reads and checks the blocks argument. Missing block ids are
// filled in by fill.
func parseBlocks(raw, surface string, fill func() string) ([]Block, error) {
	if raw == "" {
		return nil, nil
	}
	var blocks []Block
	if err := json.Unmarshal([]byte(raw), &blocks); err != nil {
		return nil, refuse("invalid_blocks_format")
	}
	v := &validator{surface: surface, elements: elementRules(), ids: map[string]bool{}, actions: map[string]bool{}}
	v.blocks(blocks)
	if len(v.problems) > 0 {
		return nil, &apiError{code: "invalid_blocks", extra: reply{"response_metadata": reply{"messages": v.problems}, "errors": v.problems}}
	}
	if surface == "message" && textLength(blocks) > maxBlockText {
		return nil, refuse("msg_blocks_too_long")
	}
	for _, b := range blocks {
		switch {
		case b["type"] == "markdown":
			b["block_id"] = fill() // Slack does not keep the id of this type
		case b["block_id"] == nil || b["block_id"] == "":
			b["block_id"] = fill()
		}
		v.normalizeTexts(b)
	}
	return blocks, nil
}

// textLength counts the characters of all texts in blocks, as they are escaped.
func textLength(node any) int {
	n := 0
	switch node := node.(type) {
	case []Block:
		for _, b := range node {
			n += textLength(map[string]any(b))
		}
	case map[string]any:
		for k, child := range node {
			if text, ok := child.(string); ok && k == "text" {
				n += utf8.RuneCountInString(escape(text))
			} else {
				n += textLength(child)
			}
		}
	case []any:
		for _, child := range node {
			n += textLength(child)
		}
	}
	return n
}

func (v *validator) blocks(blocks []Block) {
	limit := 50
	if v.surface != "message" {
		limit = 100
	}
	if len(blocks) > limit {
		v.fault("/blocks", "no more than %d items allowed", limit)
	}
	rules := blockRules()
	markdown := 0
	for i, b := range blocks {
		path := fmt.Sprintf("/blocks/%d", i)
		kind, _ := b["type"].(string)
		rule, known := rules[kind]
		if !known {
			v.fault(path+"/type", "unsupported type: %s", kind)
			continue
		}
		v.blockID(path, b)
		if v.surface != "message" {
			v.actions = map[string]bool{} // in views an action_id is unique per block
		}
		v.apply(path, b, rule)
		if kind == "markdown" {
			text, _ := b["text"].(string)
			markdown += utf8.RuneCountInString(text)
		}
	}
	if markdown > 12000 {
		v.fault("/blocks", "markdown text must be less than 12001 characters in all")
	}
}

func (v *validator) blockID(path string, b map[string]any) {
	id, ok := b["block_id"].(string)
	switch {
	case b["block_id"] != nil && !ok:
		v.fault(path+"/block_id", "must be a string")
	case utf8.RuneCountInString(id) > 255:
		v.fault(path+"/block_id", "must be less than 256 characters")
	case id != "" && v.ids[id]:
		v.fault(path+"/block_id", "block_id %q already exists", id)
	}
	v.ids[id] = true
}

func (v *validator) apply(path string, b map[string]any, rule blockRule) {
	for _, t := range rule.texts {
		v.text(path+"/"+t.field, b[t.field], t.limit, t.plain)
	}
	for _, t := range rule.optional {
		if b[t.field] != nil {
			v.text(path+"/"+t.field, b[t.field], t.limit, t.plain)
		}
	}
	for field, limit := range rule.strings {
		if s, _ := b[field].(string); utf8.RuneCountInString(s) > limit {
			v.fault(path+"/"+field, "must be less than %d characters", limit+1)
		}
	}
	if rule.interactive {
		v.actionID(path, b)
	}
	if rule.list != "" {
		v.list(path+"/"+rule.list, b[rule.list], rule.most, rule.elements)
	}
	if rule.check != nil {
		rule.check(v, path, b)
	}
	if confirm, ok := b["confirm"].(map[string]any); ok {
		v.confirm(path+"/confirm", confirm)
	}
}

func (v *validator) text(path string, value any, limit int, plain bool) {
	t, ok := value.(map[string]any)
	if !ok {
		v.fault(path, "missing required field: text")
		return
	}
	kind, _ := t["type"].(string)
	if kind != "plain_text" && (kind != "mrkdwn" || plain) {
		v.fault(path+"/type", "unsupported type: %s", kind)
	}
	text, _ := t["text"].(string)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		v.fault(path+"/text", "must be more than 0 characters")
	case n > limit:
		v.fault(path+"/text", "must be less than %d characters", limit+1)
	}
	if kind == "plain_text" && t["verbatim"] != nil {
		v.fault(path+"/verbatim", "verbatim is not allowed on plain_text")
	}
	if kind == "mrkdwn" && t["emoji"] != nil {
		v.fault(path+"/emoji", "emoji is not allowed on mrkdwn")
	}
}

// normalizeTexts escapes the mrkdwn texts of a block as Slack returns them.
func (v *validator) normalizeTexts(node any) {
	switch n := node.(type) {
	case Block:
		v.normalizeTexts(map[string]any(n))
	case map[string]any:
		if text, ok := n["text"].(string); ok && n["type"] == "mrkdwn" {
			n["text"] = normalize(text)
		}
		for _, child := range n {
			v.normalizeTexts(child)
		}
	case []any:
		for _, child := range n {
			v.normalizeTexts(child)
		}
	}
}
