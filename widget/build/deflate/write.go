package deflate

import "bytes"

// writer writes bits, the lowest first.
type writer struct {
	out  *bytes.Buffer
	hold uint64
	n    int
}

func (w *writer) write(value, n int) {
	w.hold |= uint64(value) << w.n //nolint:gosec // values are small and positive
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.out.WriteByte(byte(w.hold & 0xff))
		w.hold >>= 8
	}
}

func (w *writer) flush() {
	if w.n > 0 {
		w.out.WriteByte(byte(w.hold & 0xff))
	}
	w.hold, w.n = 0, 0
}

func (w *writer) block(tokens []token, last bool) {
	c := count(tokens)
	symbol, dist := code(c.symbol[:], 15), code(c.dist[:], 15)
	w.header(newHeader(symbol, dist), last)
	words, places := words(symbol), words(dist)
	for _, t := range tokens {
		if t.length == 0 {
			w.write(words[t.dist], int(symbol[t.dist]))
			continue
		}
		s, extra := lengthSymbol(int(t.length))
		w.write(words[s], int(symbol[s]))
		w.write((int(t.length)-shortest)&(1<<extra-1), extra)
		s, extra = distSymbol(int(t.dist))
		w.write(places[s], int(dist[s]))
		w.write((int(t.dist)-1)&(1<<extra-1), extra)
	}
	w.write(words[end], int(symbol[end]))
}

func (w *writer) header(h header, last bool) {
	final := 0
	if last {
		final = 1
	}
	w.write(final, 1)
	w.write(2, 2)
	w.write(h.literals-end-1, 5)
	w.write(h.distances-1, 5)
	w.write(h.sent-4, 4)
	for _, symbol := range order()[:h.sent] {
		w.write(int(h.code[symbol]), 3)
	}
	words := words(h.code)
	for _, r := range h.runs {
		w.write(words[r.symbol], int(h.code[r.symbol]))
		w.write(r.value, r.bits)
	}
}
