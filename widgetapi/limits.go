package widgetapi

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Limits is what the door bears, by name. A refused request gets 429 and
// Retry-After; an escalation is never refused: above its limits its card comes
// quietly, without a mention.
//
// Per-IP counts take an IPv6 /64 as one address. Limits per day survive a
// restart; the others start afresh.
type Limits struct {
	SessionsPerMinuteIP int `yaml:"sessions_per_minute_ip" mapstructure:"sessions_per_minute_ip" doc:"new sessions per minute and IP"`
	SessionsPerHourIP   int `yaml:"sessions_per_hour_ip" mapstructure:"sessions_per_hour_ip" doc:"new sessions per hour and IP"`

	MessagesPerMinute     int `yaml:"messages_per_minute" mapstructure:"messages_per_minute" doc:"messages per minute and visitor"`
	MessagesPerTenMinutes int `yaml:"messages_per_ten_minutes" mapstructure:"messages_per_ten_minutes" doc:"messages per ten minutes and visitor"`
	MessagesPerDay        int `yaml:"messages_per_day" mapstructure:"messages_per_day" doc:"messages per day and visitor"`
	MessagesPerMinuteIP   int `yaml:"messages_per_minute_ip" mapstructure:"messages_per_minute_ip" doc:"messages per minute and IP"`
	MessageChars          int `yaml:"message_chars" mapstructure:"message_chars" doc:"characters in a message"`
	MessageBytes          int `yaml:"message_bytes" mapstructure:"message_bytes" doc:"bytes in a message"`

	ConversationsPerHour int `yaml:"conversations_per_hour" mapstructure:"conversations_per_hour" doc:"new conversations per hour and visitor"`
	ContactsPerHour      int `yaml:"contacts_per_hour" mapstructure:"contacts_per_hour" doc:"contact forms per hour and visitor"`
	ContactsPerHourIP    int `yaml:"contacts_per_hour_ip" mapstructure:"contacts_per_hour_ip" doc:"contact forms per hour and IP"`
	RequestsPerMinute    int `yaml:"requests_per_minute" mapstructure:"requests_per_minute" doc:"other requests per minute and visitor"`
	RequestsPerMinuteIP  int `yaml:"requests_per_minute_ip" mapstructure:"requests_per_minute_ip" doc:"requests per minute and IP"`

	EscalationsPerDayIP int           `yaml:"escalations_per_day_ip" mapstructure:"escalations_per_day_ip" doc:"escalations by button per day and IP; above it the card comes without a mention"`
	EscalationCooldown  time.Duration `yaml:"escalation_cooldown" mapstructure:"escalation_cooldown" doc:"asking again within this time comes without a mention"`

	AnswersPerDay int `yaml:"answers_per_day" mapstructure:"answers_per_day" doc:"answers of the model per day and visitor; above it the AI rests and a person is asked for"`

	StreamsPerSession int `yaml:"streams_per_session" mapstructure:"streams_per_session" doc:"open event streams per session; one more closes the oldest"`
	StreamsPerIP      int `yaml:"streams_per_ip" mapstructure:"streams_per_ip" doc:"open event streams per IP"`
	Streams           int `yaml:"streams" mapstructure:"streams" doc:"open event streams of this process"`

	BodyBytes int `yaml:"body_bytes" mapstructure:"body_bytes" doc:"bytes in a JSON body"`

	IdentifyPerMinute   int `yaml:"identify_per_minute" mapstructure:"identify_per_minute" doc:"identifications per minute and sub of the token"`
	IdentifyPerMinuteIP int `yaml:"identify_per_minute_ip" mapstructure:"identify_per_minute_ip" doc:"identifications per minute and IP"`
	EventsPerMinute     int `yaml:"events_per_minute" mapstructure:"events_per_minute" doc:"events (track) per minute and visitor"`
	EventsPerDay        int `yaml:"events_per_day" mapstructure:"events_per_day" doc:"events (track) per day and visitor"`
	LinksPerHour        int `yaml:"links_per_hour" mapstructure:"links_per_hour" doc:"links to another device per hour and visitor"`
	UploadBytes         int `yaml:"upload_bytes" mapstructure:"upload_bytes" doc:"bytes in a file"`
	UploadsPerMinute    int `yaml:"uploads_per_minute" mapstructure:"uploads_per_minute" doc:"files per minute and visitor"`
	UploadsPerMessage   int `yaml:"uploads_per_message" mapstructure:"uploads_per_message" doc:"files in a message"`
	UploadsPerDay       int `yaml:"uploads_per_day" mapstructure:"uploads_per_day" doc:"files per day and visitor"`
	UploadBytesPerDayIP int `yaml:"upload_bytes_per_day_ip" mapstructure:"upload_bytes_per_day_ip" doc:"bytes of files per day and IP"`
	MailsPerDayAddress  int `yaml:"mails_per_day_address" mapstructure:"mails_per_day_address" doc:"mails per day to an address that nobody has proved, and caused by one visitor; chats per day that a visitor has mailed to her own"`
}

// LimitsDefaults returns the limits as they are when nothing is set.
func LimitsDefaults() Limits {
	return Limits{
		SessionsPerMinuteIP: 20, SessionsPerHourIP: 200,
		MessagesPerMinute: 12, MessagesPerTenMinutes: 60, MessagesPerDay: 200, MessagesPerMinuteIP: 60,
		MessageChars: 4000, MessageBytes: 16 << 10,
		ConversationsPerHour: 30, ContactsPerHour: 10, ContactsPerHourIP: 30,
		RequestsPerMinute: 240, RequestsPerMinuteIP: 1200,
		EscalationsPerDayIP: 3, EscalationCooldown: 10 * time.Minute,
		AnswersPerDay: 60, MailsPerDayAddress: 3,
		StreamsPerSession: 3, StreamsPerIP: 30, Streams: 2000,
		BodyBytes:         64 << 10,
		IdentifyPerMinute: 10, IdentifyPerMinuteIP: 30, EventsPerMinute: 30, EventsPerDay: 500, LinksPerHour: 10,
		UploadBytes: 10 << 20, UploadsPerMinute: 15, UploadsPerMessage: 5, UploadsPerDay: 20, UploadBytesPerDayIP: 200 << 20,
	}
}

// Problems checks the section "limits": every limit is at least one, and those
// of features that are not there yet stay unset.
func (l Limits) Problems() []Problem {
	var out []Problem
	v := reflect.ValueOf(l)
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, n := field.Tag.Get("yaml"), v.Field(i).Int()
		switch {
		case strings.HasSuffix(field.Tag.Get("doc"), "not in this version"):
			if n != 0 {
				out = append(out, notYet(name, name, "leave it out"))
			}
		case n < 1:
			out = append(out, Problem{name, fmt.Sprintf("is %v, and nothing would be let through", v.Field(i)), "write a positive value, or leave it out for the default"})
		}
	}
	return out
}

// budget is what a route's requests count against.
type budget string

const (
	budgetNone     budget = ""         // nothing: cheap, or counted by itself
	budgetMint     budget = "mint"     // new sessions
	budgetOpen     budget = "open"     // new conversations
	budgetMessage  budget = "message"  // what the team or the model has to read
	budgetUpload   budget = "upload"   // files
	budgetContact  budget = "contact"  // the contact form
	budgetIdentify budget = "identify" // tokens, per IP; those of a sub are counted once they are verified
	budgetTrack    budget = "track"    // what she did on the site
	budgetLink     budget = "link"     // links to another device
	budgetRequest  budget = "request"  // everything else
	budgetEscalate budget = "escalate" // never refused
)

// subject is the bucket of the tokens of one subject. It is counted for a token
// whose signature is good only: nobody else can use it up.
func (l Limits) subject() []bucket {
	return []bucket{{"identify", "subject", l.IdentifyPerMinute, time.Minute}}
}

// bucket is a rate: n at once, refilled over the period.
type bucket struct {
	name   string
	per    string // "ip", "visitor" or "subject"
	n      int
	period time.Duration
}

// buckets lists what a request of this budget takes a token from.
func (l Limits) buckets(b budget) []bucket {
	all := bucket{"request", "ip", l.RequestsPerMinuteIP, time.Minute}
	switch b {
	case budgetMint:
		return []bucket{{"mint", "ip", l.SessionsPerMinuteIP, time.Minute}, {"mint_hour", "ip", l.SessionsPerHourIP, time.Hour}}
	case budgetOpen:
		return []bucket{all, {"open", "visitor", l.ConversationsPerHour, time.Hour}}
	case budgetMessage:
		return []bucket{
			{"message", "visitor", l.MessagesPerMinute, time.Minute},
			{"message_ten", "visitor", l.MessagesPerTenMinutes, 10 * time.Minute},
			{"message", "ip", l.MessagesPerMinuteIP, time.Minute},
		}
	case budgetUpload:
		return []bucket{all, {"upload", "visitor", l.UploadsPerMinute, time.Minute}}
	case budgetContact:
		return []bucket{{"contact", "visitor", l.ContactsPerHour, time.Hour}, {"contact", "ip", l.ContactsPerHourIP, time.Hour}}
	case budgetIdentify:
		return []bucket{all, {"identify", "ip", l.IdentifyPerMinuteIP, time.Minute}}
	case budgetTrack:
		return []bucket{all, {"track", "visitor", l.EventsPerMinute, time.Minute}}
	case budgetLink:
		return []bucket{all, {"link", "visitor", l.LinksPerHour, time.Hour}}
	case budgetRequest:
		return []bucket{all, {"request", "visitor", l.RequestsPerMinute, time.Minute}}
	case budgetNone, budgetEscalate:
	}
	return nil
}
