package escalation

import "strings"

// misspelt says whether got is want with the slips of a typing hand: a letter
// left out, added, swapped with its neighbour or replaced by one beside it on
// the keyboard, or one vowel for another. Up to 8 letters allow one slip, longer
// words two; words under 4 letters none. The first letter has to be right, or
// swapped with the second.
func misspelt(got, want string) bool {
	if got == want {
		return true
	}
	limit := 1
	switch n := len(want); {
	case n < 4 || len(got) < 4:
		return false
	case n > 8:
		limit = 2
	}
	if abs(len(got)-len(want)) > limit {
		return false
	}
	if got[0] != want[0] && (got[0] != want[1] || got[1] != want[0]) {
		return false
	}
	return slips([]rune(got), []rune(want)) <= limit
}

// slips counts the slips between two words; a replaced letter that no slip of
// the hand explains counts two.
func slips(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+replaced(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func replaced(a, b rune) int {
	switch {
	case a == b:
		return 0
	case isVowel(a) && isVowel(b), besideOnKeyboard(a, b):
		return 1
	}
	return 2
}

func isVowel(r rune) bool { return strings.ContainsRune("aeiouy", r) }

// keyboard rows; a key's neighbours are beside it in its row, and above and
// below it in the others. QWERTY; other layouts differ in a few keys.
var keyboard = [3]string{"qwertyuiop", "asdfghjkl", "zxcvbnm"}

func besideOnKeyboard(a, b rune) bool {
	ra, ca := keyOf(a)
	rb, cb := keyOf(b)
	if ra < 0 || rb < 0 || abs(ra-rb) > 1 {
		return false
	}
	return abs(ca-cb) <= 1
}

func keyOf(r rune) (row, column int) {
	for i, keys := range keyboard {
		if c := strings.IndexRune(keys, r); c >= 0 {
			return i, c
		}
	}
	return -1, -1
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
