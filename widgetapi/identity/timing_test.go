package identity

import (
	"encoding/base64"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const secret = "sk_a secret that is long enough for a test"

// B-12: MACs are compared by the library, which takes the same time wherever they
// differ, and nowhere else.
func TestB12ComparesInConstantTime(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/golang-jwt/jwt/v5").Output()
	if err != nil {
		t.Skipf("the library's source is not here: %v", err)
	}
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "hmac.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), "hmac.Equal(sig, hasher.Sum(nil))") {
		t.Error("the library no longer compares with hmac.Equal")
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %v, %v", files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				switch s.Sel.Name {
				case "Signature", "Equal", "Compare":
					t.Errorf("%s uses %s: signatures are the library's to compare", name, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// B-12: how long a refusal takes does not tell how much of the MAC was right.
// Samples alternate, so that a busy machine slows both alike; five measurements in
// a row that differ by chance alone are one in 10^10.
func TestB12Timing(t *testing.T) {
	const samples, bar = 10_000, 2.58 // |t| of p = .01
	now := time.Unix(1_800_000_000, 0)
	good, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "user-1", "aud": "pk_a", "iat": now.Unix(), "exp": now.Unix() + 600,
	}).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	at := strings.LastIndexByte(good, '.') + 1
	mac, err := base64.RawURLEncoding.DecodeString(good[at:])
	if err != nil {
		t.Fatal(err)
	}
	flip := func(i int) string {
		wrong := append([]byte(nil), mac...)
		wrong[i] ^= 1
		return good[:at] + base64.RawURLEncoding.EncodeToString(wrong)
	}
	keys := ParseKeys([]string{secret})
	first, last := flip(0), flip(len(mac)-1)
	took := func(token string) float64 {
		start := time.Now()
		if _, err := Verify(token, keys, "pk_a", now); err != ErrRefused { //nolint:errorlint // nothing is measured but the check
			t.Fatalf("got %v", err)
		}
		return float64(time.Since(start))
	}
	var score float64
	for range 5 {
		var a, b stats
		for range samples {
			a.add(math.Log(took(first)))
			b.add(math.Log(took(last)))
		}
		score = (a.mean() - b.mean()) / math.Sqrt(a.variance()/a.n+b.variance()/b.n)
		t.Logf("t = %.2f over %d samples each", score, samples)
		if math.Abs(score) < bar {
			return
		}
	}
	t.Errorf("wrong at the first byte and wrong at the last differ with t = %.2f in five measurements", score)
}

type stats struct{ n, sum, squares float64 }

func (s *stats) add(x float64)     { s.n, s.sum, s.squares = s.n+1, s.sum+x, s.squares+x*x }
func (s *stats) mean() float64     { return s.sum / s.n }
func (s *stats) variance() float64 { return (s.squares - s.sum*s.sum/s.n) / (s.n - 1) }
