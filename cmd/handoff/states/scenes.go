package states

// Steps that several scenes begin with.
const (
	answers = "model says Parcels within Germany take two working days. Parcels to Austria take three to four.\n"
	asks    = answers + "open\nsay How long does shipping take?\nreads three to four\nshows .sources\n"
	sizes   = `Packs come in four back lengths. Measure from the bone at the base of your neck to the top of your hips. Then compare that number with the table. It stands on every label. Between two sizes...`
	charged = "open\nsay I was charged twice, can you check?\nphase waiting\n"
	claimed = charged + "agent maya claims\nphase agent\nagent maya says Hello, I can see both charges. One of them is being cancelled now.\nreads being cancelled\n"
	waiting = answers + "others served 5\nothers wait 1\nopen\nsay My parcel has not arrived\nreads three to four\nshows .sources\nescalate\nphase waiting\nplace 2\nshows banner\n"
)

// Scenes are the states that can be shown, in the order of their numbers.
func Scenes() []Scene {
	return append(botScenes(), append(teamScenes(), wireScenes()...)...)
}

// Open are the numbers that have no scene yet.
func Open() []string { return nil }

func botScenes() []Scene {
	return []Scene{
		{ID: "1", Title: "At rest", Note: "One quiet button. It does not move, ring or glow.", Script: "shows launcher"},
		{ID: "1-focus", Title: "Focused", Note: "Reached by Tab: a ring of the accent with a gap of the surface.", Script: "shows launcher\nfocus launcher"},
		{ID: "1-hover", Title: "Under the pointer", Note: "A shade brighter; nothing grows or moves.", Script: "shows launcher", Hover: "launcher"},
		{ID: "1-unread", Title: "Unread", Note: "The panel is closed and Maya has written: the badge, the card with her words, the number in the title.",
			Script: claimed + "close\nagent maya says Done. You will see the money on your card by Thursday.\nunread 1\nshows preview"},
		{ID: "1-hidden", Title: "Hidden", Note: "The site has hidden the button; it opens the panel by itself when it wants.", Script: "shows launcher\nhide\ngone launcher"},
		{ID: "2", Title: "First run", Note: "A greeting that says who answers, and a few ways to begin.", Script: "open\nreads AI assistant :: .row.bot\nshows chip", Panel: true},
		{ID: "3", Title: "Returning", Note: "The last chat as it was left, and a way to begin another.", Script: asks + "reload\nopen\nreads three to four\nshows new", Panel: true},
		{ID: "4", Title: "Loading the history", Note: "Three lines where the words will be; nothing shimmers.",
			Script: asks + "wire holds /events\nreload\nopen\nshows .skeleton", Panel: true},
		{ID: "5", Title: "Thinking", Note: "Dots after 400 ms, words after eight seconds.", Script: "model hangs\nopen\nsay Which size of pack fits me?\nshows .dots\nclock 9\nreads Still working :: .still", Panel: true},
		{ID: "6", Title: "Answering", Note: "Sentence by sentence, each checked before it is shown; Stop while it lasts.",
			Script: "model says " + sizes + "\nopen\nsay Which size of pack fits me?\nshows stop\nreads of your hips", Panel: true},
		{ID: "7", Title: "Stopped", Note: "What was read stays, and says that it was stopped.",
			Script: "model says " + sizes + "\nopen\nsay Which size of pack fits me?\nreads of your hips\npress stop\nreads Stopped :: .row.bot .note\ngone stop", Panel: true},
		{ID: "8", Title: "The assistant failed", Note: "The model gave no answer: what happened, then two ways on.",
			Policy: "handoff: {level: ai_only}\n", Script: "model fails\nopen\nsay Which size of pack fits me?\nreads couldn't finish :: again\nshows again", Panel: true},
		{ID: "9", Title: "A person is offered", Note: "The first sign of trouble: two answers to the offer, both buttons.",
			Script: asks + "say That is useless, it still does not work!\nreads Keep trying :: .lines .chip", Panel: true},
	}
}

func teamScenes() []Scene {
	return []Scene{
		{ID: "10", Title: "Contact form", Note: "Two fields, what is known is filled in, what was typed is not asked again.",
			Script: waiting + "press chip\nshows contact", Panel: true},
		{ID: "11", Title: "Waiting", Note: "Her place and the usual range; she may go on writing, leave an address, or cancel.", Script: waiting, Panel: true},
		{ID: "12", Title: "Waiting for longer", Note: "The range has passed: it is said, with a way out.", Script: waiting + "clock 240\nreads longer than usual :: contact", Panel: true},
		{ID: "13", Title: "Claimed", Note: "A person: her name and face in the header, and no AI mark any more.", Script: claimed, Panel: true},
		{ID: "14", Title: "The agent is typing", Note: "Her name and three dots, for six seconds at most. Slack tells no app who types, so the wire does.",
			Script: claimed + "wire passes typing {\"from\":{\"role\":\"agent\",\"name\":\"Maya\"},\"expires_in_ms\":6000}\nreads is typing :: [data-role=typing]", Panel: true},
		{ID: "15", Title: "Transferred", Note: "Priya has the chat now and can read everything.",
			Script: claimed + "agent maya presses Transfer…\nagent maya submits agent=U0PRIYA\nanswers Priya\nagent priya says I have everything in front of me.\nreads in front of me", Panel: true},
		{ID: "16", Title: "Handed back", Note: "The assistant answers again, marked as one.",
			Script: "model says It costs 4.90 EUR and nothing above 60 EUR.\nopen\nsay I want to talk to a person\nphase waiting\nagent maya claims\nphase agent\nagent maya says All settled. I leave you with the assistant.\nreads All settled\nagent maya presses Hand back to AI\nagent maya submits instruction=\nphase bot\nsay What does shipping cost?\nreads 4.90", Panel: true},
		{ID: "17", Title: "Out of hours", Note: "When the team is back, in the visitor's own time, and a form with one field.",
			Policy: "handoff:\n  level: balanced\n  hours: {timezone: UTC, open: {$CLOSED: \"09:00-17:00\"}}\n", Script: "open\nsay I want to talk to a person\nphase offline\nshows contact", Panel: true},
		{ID: "18", Title: "Closed", Note: "One question, five labelled answers, and the composer stays for a while to reopen.",
			Script: claimed + "agent maya presses Close\nagent maya submits outcome=solved\nphase closed\nshows rating", Panel: true},
	}
}

func wireScenes() []Scene {
	return []Scene{
		{ID: "19", Title: "The device is offline", Note: "She may go on writing; it goes out later, in order.",
			Script: asks + "device offline\nsay And to Austria?\nreads offline :: banner\nreads back online :: .unsent", Panel: true},
		{ID: "20", Title: "Reconnecting", Note: "Said only after three seconds.", Script: asks + "linked\nwire down\nlost\nclock 5\nreads Reconnecting :: .banner.warn", Panel: true},
		{ID: "21", Title: "The server is down", Note: "Said after half a minute; it goes on trying.", Script: asks + "linked\nwire down\nlost\nclock 40\nreads unavailable :: .banner.warn", Panel: true},
		{ID: "22", Title: "Too quick", Note: "The words come back into the field, with how long to wait.",
			Policy: "limits: {messages_per_minute: 1}\n", Script: asks + "say And to Austria?\nreads quickly :: .notice", Panel: true},
		{ID: "23", Title: "Not sent", Note: "The words stay where they are; Retry sends them under the same id.",
			Script: asks + "wire refuses /messages 500\nsay And to Austria?\nshows retry", Panel: true},
		{ID: "24", Title: "Too long", Note: "A counter from 80 % on; above the limit it says what to do.",
			Script: "open\ndraft *4120 a\nreads too long :: .count.over", Panel: true},
		{ID: "25", Title: "Files on their way", Note: "One is with the server, one goes there; both can be taken out again.",
			Script: asks + "attach invoice.txt\nshows file-chip\ngone .tray progress\nwire holds /files\nattach pack.png\nshows .tray progress", Panel: true},
		{ID: "25-failed", Title: "A file that did not arrive", Note: "Her words stay; Retry sends the file again.",
			Script: asks + "wire refuses /files 502\nattach pack.png\nshows file-retry", Panel: true},
		{ID: "25-refused", Title: "A file that is not taken", Note: "What is wrong with it, and what is taken.",
			Script: asks + "attach report.svg\nshows .notice", Panel: true},
		{ID: "25-sent", Title: "A picture in the chat", Note: "Written anew by the server; a press opens it over the page.",
			Script: claimed + "attach pack.png\nshows file-chip\ngone .tray progress\nfill composer This is the pack.\nsend\nreads This is the pack\nshows .thumb img\nloaded .thumb img\ngone .unsent", Panel: true},
		{ID: "26", Title: "The session has ended", Note: "Logged out elsewhere: what was written is kept for a new chat.",
			Script: asks + "revoke\nsay And to Austria?\nreads has ended :: .notice", Panel: true},
		{ID: "27", Title: "An identity that was refused", Note: "Nobody is known: no history of anybody, no alarming words, a chat like any other.",
			Key: ", identity: optional, identity_secret: [0123456789abcdef0123456789abcdef]", Script: asks + "identify eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.AAAA\ngone .own\nshows chip", Panel: true},
		{ID: "28", Title: "Blocked", Note: "What was said stays readable; nothing more is taken for now.",
			Script: charged + "agent maya claims\nphase agent\nagent maya picks Block…\nagent maya submits reason=insults\nphase closed\nshows banner", Panel: true},
		{ID: "29", Title: "Consent is required", Note: "The site asks. Until she agrees there is no request, nothing stored and nothing to see of the chat.", Script: "site consent\nload consent=required",
			Bare: "she has not agreed yet"},
		{ID: "30-inline", Title: "In the page", Note: "The same chat in an element of the site: no button, always open.",
			Script: answers + "site inline\nload container=#inline\nsay How long does shipping take?\nreads three to four\nshows .sources", Panel: true},
		{ID: "30-frame", Title: "In a frame", Note: "The same chat in a document of the chat server's: the page's scripts cannot read it.",
			Script: answers + "load isolation=iframe\nopen\nopened\nsay How long does shipping take?\nheard bot\nwaits 500", Panel: true},
	}
}
