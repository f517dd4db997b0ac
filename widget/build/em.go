package main

import (
	"regexp"
	"strconv"
	"strings"
)

const baseSize = 16 // font-size: medium, unless the visitor chose another

var (
	declarations = regexp.MustCompile(`\{[^{}]*\}`)
	fontSize     = regexp.MustCompile(`font-size:\s*([0-9.]+)px`)
	pixels       = regexp.MustCompile(`(-?[0-9]*\.?[0-9]+)px`)
)

// inEm rewrites the px lengths of each rule as em, so that the widget follows
// the visitor's own text size. A rule that sets its font size measures the rest
// of itself by it; all others measure by 16 px, so an element with its own font
// size must not hold elements that are sized in px without setting theirs.
// 0 and 1 px lengths (hairlines) and media conditions stay as they are.
func inEm(css string) string {
	return declarations.ReplaceAllStringFunc(css, func(block string) string {
		size := float64(baseSize)
		if m := fontSize.FindStringSubmatch(block); m != nil {
			size = number(m[1])
		}
		block = fontSize.ReplaceAllStringFunc(block, func(decl string) string {
			return "font-size:" + em(number(fontSize.FindStringSubmatch(decl)[1])/baseSize)
		})
		return pixels.ReplaceAllStringFunc(block, func(length string) string {
			n := number(strings.TrimSuffix(length, "px"))
			if n >= -1 && n <= 1 {
				return length
			}
			return em(n / size)
		})
	})
}

func em(n float64) string {
	text := strconv.FormatFloat(n, 'f', 3, 64)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "em"
}

func number(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return n
}
