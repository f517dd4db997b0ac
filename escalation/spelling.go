package escalation

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
	return slips(got, want, limit) <= limit
}

// maxSlips is the longest word, in bytes, that is looked at for slips.
const maxSlips = 31

// slips counts the slips between two words, up to a limit; a replaced letter that
// no slip of the hand explains counts two. Letters beyond ASCII count by byte,
// each as if it were replaced.
func slips(a, b string, limit int) int {
	if len(a) > maxSlips || len(b) > maxSlips {
		return limit + 1
	}
	var rows [3][maxSlips + 1]int
	before, last, row := rows[0][:], rows[1][:], rows[2][:]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+replaced(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit+1 {
			return least
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func replaced(a, b byte) int {
	switch {
	case a == b:
		return 0
	case isVowel(a) && isVowel(b), besideOnKeyboard(a, b):
		return 1
	}
	return 2
}

func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

// keys is where a letter is on the keyboard, row and column from 1; a key's
// neighbours are beside it in its row, and above and below it in the others.
// QWERTY; other layouts differ in a few keys.
var keys = keyPlaces("qwertyuiop", "asdfghjkl", "zxcvbnm")

func keyPlaces(rows ...string) (places [256][2]int8) {
	for r, row := range rows {
		for c := range len(row) {
			places[row[c]] = [2]int8{int8(r + 1), int8(c + 1)}
		}
	}
	return places
}

func besideOnKeyboard(a, b byte) bool {
	x, y := keys[a], keys[b]
	if x[0] == 0 || y[0] == 0 {
		return false
	}
	return near8(x[0], y[0]) && near8(x[1], y[1])
}

func near8(a, b int8) bool { return a-b <= 1 && b-a <= 1 }

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
