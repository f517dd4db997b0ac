// Package deflate packs what is packed once and sent often: it looks for the
// shortest gzip file where the standard library looks for a quick one. The result
// is some 4 % smaller than that of gzip's best level and read by the same readers.
//
// The text is first parsed into tokens, literals and references to what came
// before. Which parse is the shortest depends on what each token costs, and that on
// how often the parse uses it; so the two are worked out in turns: shortest path,
// counts, shortest path by these counts, until nothing gets shorter (squeeze). The
// tokens are then cut into blocks where two codes with their own headers are
// shorter than one (split), and each block is squeezed for itself.
package deflate

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// Gzip returns b as a gzip file without name and time: the same bytes for the same
// input on every machine. It takes some 100 ms for 70 KB.
func Gzip(b []byte) []byte {
	w := &writer{out: bytes.NewBuffer([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255})}
	blocks := pack(b)
	for i, block := range blocks {
		w.block(block, i == len(blocks)-1)
	}
	w.flush()
	tail := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(b))
	w.out.Write(binary.LittleEndian.AppendUint32(tail, uint32(len(b)))) //nolint:gosec // the format counts modulo 2^32
	return w.out.Bytes()
}

// pack returns the tokens of b, block by block; there is at least one.
func pack(b []byte) [][]token {
	p := parser{text: b, found: find(b)}
	best := [][]token{p.squeeze(0, len(b))}
	for least := size(best...); ; {
		var next [][]token
		from := 0
		for _, block := range split(join(best)) {
			to := from + length(block)
			next = append(next, p.squeeze(from, to))
			from = to
		}
		if got := size(next...); got < least {
			best, least = next, got
			continue
		}
		return best
	}
}

func join(blocks [][]token) []token {
	var all []token
	for _, block := range blocks {
		all = append(all, block...)
	}
	return all
}

// length is how many bytes of text the tokens stand for.
func length(tokens []token) int {
	n := 0
	for _, t := range tokens {
		n += max(1, int(t.length))
	}
	return n
}

// split cuts tokens where two blocks are shorter than one, as often as that helps.
func split(tokens []token) [][]token {
	whole := size(tokens)
	lo, hi, at, least := 1, len(tokens)-1, 0, whole
	for step := (hi - lo) / 16; hi-lo > 0; step = (hi - lo) / 16 {
		near := at
		for cut := lo; cut <= hi; cut += max(1, step) {
			if got := size(tokens[:cut], tokens[cut:]); got < least {
				near, least = cut, got
			}
		}
		if near == at || step == 0 {
			at = near
			break
		}
		at, lo, hi = near, max(lo, near-step), min(hi, near+step)
	}
	if at == 0 {
		return [][]token{tokens}
	}
	return append(split(tokens[:at]), split(tokens[at:])...)
}
