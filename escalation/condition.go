package escalation

import (
	"math"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// What can be said of a rule's condition without a situation: that it never
// holds, and that another one holds whenever it does. Only what is certain is
// said; whatever is not understood counts as open.

// condition is a condition as alternatives of which each is a row of atoms that
// all have to hold.
type condition [][]atom

// atom is one test of a variable. With is what it is held against; tests that are
// not understood have only their text.
type atom struct {
	variable string
	kind     atomKind
	within   numbers  // of a number
	words    []string // of isOneOf, isNoneOf, isNamed; the prefix of begins
	text     string
}

type atomKind int

const (
	isOther atomKind = iota
	isWithin
	isOneOf
	isNoneOf
	isNamed // a restricted topic was touched
	begins
	isTrue
	isFalse
)

// numbers is a range of numbers; an end may be left out of it.
type numbers struct {
	low, high         float64
	aboveLow, belowHi bool // the end itself is outside
}

// mostRows bounds how many alternatives are looked at.
const mostRows = 32

// conditionOf reads a condition; false when it is too long or too involved.
func conditionOf(when string) (condition, bool) {
	tree, err := parser.Parse(when)
	if err != nil {
		return nil, false
	}
	rows := alternatives(tree.Node, false)
	return rows, rows != nil
}

// alternatives is a node, or its contrary, as alternatives; nil when there are too
// many.
func alternatives(n ast.Node, contrary bool) condition {
	switch v := n.(type) {
	case *ast.UnaryNode:
		if v.Operator == "not" || v.Operator == "!" {
			return alternatives(v.Node, !contrary)
		}
	case *ast.BinaryNode:
		and, or := v.Operator == "and" || v.Operator == "&&", v.Operator == "or" || v.Operator == "||"
		if and || or {
			left, right := alternatives(v.Left, contrary), alternatives(v.Right, contrary)
			if and != contrary {
				return both(left, right)
			}
			return oneOf(left, right)
		}
	}
	return condition{{atomOf(n, contrary)}}
}

func both(a, b condition) condition {
	if a == nil || b == nil || len(a)*len(b) > mostRows {
		return nil
	}
	var out condition
	for _, x := range a {
		for _, y := range b {
			out = append(out, slices.Concat(x, y))
		}
	}
	return out
}

func oneOf(a, b condition) condition {
	if a == nil || b == nil || len(a)+len(b) > mostRows {
		return nil
	}
	return slices.Concat(a, b)
}

// atomOf reads one test, or its contrary.
func atomOf(n ast.Node, contrary bool) atom {
	text := n.String()
	if contrary {
		text = "not (" + text + ")"
	}
	other := atom{kind: isOther, text: text}
	switch v := n.(type) {
	case *ast.BoolNode:
		return truth(v.Value != contrary, text)
	case *ast.BinaryNode:
		if a, ok := test(v, contrary); ok {
			a.text = text
			return a
		}
	case *ast.BuiltinNode:
		if name, ok := anyTopic(v); ok && !contrary {
			return atom{variable: "topics", kind: isNamed, words: []string{name}, text: text}
		}
	}
	return other
}

func truth(yes bool, text string) atom {
	if yes {
		return atom{kind: isTrue, text: text}
	}
	return atom{kind: isFalse, text: text}
}

// mirrored are comparisons read from right to left, contraries those that hold
// when they do not.
var (
	mirrored   = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
	contraries = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
)

func test(v *ast.BinaryNode, contrary bool) (atom, bool) {
	op, left, right := v.Operator, v.Left, v.Right
	if variableOf(left) == "" && mirrored[op] != "" {
		op, left, right = mirrored[op], right, left
	}
	if contrary && contraries[op] != "" {
		op, contrary = contraries[op], false
	}
	name := variableOf(left)
	if number, ok := numberOf(right); ok && !contrary {
		if constant, both := numberOf(left); both {
			return truth(spanOf(op, number).has(constant), ""), mirrored[op] != "" && op != "!="
		}
		return atom{variable: name, kind: isWithin, within: spanOf(op, number)}, name != "" && mirrored[op] != "" && op != "!="
	}
	word, isText := right.(*ast.StringNode)
	switch {
	case op == "in":
		return member(v, contrary)
	case name == "" || !isText || contrary:
	case op == "==" && name == "topics[0]":
		return atom{variable: "topics", kind: isNamed, words: []string{word.Value}}, true
	case op == "==":
		return atom{variable: name, kind: isOneOf, words: []string{word.Value}}, true
	case op == "!=":
		return atom{variable: name, kind: isNoneOf, words: []string{word.Value}}, true
	case op == "startsWith":
		return atom{variable: name, kind: begins, words: []string{word.Value}}, true
	}
	return atom{}, false
}

// member reads `visitor.plan in ["pro", "team"]` and `"Billing" in topics`.
func member(v *ast.BinaryNode, contrary bool) (atom, bool) {
	if word, ok := v.Left.(*ast.StringNode); ok && variableOf(v.Right) == "topics" {
		return atom{variable: "topics", kind: isNamed, words: []string{word.Value}}, !contrary
	}
	list, ok := v.Right.(*ast.ArrayNode)
	name := variableOf(v.Left)
	if !ok || name == "" {
		return atom{}, false
	}
	a := atom{variable: name, kind: isOneOf, words: []string{}}
	for _, n := range list.Nodes {
		word, ok := n.(*ast.StringNode)
		if !ok {
			return atom{}, false
		}
		a.words = append(a.words, word.Value)
	}
	switch {
	case contrary:
		a.kind = isNoneOf
	case len(a.words) == 0:
		a.kind = isFalse
	}
	return a, true
}

// anyTopic reads `any(topics, # == "Billing")`.
func anyTopic(v *ast.BuiltinNode) (string, bool) {
	if v.Name != "any" || len(v.Arguments) != 2 || variableOf(v.Arguments[0]) != "topics" {
		return "", false
	}
	p, ok := v.Arguments[1].(*ast.PredicateNode)
	if !ok {
		return "", false
	}
	b, ok := p.Node.(*ast.BinaryNode)
	if !ok || b.Operator != "==" {
		return "", false
	}
	_, it := b.Left.(*ast.PointerNode)
	word, isText := b.Right.(*ast.StringNode)
	if !it || !isText {
		return "", false
	}
	return word.Value, true
}

// variableOf is the dotted name of a variable, "" for anything else.
func variableOf(n ast.Node) string {
	switch v := n.(type) {
	case *ast.IdentifierNode:
		return v.Value
	case *ast.ChainNode:
		return variableOf(v.Node)
	case *ast.MemberNode:
		of := variableOf(v.Node)
		if name, ok := v.Property.(*ast.StringNode); ok && of != "" && !v.Method {
			return of + "." + name.Value
		}
		if i, ok := v.Property.(*ast.IntegerNode); ok && of == "topics" && i.Value == 0 {
			return "topics[0]"
		}
	}
	return ""
}

func numberOf(n ast.Node) (float64, bool) {
	switch v := n.(type) {
	case *ast.IntegerNode:
		return float64(v.Value), true
	case *ast.FloatNode:
		return v.Value, true
	case *ast.UnaryNode:
		x, ok := numberOf(v.Node)
		return -x, ok && v.Operator == "-"
	}
	return 0, false
}

// spanOf is where a comparison with a number holds.
func spanOf(op string, x float64) numbers {
	all := numbers{low: math.Inf(-1), high: math.Inf(1)}
	switch op {
	case "<":
		all.high, all.belowHi = x, true
	case "<=":
		all.high = x
	case ">":
		all.low, all.aboveLow = x, true
	case ">=":
		all.low = x
	case "==":
		all.low, all.high = x, x
	}
	return all
}

func (s numbers) has(x float64) bool {
	return (x > s.low || x == s.low && !s.aboveLow) && (x < s.high || x == s.high && !s.belowHi)
}

func (s numbers) empty() bool {
	return s.low > s.high || s.low == s.high && (s.aboveLow || s.belowHi)
}

// and is what both ranges have.
func (s numbers) and(o numbers) numbers {
	if o.low > s.low || o.low == s.low && o.aboveLow {
		s.low, s.aboveLow = o.low, o.aboveLow
	}
	if o.high < s.high || o.high == s.high && o.belowHi {
		s.high, s.belowHi = o.high, o.belowHi
	}
	return s
}

// inside says that all of s is in o.
func (s numbers) inside(o numbers) bool { return s.and(o) == s }

// sure says that a test cannot fail to be made: what the site says of a visitor
// may be of any type, and a condition that fails does not hold.
func (a atom) sure() bool {
	root, _, _ := strings.Cut(a.variable, ".")
	return a.kind != isOther && root != "visitor" && root != "verified" && !strings.Contains(a.text, "topics[0]")
}
