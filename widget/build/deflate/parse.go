package deflate

import "math"

const (
	shortest, longest = 3, 258
	window            = 1 << 15
	tries             = 1 << 12 // earlier places that are looked at for a reference
	rounds            = 30      // of squeezing; the last ones hardly ever help
)

// token is a reference to what came dist bytes before, or, with length 0, the
// literal dist.
type token struct{ length, dist uint16 }

// find returns for each position the references worth taking, the nearest first:
// each is longer than the one before it.
func find(b []byte) [][]token {
	found := make([][]token, len(b))
	last := map[[shortest]byte]int{}
	earlier := make([]int, len(b))
	for i := 0; i+shortest <= len(b); i++ {
		key := [shortest]byte(b[i:])
		at, seen := last[key]
		if !seen {
			at = -1
		}
		earlier[i], last[key] = at, i
		best := shortest - 1
		for n := 0; at >= 0 && i-at < window && n < tries && best < min(longest, len(b)-i); n++ {
			if b[at+best] == b[i+best] {
				if got := common(b, at, i); got > best {
					best = got
					found[i] = append(found[i], token{uint16(got), uint16(i - at)}) //nolint:gosec // less than the window
				}
			}
			at = earlier[at]
		}
	}
	return found
}

// common is how long what stands at i is what stands at `at`.
func common(b []byte, at, i int) int {
	n := 0
	for n < longest && i+n < len(b) && b[at+n] == b[i+n] {
		n++
	}
	return n
}

type parser struct {
	text  []byte
	found [][]token
}

// squeeze is the shortest parse of text[from:to] that it finds.
func (p parser) squeeze(from, to int) []token {
	var prices prices
	prices.guess()
	var best []token
	least, last := math.MaxInt, 0
	for range rounds {
		tokens := p.path(from, to, &prices)
		used := count(tokens)
		got := used.size()
		if got < least {
			best, least = tokens, got
		}
		if got == last {
			break
		}
		last = got
		prices.learn(used)
	}
	return best
}

// path is the cheapest parse by given prices.
func (p parser) path(from, to int, prices *prices) []token {
	cost := make([]float64, to-from+1)
	step := make([]token, to-from+1) // by which token one gets there
	for i := range cost[1:] {
		cost[i+1] = math.Inf(1)
	}
	for i := range to - from {
		reach := func(t token, length int, price float64) {
			if c := cost[i] + price; c < cost[i+length] {
				cost[i+length], step[i+length] = c, t
			}
		}
		literal := p.text[from+i]
		reach(token{0, uint16(literal)}, 1, prices.symbol[literal])
		n := shortest
		for _, t := range p.found[from+i] {
			price := prices.distance(t.dist)
			for ; n <= min(int(t.length), to-from-i); n++ {
				reach(token{uint16(n), t.dist}, n, prices.lengths[n]+price)
			}
		}
	}
	var back []token
	for at := to - from; at > 0; at -= max(1, int(step[at].length)) {
		back = append(back, step[at])
	}
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	return back
}

// prices are what tokens cost in bits.
type prices struct {
	symbol  [symbols]float64
	lengths [longest + 1]float64
	dist    [distances]float64
}

// guess is for the first path, when nothing has been counted.
func (p *prices) guess() {
	for i := range p.symbol {
		p.symbol[i] = 7
	}
	for i := range p.dist {
		p.dist[i] = 5
	}
	p.setLengths()
}

func (p *prices) learn(used counts) {
	ideal(p.symbol[:], used.symbol[:])
	ideal(p.dist[:], used.dist[:])
	p.setLengths()
}

func (p *prices) setLengths() {
	for n := shortest; n <= longest; n++ {
		symbol, extra := lengthSymbol(n)
		p.lengths[n] = p.symbol[symbol] + float64(extra)
	}
}

func (p *prices) distance(d uint16) float64 {
	symbol, extra := distSymbol(int(d))
	return p.dist[symbol] + float64(extra)
}

// ideal sets what a word of an ideal code costs, for symbols used so often.
func ideal(price []float64, used []int) {
	all := 0
	for _, n := range used {
		all += n
	}
	for i, n := range used {
		price[i] = math.Log2(float64(max(all, 1))) - math.Log2(float64(max(n, 1)))
	}
}
