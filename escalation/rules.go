package escalation

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// rule is a Rule whose condition is compiled.
type rule struct {
	Rule
	program *vm.Program
}

// Var is a variable of the rules, for the documentation.
type Var struct{ Name, Type, Doc string }

// ruleEnv is what a condition sees. The tags are the variables' names; a name
// that is not here is an error when the file is loaded.
type ruleEnv struct {
	Visitor      map[string]any   `expr:"visitor"`
	Verified     map[string]any   `expr:"verified"`
	Events       []string         `expr:"events"`
	Page         rulePage         `expr:"page"`
	Conversation ruleConversation `expr:"conversation"`
	Signals      ruleSignals      `expr:"signals"`
	Topics       []string         `expr:"topics"`
}

type rulePage struct {
	URL      string `expr:"url"`
	Path     string `expr:"path"`
	Title    string `expr:"title"`
	Referrer string `expr:"referrer"`
}

type ruleConversation struct {
	Turns           int `expr:"turns"`
	UnresolvedTurns int `expr:"unresolved_turns"`
	Answers         int `expr:"answers"`
	Offers          int `expr:"offers"`
}

type ruleSignals struct {
	AsksPerson       float64 `expr:"asks_person"`
	AcceptsOffer     float64 `expr:"accepts_offer"`
	BotChallenge     float64 `expr:"bot_challenge"`
	RestrictedTopic  float64 `expr:"restricted_topic"`
	Frustration      float64 `expr:"frustration"`
	FrustrationTrend float64 `expr:"frustration_trend"`
	CannotAnswer     float64 `expr:"cannot_answer"`
	RepeatedQuestion float64 `expr:"repeated_question"`
	BotRepeats       float64 `expr:"bot_repeats"`
	ModelWants       float64 `expr:"model_wants"`
	ModelDown        float64 `expr:"model_down"`
	OverBudget       float64 `expr:"over_budget"`
}

// Vars lists the variables of the rules.
func Vars() []Var {
	return []Var{
		{"visitor", "map", "what the site says of the visitor: visitor.plan, visitor.email, …; a missing one is nil. What a signed token says wins over what the page says, which anybody can set in her own browser"},
		{"verified", "map", "what a signed token says of the visitor, and nothing else: verified.sub, verified.plan, …; empty for an anonymous one"},
		{"events", "list", "names of what she did on the site (track), the last 20, oldest first; unverified"},
		{"page.url", "string", "the page the visitor is on, without query"},
		{"page.path", "string", "its path, /pricing"},
		{"page.title", "string", "its title"},
		{"page.referrer", "string", "where she came from"},
		{"conversation.turns", "int", "lines of the visitor and the bot since the last hand back"},
		{"conversation.unresolved_turns", "int", "the visitor's lines since the last hand back"},
		{"conversation.answers", "int", "answers of the bot since the last hand back"},
		{"conversation.offers", "int", "offers of a person since the last hand back"},
		{"signals.asks_person", "float", "0 to 1: she asks for a person"},
		{"signals.accepts_offer", "float", "0 to 1: she accepts an offer of a person in words"},
		{"signals.bot_challenge", "float", "0 to 1: she asks whether this is a machine"},
		{"signals.restricted_topic", "float", "0 to 1: a restricted topic was touched"},
		{"signals.frustration", "float", "0 to 1: how angry the words are; 0.4 is a clear sign"},
		{"signals.frustration_trend", "float", "0 to 1: the same over her lines since the last hand back, fading with each"},
		{"signals.cannot_answer", "float", "0 to 1: how likely it is that the bot cannot answer; 0.64 counts"},
		{"signals.repeated_question", "float", "0 to 1: the same question was asked before"},
		{"signals.bot_repeats", "float", "0 to 1: the finished answer says what an earlier one said"},
		{"signals.model_wants", "float", "1: the model itself asked for a person"},
		{"signals.model_down", "float", "1: the model cannot be reached"},
		{"signals.over_budget", "float", "1: the budget for the model is spent"},
		{"topics", "list", "names of the restricted topics that were touched"},
	}
}

func varNames() []string {
	var names []string
	for _, v := range Vars() {
		names = append(names, v.Name)
	}
	return names
}

// ruleMemory bounds what one evaluation may allocate, in the library's units.
const ruleMemory = 100_000

// ruleNodes bounds the size of a condition.
const ruleNodes = 500

func compileRule(r Rule) (rule, error) {
	if strings.TrimSpace(r.When) == "" {
		return rule{}, fmt.Errorf("the condition is empty")
	}
	program, err := expr.Compile(r.When,
		expr.Env(ruleEnv{}), expr.AsBool(), expr.MaxNodes(ruleNodes),
		// A verdict depends on the situation alone, so no clock.
		expr.DisableBuiltin("now"), expr.DisableBuiltin("date"), expr.DisableBuiltin("timezone"),
		// What makes one value out of many would have no bound.
		expr.DisableBuiltin("repeat"))
	if err != nil {
		return rule{}, fmt.Errorf("%s", strings.TrimSpace(err.Error()))
	}
	return rule{Rule: r, program: program}, nil
}

// holds evaluates the condition.
func (r rule) holds(env ruleEnv) (bool, error) {
	machine := vm.VM{MemoryBudget: ruleMemory}
	out, err := machine.Run(r.program, env)
	if err != nil {
		return false, err
	}
	yes, _ := out.(bool)
	return yes, nil
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path
}
