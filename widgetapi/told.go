package widgetapi

// told are refusals that a visitor may come to read and that say more than their
// code's sentence; the other languages have them under "error." and the same key.
var told = map[string]string{
	"text_long":      "This is longer than {n} characters. Shorten it.",
	"email":          "The email is not an address. Write it as name@example.com.",
	"phone":          "The phone is not a number. Use digits, spaces and + - ( ).",
	"message_long":   "The message is too long. Send it in parts.",
	"chats_mailed":   "Enough chats were mailed for today. Try again tomorrow, or download the transcript.",
	"file_lost":      "One of the files is not there any more. Send it again.",
	"link_device":    "This link was used already, is older than ten minutes, or a newer one has replaced it. Make a new one in the chat on the other device.",
	"link_used":      "This link was used already, or a newer mail has replaced it. Open the link in the newest mail, or the chat where you wrote to us.",
	"link_old":       "This link is too old. Open the link in a newer mail, or the chat where you wrote to us.",
	"link_address":   "This link was mailed to an address that is not the confirmed one of this chat any more. Open the chat where you wrote to us.",
	"link_signed_in": "This chat belongs to somebody who is signed in. Open it on the site.",
}

// tell refuses a visitor in words for her: the sentence of a key in told, with
// pairs of the names of its places and what to put there.
func tell(code, key string, pairs ...string) error {
	return &fault{code: code, told: key, pairs: pairs}
}
