package main

import (
	"bufio"
	"strings"
	"testing"
)

// The gate's lines for what go test says.
func TestReport(t *testing.T) {
	results, broken := collect(bufio.NewScanner(strings.NewReader(`not JSON
{"Action":"pass","Package":"a","Test":"TestB01One"}
{"Action":"pass","Package":"a","Test":"TestB01Two"}
{"Action":"pass","Package":"a","Test":"TestB01Two/part"}
{"Action":"pass","Package":"a","Test":"TestB05Only"}
{"Action":"skip","Package":"a","Test":"TestB07Skipped"}
{"Action":"pass","Package":"a","Test":"TestB32Good"}
{"Action":"pass","Package":"b","Test":"TestB33Good"}
{"Action":"fail","Package":"b","Test":"TestB33Bad"}
{"Action":"fail","Package":"b"}
{"Action":"fail","Package":"c"}
{"Action":"pass","Package":"a","Test":"TestB73Good"}
`)))
	if len(broken) != 1 || broken[0] != "c" {
		t.Errorf("packages that do not run: %v, want c", broken)
	}
	for _, c := range []struct {
		row  row
		want string
		ok   bool
	}{
		{row{[]string{"B01"}, "one"}, "B-01 one: pass (2 tests)", true},
		{row{[]string{"B05"}, "two"}, "B-05 two: pass (1 test)", true},
		{row{[]string{"B07"}, "three"}, "B-07 three: FAIL (TestB07Skipped)", false},
		{row{[]string{"B32", "B33"}, "four"}, "B-32, B-33 four: FAIL (TestB33Bad)", false},
		{row{[]string{"B73", "B75"}, "five"}, "B-73, B-75 five: FAIL (no test for B-75)", false},
	} {
		if got, ok := report(c.row, results); got != c.want || ok != c.ok {
			t.Errorf("got  %q %v\nwant %q %v", got, ok, c.want, c.ok)
		}
	}
	if n := len(rows()); n != 10 {
		t.Errorf("the gate has %d rows, want ten", n)
	}
}
