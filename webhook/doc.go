// Package webhook tells the operator's own server that a conversation has ended.
//
// [Sender] is a reader of the log (consumer "webhook"). For each Closed event it
// waits until the close cannot be undone any more, and then POSTs what became of
// the conversation as JSON ([Closed]), signed with the shared secret. A close that
// was undone is not reported; one that was followed by a reopening is, and the
// next close is another report.
//
// # What a crash loses
//
// Nothing, and it may repeat one report. The reader's position stays before the
// close until the other side has said 2xx, so a report is sent at least once. Its
// id (Handoff-Delivery, and "id" in the body) is made of the conversation and the
// event, the same for every try, so the other side can drop what it has.
//
// When the other side does not answer, or says no, the report is sent again with
// growing pauses for a day; then the row is parked, the admins are told, and
// "handoff resume webhook" tries once more. 410 means "never again" and ends it.
// One conversation's reports go out in order; they hold up no other reader.
//
// # Where it may lead
//
// To public addresses. The address is checked when the connection is made, after
// the name was looked up, so a name that leads into the own network is refused
// whatever it said before. Two exceptions, both written by the operator: a URL
// whose host is this machine by name (127.0.0.1, ::1, localhost), and networks
// listed in webhooks.allow. Redirects are not followed and no proxy is used.
package webhook
