package deflate

import "math/bits"

const (
	symbols   = 286 // literals, the end of a block, lengths
	distances = 30
	end       = 256
)

// lengthSymbol and distSymbol are the symbols of RFC 1951, 3.2.5, and how many bits
// follow them.
func lengthSymbol(n int) (symbol, extra int) {
	n -= shortest
	switch {
	case n == longest-shortest:
		return symbols - 1, 0
	case n < 8:
		return end + 1 + n, 0
	}
	extra = bits.Len(uint(n)) - 3
	return end + 1 + extra*4 + n>>extra, extra
}

func distSymbol(d int) (symbol, extra int) {
	d--
	if d < 4 {
		return d, 0
	}
	extra = bits.Len(uint(d)) - 2
	return extra*2 + d>>extra, extra
}

// counts are how often the tokens of a block use each symbol, and the bits that
// follow the symbols.
type counts struct {
	symbol [symbols]int
	dist   [distances]int
	extra  int
}

func count(tokens []token) counts {
	var c counts
	for _, t := range tokens {
		if t.length == 0 {
			c.symbol[t.dist]++
			continue
		}
		symbol, extra := lengthSymbol(int(t.length))
		dist, more := distSymbol(int(t.dist))
		c.symbol[symbol]++
		c.dist[dist]++
		c.extra += extra + more
	}
	c.symbol[end]++
	return c
}

// size is the length of the block in bits.
func (c counts) size() int {
	symbol, dist := code(c.symbol[:], 15), code(c.dist[:], 15)
	n := newHeader(symbol, dist).size() + c.extra
	for i, used := range c.symbol {
		n += used * int(symbol[i])
	}
	for i, used := range c.dist {
		n += used * int(dist[i])
	}
	return n
}

// size is the length of blocks in bits.
func size(blocks ...[]token) int {
	n := 0
	for _, tokens := range blocks {
		n += count(tokens).size()
	}
	return n
}
