package fakeslack

import (
	"regexp"
	"strconv"
	"strings"
)

// emojiTable pairs the shortcodes the page can draw with their characters.
func emojiTable() map[string]string {
	return map[string]string{
		"wave": "👋", "thumbsup": "👍", "+1": "👍", "thumbsdown": "👎", "-1": "👎", "tada": "🎉", "smile": "😄", "grinning": "😀", "slightly_smiling_face": "🙂",
		"joy": "😂", "wink": "😉", "blush": "😊", "heart": "❤️", "eyes": "👀", "fire": "🔥", "rocket": "🚀", "pray": "🙏", "ok_hand": "👌", "clap": "👏", "raised_hands": "🙌",
		"thinking_face": "🤔", "cry": "😢", "sob": "😭", "rage": "😡", "angry": "😠", "confused": "😕", "warning": "⚠️", "lock": "🔒", "unlock": "🔓", "white_check_mark": "✅",
		"heavy_check_mark": "✔️", "x": "❌", "no_entry": "⛔", "question": "❓", "exclamation": "❗", "bell": "🔔", "no_bell": "🔕", "email": "📧", "envelope": "✉️", "phone": "☎️",
		"telephone_receiver": "📞", "speech_balloon": "💬", "bust_in_silhouette": "👤", "busts_in_silhouette": "👥", "robot_face": "🤖", "hourglass": "⌛", "hourglass_flowing_sand": "⏳",
		"clock1": "🕐", "alarm_clock": "⏰", "red_circle": "🔴", "large_green_circle": "🟢", "large_yellow_circle": "🟡", "large_blue_circle": "🔵", "large_orange_circle": "🟠",
		"white_circle": "⚪", "black_circle": "⚫", "rotating_light": "🚨", "credit_card": "💳", "moneybag": "💰", "package": "📦", "page_facing_up": "📄", "paperclip": "📎", "link": "🔗",
		"mag": "🔍", "memo": "📝", "pushpin": "📌", "star": "⭐", "sparkles": "✨", "zap": "⚡", "bulb": "💡", "globe_with_meridians": "🌐", "house": "🏠", "calendar": "📅", "gear": "⚙️",
		"arrow_right": "➡️", "arrow_left": "⬅️", "leftwards_arrow_with_hook": "↩️", "repeat": "🔁", "hand": "✋", "raising_hand": "🙋", "point_right": "👉", "point_up": "☝️",
		"crown": "👑", "gift": "🎁", "coffee": "☕", "100": "💯", "muscle": "💪", "see_no_evil": "🙈", "sunglasses": "😎", "sleeping": "😴", "zzz": "💤", "handshake": "🤝", "label": "🏷️",
		"no_entry_sign": "🚫", "inbox_tray": "📥", "outbox_tray": "📤", "bar_chart": "📊", "ticket": "🎫", "wastebasket": "🗑️", "information_source": "ℹ️", "arrows_counterclockwise": "🔄",
	}
}

var emojiName = regexp.MustCompile(`^[a-z0-9_+'-]+(::skin-tone-[2-6])?$`)

// knownEmoji accepts every well-formed name: a workspace may have its own.
func knownEmoji(name string) bool { return len(name) <= 100 && emojiName.MatchString(name) }

// shortcodes maps the characters of the table to their shortest names.
func shortcodes() *strings.Replacer {
	best := map[string]string{}
	for name, char := range emojiTable() {
		if old, ok := best[char]; !ok || len(name) < len(old) || len(name) == len(old) && name < old {
			best[char] = name
		}
	}
	var pairs []string
	for char, name := range best {
		pairs = append(pairs, char, ":"+name+":")
		// The variation selector is optional when people type.
		if bare := strings.TrimSuffix(char, "\ufe0f"); bare != char {
			pairs = append(pairs, bare, ":"+name+":")
		}
	}
	return longestFirst(pairs)
}

// longestFirst builds a replacer that prefers the longer of two matches.
func longestFirst(pairs []string) *strings.Replacer {
	var long, short []string
	for i := 0; i < len(pairs); i += 2 {
		if strings.HasSuffix(pairs[i], "\ufe0f") {
			long = append(long, pairs[i], pairs[i+1])
		} else {
			short = append(short, pairs[i], pairs[i+1])
		}
	}
	return strings.NewReplacer(append(long, short...)...)
}

// unicodeHex is the "unicode" field of an emoji element: code points in hex.
func unicodeHex(name string) string {
	var parts []string
	for _, r := range emojiTable()[name] {
		parts = append(parts, strconv.FormatInt(int64(r), 16))
	}
	return strings.Join(parts, "-")
}
