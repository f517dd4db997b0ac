// Package bot is the AI's turn: history → policy → knowledge → model → policy →
// one append.
//
// The bot is a reader of the log (a [feed.Handler]). A visitor's line that
// nobody has judged is a turn. The turn takes one snapshot of the policy, asks
// it about the visitor's words, searches the knowledge, asks the model, and asks
// the policy again about the model's words as they grow: text is released
// sentence by sentence, each after the check has passed on everything up to it.
// Beside the search, ai.triage_model may say what it sees in the visitor's line:
// that adds signals, and nothing waits for it longer than [TriageTimeout].
// What comes out, an answer, an offer, an escalation, goes into the log as one
// append whose decider checks, under the conversation's lock, that the
// conversation is still the bot's and the visitor has not written since.
//
// A turn ends by itself. A claim, an escalation, a new visitor line or her Stop
// cancels it: the turn watches the log while the model writes. What was shown of
// a cancelled turn was a draft, which is never stored.
//
// A crash loses nothing: the reader row is where it was, and the turn starts
// again. The visitor may see a second draft, never a second answer.
//
// Beside the turns the room has a second reader, the [Brief]: when people are
// asked it says what the conversation is about. The [Suggester] drafts lines for
// agents, who read them before anything is sent. The [Translator] is a third reader:
// it translates between a visitor and the agents where one of them has asked for it.
package bot
