// Package mail reaches people who are not there: the visitor who has left the
// chat, and the team when nobody takes a conversation.
//
// The one idea: [Mailer] is a reader of the log like the others (consumer
// "mail"), and what it has to do follows from the State and the log alone. It
// sends
//
//   - the code that proves an address, when one is given;
//   - what agents wrote while the visitor was away: to a proved address in their
//     words, the first line at once and then at most one mail every [ReplyEvery];
//     to any other address once, without anybody's words and without a way into
//     the chat;
//   - the whole conversation at its close, to a proved address, when she is away;
//   - the same so far when she asks for it, to a proved address, wherever she is;
//   - the ladder's email step, to the team's own address, without her words.
//
// While she is there nothing is sent; a line that she leaves unread is. Nothing is
// sent to an address whose owner has said so by the link in a mail before.
//
// Three things keep strangers from using it against anybody: an address that
// nobody has proved gets no words of a visitor or an agent, no link that opens the
// chat, and few mails a day;
// no visitor's word stands in a head or a subject; and the addresses and links
// are made of checked parts only.
//
// # What a crash loses
//
// Nothing, and it may repeat one mail. Each mail has a name: the conversation,
// what it is for, and the event it is about. Before the mail server is called, a
// row with that name says what the mail covers ([ledger.Mail]); after the server
// has taken it, a Mailed event under that name stands in the log, and then the
// row goes. Whoever finds a row looks the name up in the log first. So a crash
// before the server was called sends the mail once, later; a crash after the
// event sends nothing more. Between the two, when the server's answer was lost
// or not written down, nobody can know: the mail is sent again, with the same
// Message-ID and about the same lines, so that it can be recognised. A code is
// made anew for every try, and saving it makes the code before worthless: no two
// are valid.
//
// A mail server that is down, or refuses us altogether, stops nothing but mail:
// everything waits, one conversation at a time tries again with growing pauses,
// and the admins are told. A mail that it refuses for good is noted in the log and
// not tried again.
package mail
