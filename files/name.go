package files

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/markup"
)

// maxName is how long a name may be, in characters.
const maxName = 120

// devices are names that Windows takes for something else.
var devices = []string{
	"con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
	"lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
}

// CleanName makes a name that may be shown and saved: without folders, without
// what hides, reorders or controls, at most 120 characters, and never empty. The
// extension stays. It names nothing on our side.
func CleanName(name string) string {
	name = markup.Clean(strings.ToValidUTF8(name, ""))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r == 0x7f:
			return ' '
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". ")
	stem, ext := split(name)
	if stem == "" {
		stem = "file"
	}
	if slices.Contains(devices, strings.ToLower(strings.TrimSpace(strings.SplitN(stem, ".", 2)[0]))) {
		stem = "_" + stem
	}
	if room := maxName - utf8.RuneCountInString(ext); utf8.RuneCountInString(stem) > room {
		stem = strings.TrimSpace(string([]rune(stem)[:room]))
	}
	return stem + ext
}

// split cuts a name before its extension, dot included. What is longer than ten
// characters is no extension.
func split(name string) (stem, ext string) {
	ext = path.Ext(name)
	if len(ext) < 2 || len(ext) > 11 {
		return name, ""
	}
	return strings.TrimSuffix(name, ext), ext
}

// extension is the last extension, lower case and without the dot.
func extension(name string) string {
	_, ext := split(name)
	return strings.ToLower(strings.TrimPrefix(ext, "."))
}

// disguised says that something to run stands before the extension:
// "invoice.exe.pdf".
func disguised(name string) bool {
	stem, _ := split(name)
	return slices.Contains(runnable, extension(stem))
}

var runnable = []string{
	"apk", "app", "bat", "cgi", "cmd", "com", "cpl", "deb", "dll", "dmg", "exe", "hta", "htm", "html", "jar", "js", "jse", "jsp", "lnk", "mjs",
	"msi", "msp", "php", "pif", "pl", "ps1", "py", "rb", "reg", "rpm", "scr", "sh", "svg", "vb", "vbe", "vbs", "wsf", "wsh", "xhtml", "xml",
}
