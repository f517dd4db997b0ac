package deflate

import "slices"

// header tells the lengths of both codes: RFC 1951, 3.2.7.
type header struct {
	literals, distances int
	runs                []run
	code                []uint8
	sent                int // how many lengths of its own code
}

// run is a symbol of the header's code and what follows it.
type run struct{ symbol, bits, value int }

func newHeader(symbol, dist []uint8) header {
	var best header
	symbol, dist = trimmed(symbol, end+1), trimmed(dist, 1)
	all := slices.Concat(symbol, dist)
	for kind := range 8 { // with or without each of the three kinds of runs
		h := header{literals: len(symbol), distances: len(dist), runs: runs(all, kind)}
		var used [19]int
		for _, r := range h.runs {
			used[r.symbol]++
		}
		h.code = code(used[:], 7)
		h.sent = 19
		for h.sent > 4 && h.code[order()[h.sent-1]] == 0 {
			h.sent--
		}
		if best.runs == nil || h.size() < best.size() {
			best = h
		}
	}
	return best
}

func (h header) size() int {
	n := 3 + 5 + 5 + 4 + 3*h.sent
	for _, r := range h.runs {
		n += int(h.code[r.symbol]) + r.bits
	}
	return n
}

// order is in which the lengths of the header's own code are sent.
func order() []int {
	return []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
}

func trimmed(lengths []uint8, least int) []uint8 {
	for len(lengths) > least && lengths[len(lengths)-1] == 0 {
		lengths = lengths[:len(lengths)-1]
	}
	return lengths
}

// runs writes lengths as runs of the kinds that the bits of kind allow: 1 for
// repeats, 2 for few zeros, 4 for many.
func runs(lengths []uint8, kind int) []run {
	var out []run
	for i := 0; i < len(lengths); {
		n := 1
		for i+n < len(lengths) && lengths[i+n] == lengths[i] {
			n++
		}
		switch zero := lengths[i] == 0; {
		case zero && kind&4 != 0 && n >= 11:
			n = min(n, 138)
			out = append(out, run{18, 7, n - 11})
		case zero && kind&2 != 0 && n >= 3:
			n = min(n, 10)
			out = append(out, run{17, 3, n - 3})
		case kind&1 != 0 && n >= 4:
			n = min(n, 7)
			out = append(out, run{int(lengths[i]), 0, 0}, run{16, 2, n - 4})
		default:
			n = 1
			out = append(out, run{int(lengths[i]), 0, 0})
		}
		i += n
	}
	return out
}
