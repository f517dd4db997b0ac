package deflate

import (
	"math/bits"
	"slices"
)

// code returns the lengths of a prefix code, none longer than limit, for symbols
// used so often; 0 for those that are not used. It is the shortest code that there
// is, unless that has longer words than the limit. One symbol has a length always,
// because some readers refuse a code without any.
func code(used []int, limit int) []uint8 {
	for least := 1; ; least *= 2 { // who is hardly ever used gets a shorter word
		if lengths := huffman(used, least); int(slices.Max(lengths)) <= limit {
			return lengths
		}
	}
}

// huffman counts each symbol that is used at least so often.
func huffman(used []int, least int) []uint8 {
	lengths := make([]uint8, len(used))
	var leaves []int
	for symbol, n := range used {
		if n > 0 {
			leaves = append(leaves, symbol)
		}
	}
	if len(leaves) < 2 {
		lengths[append(leaves, 0)[0]] = 1
		return lengths
	}
	weight := func(symbol int) int { return max(used[symbol], least) }
	slices.SortStableFunc(leaves, func(a, b int) int { return weight(a) - weight(b) })
	// The nodes in the order of their weights: leaves and joined ones are two queues
	// that are sorted already.
	parent := make([]int, 2*len(leaves)-1)
	heavy := make([]int, 0, len(leaves)-1)
	leaf, joined := 0, 0
	for len(heavy) < len(leaves)-1 {
		sum := 0
		for range 2 {
			if leaf < len(leaves) && (joined == len(heavy) || weight(leaves[leaf]) <= heavy[joined]) {
				parent[leaf] = len(heavy)
				sum += weight(leaves[leaf])
				leaf++
			} else {
				parent[len(leaves)+joined] = len(heavy)
				sum += heavy[joined]
				joined++
			}
		}
		heavy = append(heavy, sum)
	}
	depth := make([]uint8, len(heavy)) // of the joined nodes; the last one is the root
	for i := len(heavy) - 2; i >= 0; i-- {
		depth[i] = depth[parent[len(leaves)+i]] + 1
	}
	for i, symbol := range leaves {
		lengths[symbol] = depth[parent[i]] + 1
	}
	return lengths
}

// words are the words of the code with these lengths, RFC 1951, 3.2.2, as they are
// written: the highest bit first.
func words(lengths []uint8) []int {
	out := make([]int, len(lengths))
	next := 0
	for n := 1; n <= 15; n++ {
		for symbol, length := range lengths {
			if int(length) == n {
				out[symbol] = int(bits.Reverse16(uint16(next)) >> (16 - n)) //nolint:gosec // of 15 bits at most
				next++
			}
		}
		next *= 2
	}
	return out
}
