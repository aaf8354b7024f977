#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# concbench list, --help and --version: what one can learn from the program itself.

load cli

setup() {
	cli_setup
}

# SECTION: the names in list SECTION --json.
names() {
	"$concbench" list "$1" --json | jq_names "$1"
}

# The commands that are for people.
commands() {
	"$concbench" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'
}

jq_names() {
	/usr/bin/python3 -c 'import json, sys
for item in json.load(sys.stdin)[sys.argv[1]]: print(item["name"])' "$1"
}

@test "list names every model, workload and profile" {
	run --separate-stderr "$concbench" list
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	for name in models: workloads: profiles: blocking threads threadpool processes prefork eventloop \
		stackless coroutine uring offload multicore multiprocess-coroutine null sleep fetch rawget \
		download file randread primes sha256 mixed idle pipeline ring generator stall nqueens quick default full \
		demonstrations: order crash race easy deadlock orphan awaits; do
		grep -qw -- "$name" <<<"$output" || fail "list has no $name" "$output"
	done
	grep -q 'duration_us=1000 .*(us, 0 to 60000000)' <<<"$output"
}

@test "list SECTION is that part of list" {
	"$concbench" list >"$tmp/all"
	for section in models workloads profiles demonstrations; do
		"$concbench" list $section >>"$tmp/parts"
		[ "$(head -n 1 <("$concbench" list $section))" = "$section:" ]
	done
	diff "$tmp/all" "$tmp/parts"
}

@test "list fits into 80 columns and its head is where one looks" {
	"$concbench" list >"$tmp/all"
	[ "$(head -n 1 "$tmp/all")" = models: ]
	/usr/bin/python3 - "$tmp/all" <<'PYTHON'
import sys
long = [line for line in open(sys.argv[1], encoding="utf-8") if len(line) > 81]
assert not long, long
PYTHON
}

@test "list --json is JSON only, with what a program needs to ask for a run" {
	"$concbench" list --json >"$tmp/list.json"
	/usr/bin/python3 - "$tmp/list.json" <<'PYTHON'
import json, sys
known = json.load(open(sys.argv[1]))
assert sorted(known) == ["demonstrations", "models", "profiles", "workloads"]
for section in known.values():
	names = [item["name"] for item in section]
	assert len(names) == len(set(names)) > 0
	assert all(item["summary"] for item in section)
assert all("unavailable" in model for model in known["models"])
for workload in known["workloads"] + known["demonstrations"]:
	assert workload["kind"] in ("io", "cpu", "mixed", "service", "structure")
	for param in workload["params"]:
		assert param["summary"], param
		if "unit" in param:
			assert param["min"] <= int(param["default"]) <= param["max"], param
		else:
			assert isinstance(param["default"], str), param
assert all(profile["trials"] >= 1 for profile in known["profiles"])
PYTHON
}

@test "list SECTION --json has that section only, in either order of the arguments" {
	for section in models workloads profiles; do
		"$concbench" list $section --json >"$tmp/a.json"
		"$concbench" list --json $section | diff - "$tmp/a.json"
		results 'assert list(root) == more' "$tmp/a.json" -- $section 2>"$tmp/err" ||
			/usr/bin/python3 -c 'import json, sys
assert list(json.load(open(sys.argv[1]))) == sys.argv[2:]' "$tmp/a.json" $section
	done
}

@test "every listed model, workload and profile can be asked for" {
	for model in $(names models); do
		"$concbench" run -m "$model" -w null -n 2 --trials 1 >"$tmp/out"
	done
	for workload in $(names workloads | grep -vx -e echo -e http -e websocket); do
		run --separate-stderr "$concbench" trial -m blocking -w "$workload" -n 1
		[ "$status" -eq 0 ] || [[ $output == *'"unavailable"'* ]] || fail "$workload: $output"
	done
	for profile in $(names profiles); do
		# An output that exists is refused after the profile was found.
		run "$concbench" run --profile "$profile" -o "$tmp/out"
		[[ $output == *"exists"* ]]
	done
}

@test "a list that there is not is refused with those that there are" {
	refused "no list is called 'tests'; there are: models workloads profiles demonstrations" list tests
	refused "unexpected argument 'x'" list models x
	refused "unrecognized option '--colour'" list --colour
}

@test "a reader that leaves early does no harm" {
	[ "$("$concbench" list | head -n 1)" = models: ]
	[ "$("$concbench" list --json | head -c 1)" = "{" ]
}

@test "--help of the program and of every command prints a usage on stdout" {
	for command in "" $(commands) history\ {add,show,plot}; do
		# shellcheck disable=SC2086 # the first command is none, and some are two words
		run --separate-stderr "$concbench" $command --help
		[ "$status" -eq 0 ] || fail "$command: status $status"
		[ -z "$stderr" ]
		[[ $output == "usage: concbench ${command:-COMMAND}"* ]] || fail "$output"
		[ -z "$(LC_ALL=C.UTF-8 awk 'length > 80' <<<"$output")" ] || fail "$output"
	done
}

@test "every command complains alike of what it does not know" {
	for command in $(commands) history\ {add,show,plot}; do
		# shellcheck disable=SC2086 # two words
		refused "unrecognized option '--colour'" $command --colour
		[[ $stderr == "concbench $command: "*$'\n'"\`concbench $command --help\` lists the options" ]] || fail "$stderr"
		[[ $command != @(history|claims) ]] || continue # which takes more than one
		# shellcheck disable=SC2086
		refused "unexpected argument '" $command models 2 3
		[[ $stderr == "concbench $command: "* ]] || fail "$stderr"
	done
	refused "option '--trials' requires an argument" run --trials
	refused "there is no 'history remove'" history remove
	refused "what is to be done" history
}

@test "--help wins over other options, also without what they would need" {
	run --separate-stderr "$concbench" run -m blocking --resume --help
	[ "$status" -eq 0 ]
	[[ $output == "usage: concbench run"* ]]
	run --separate-stderr "$concbench" trial --help
	[ "$status" -eq 0 ]
}

@test "every option that run knows is in its help" {
	"$concbench" run --help >"$tmp/help"
	for option in -m -w -c -n -o --trials --param --profile --pin --warmup --time-limit --seed \
		--force --resume; do
		grep -q -- "$option" "$tmp/help" || fail "no $option"
	done
}

@test "--version is a number on the first line, then how the program was built" {
	run --separate-stderr "$concbench" --version
	[ "$status" -eq 0 ]
	[[ ${lines[0]} =~ ^concbench\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	[ "${#lines[@]}" -le 8 ]
	for fact in "commit:    [0-9a-f]{12}" "compiler:  (gcc|clang) [0-9]" "flags: .*-O" \
		"libuv [0-9.]+," "libcurl [0-9.]+," "jansson [0-9.]+," \
		"OpenSSL [0-9.]+" "io_uring: "; do
		[[ $output =~ $fact ]] || fail "no $fact" "$output"
	done
}

@test "no command is status 2 with the usage on stderr" {
	run --separate-stderr "$concbench"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ $stderr == "usage: concbench COMMAND"*list*run*plot*export* ]]
}

@test "an unknown command lists the known ones" {
	refused "no command is called 'bench'; there are: list run sweep serve load compare gate " bench
	refused "no command is called '--verbose'" --verbose
}
