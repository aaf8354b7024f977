#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What tests/docs/run stands on: which commands are found in a document, and what a shortened one
# may have changed.

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	tmp=$BATS_TEST_TMPDIR
}

# The commands of a document on stdin, a line each, with their line number.
extract() {
	cat >"$tmp/document.md"
	tests/docs/extract "$tmp/document.md" | jq -r '"\(.line) \(.command)"'
}

# STATEMENT: Python that knows the table's functions.
table() {
	PYTHONPATH=tests/docs /usr/bin/python3 -Bc "
import sys
from table import difference, read_table
$1" "${@:2}"
}

@test "commands are found in blocks, lists and inline, with their lines and without comments" {
	run extract <<'END'
Run `concbench list`, or `make
bench`; `concbenches` and `gcc` are none, nor is `maker x`.

- in a list:

  ```sh
  # a comment
  make -s   # another # one
  echo 'a # b' "c # d" e#f
  ```

		concbench indented  # a comment

| a table | `build/concbench list --json` |
|--|--|
| `concbench export a \| cat` | |
END
	[ "$status" -eq 0 ]
	diff - <(echo "$output") <<'END'
1 concbench list
1 make bench
8 make -s
9 echo 'a # b' "c # d" e#f
12 concbench indented
14 build/concbench list --json
16 concbench export a | cat
END
}

@test "what a shell takes for one command is one" {
	run extract <<'END'
```sh
concbench run \
	-w null \
	-c 1
case $status in
0) echo done ;;
esac
x='a
b'
```
END
	[ "$status" -eq 0 ]
	[ "$(wc -l <<<"$output")" -eq 6 ]
	[[ $output == "2 concbench run -w null -c 1"$'\n'"5 case "*esac$'\n'"8 x="* ]]
}

@test "output is no command, beside a prompt or alone" {
	run extract <<'END'
```
echo, 100 connections of 64 bytes
concbench / wrk, requests/s                       1.049 x
concbench: no command
```

```
$ concbench list
concbench run is printed
```

```c
make(x);
```

    gcc libc6-dev make git
END
	[ "$status" -eq 0 ]
	[ "$output" = "8 concbench list" ]
}

@test "scripts of YAML are found" {
	run extract <<'END'
```yaml
jobs:
  gate:
    steps:
      - run: |
          make deps
          make all
      - uses: ./
gate:
  script:
    - concbench list
```
END
	[ "$status" -eq 0 ]
	[ "$(cut -d' ' -f2- <<<"$output")" = "make deps
make all
concbench list" ]
}

@test "a shortened command may have less of its amounts, and nothing else" {
	table '
long = "concbench run -w http -c 1,100 --trials 9 --pin -o a.json    >b"
for short in (
	"concbench run -w http -c 100 --trials 1 --pin -o b.json >b",
	"concbench run -m threads -w http -c 1,100 --trials 9 --pin -o a.json --force --warmup 1 >b",
): assert difference(long, short) is None, difference(long, short)
for short in (
	"concbench load -w http -c 1,100 --trials 9 --pin -o a.json >b",
	"concbench run -w http -c 1,100 --trials 9 -o a.json >b",
	"concbench run -w http -c 1,100 --trials 9 --pin --seed 1 -o a.json >b",
	"concbench run -w http -c 1,100 --trials 10 --pin -o a.json >b",
	"concbench run -w echo -c 1,100 --trials 9 --pin -o a.json >b",
	"concbench run -w http -c 2 --trials 9 --pin -o a.json >b",
	"concbench run -w http -c 1,100 --trials 9 --pin -o a.json",
	"build/concbench run -w http -c 1,100 --trials 9 --pin -o a.json >b",
	"concbench run -w http -c 1,100 --trials 9 --pin -o a.json >b || true",
): assert difference(long, short), short
assert difference("concbench plot a.json", "concbench plot b.json")
assert difference("concbench plot FILE.json [-o DIR]", "concbench plot b.json -o c") is None'
}

@test "a row of the table is two lines, and no command has two" {
	printf 'make a\n\toutside: why\n# words\nmake b\n\tmake c\n' >"$tmp/table"
	table 'assert read_table(sys.argv[1]) == {"make a": "outside: why", "make b": "make c"}' "$tmp/table"
	for wrong in 'make a\nmake b\n' '\tmake a\n' 'make a\n\tb\nmake a\n\tb\n' 'make a\n\tb\n\tc\n'; do
		# shellcheck disable=SC2059 # the format is the table
		printf "$wrong" >"$tmp/table"
		run table 'read_table(sys.argv[1])' "$tmp/table"
		[ "$status" -eq 1 ]
		[[ $output == *"a command, once, and one line behind a tab"* ]]
	done
}
