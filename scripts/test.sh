#!/usr/bin/env bash
# Runs `go test` with the arguments given. A test that fails beside all the others on
# a small machine is run three times more, alone, and has to pass each time: what is
# broken fails again, what is unsteady is named at the end, and is to be mended. More
# than three failures, a panic or a package that does not build are not run again.
set -uo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
go test "$@" 2>&1 | tee "$log" && exit 0

# One line for each test that failed, without the tests it is a part of.
failed=$(awk '
  /^ *--- FAIL: /                            { names[++n] = $3 }
  /^panic: |^fatal error: |^WARNING: DATA RACE|^FAIL\t.*\[/ { bad = 1 }
  /^FAIL\t/ {
    if (n == 0) bad = 1
    for (i = 1; i <= n; i++) {
      leaf = 1
      for (j = 1; j <= n; j++) if (index(names[j], names[i] "/") == 1) leaf = 0
      if (leaf) print $2, names[i]
    }
    n = 0
  }
  END { exit bad }' "$log") || exit 1
[ -n "$failed" ] && [ "$(wc -l <<<"$failed")" -le 3 ] || exit 1

while read -r package name; do
  printf '\n== again, alone: %s\n' "$name"
  pattern=$(sed 's/[][\.*^$()+?{|]/\\&/g; s:/:$/^:g; s/.*/^&$/' <<<"$name")
  go test -v -count=3 -run "$pattern" "$package" </dev/null >"$log" 2>&1 && [ "$(grep -cF -e "--- PASS: $name (" "$log")" = 3 ] || { cat "$log"; exit 1; }
done <<<"$failed"
printf '\n== unsteady: failed beside the others, passed three times alone\n%s\n' "$failed"
