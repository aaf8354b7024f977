# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of the command line share; `load cli` at their top.

bats_require_minimum_version 1.5.0

# In every setup: $concbench by its full name, $tmp for files, and a TMPDIR of the test, which also
# marks whatever process it starts.
cli_setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	concbench=$(realpath "${CONCBENCH:-build/concbench}")
	export CONCBENCH=$concbench
	tmp=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/files # run puts files of its own beside it
	export TMPDIR=$tmp/tmpdir
	mkdir -p "$TMPDIR"
	ulimit -c 0
	# A crash that a test asks for is to be one in a sanitizer's build, too.
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0
	export TSAN_OPTIONS=${TSAN_OPTIONS:+$TSAN_OPTIONS:}handle_segv=0
}

# The models that this machine has, in ${here[@]}, and as a list for -m in $everyone; and how many of
# them run a workload without a resumable form, in $able: all but stackless.
know_models() {
	mapfile -t here < <("$concbench" list models --json | /usr/bin/python3 -c '
import json, sys
for model in json.load(sys.stdin)["models"]:
	if not model["unavailable"]: print(model["name"])')
	[ "${#here[@]}" -ge 10 ] || fail "only ${here[*]}"
	# shellcheck disable=SC2034 # for the tests
	everyone=$(IFS=, && echo "${here[*]}")
	[[ ,$everyone, == *,stackless,* ]] || fail "no stackless in $everyone"
	# shellcheck disable=SC2034
	able=$((${#here[@]} - 1))
}

# Say what was wrong, and fail.
fail() {
	printf '%s\n' "$@"
	return 1
}

# CODE FILE.. [-- TEXT..]: Python on results files: roots, and of the first one root, cells and
# trials; more are the texts. able() has the cells but for those of stackless on a workload that has
# no form for it, which must say so.
results() {
	local code=$1
	shift
	/usr/bin/python3 -c "
import json, statistics, sys
paths, more = sys.argv[1:], []
if '--' in paths:
	paths, more = paths[:paths.index('--')], paths[paths.index('--') + 1:]
roots = [json.load(open(path)) for path in paths]
root = roots[0]
cells = root['cells']
trials = [trial for cell in cells for trial in cell['trials']]
def able():
	formless = [c for c in cells if c['model'] == 'stackless']
	for c in formless:
		assert (c['status'], c['reason']) == ('unavailable', 'this workload has no resumable form'), c
		assert c['summary'] is None and all(t['tasks'] is None for t in c['trials']), c
	return [c for c in cells if c not in formless]
def order(root):
	places = [(t['order'], i) for i, cell in enumerate(root['cells']) for t in cell['trials']]
	return [i for _, i in sorted(places)]
$code" "$@"
}

# Whether a results file is what results/schema.json says.
valid() {
	/usr/bin/python3 -W ignore -m jsonschema -i "$1" results/schema.json
}

# The processes of this test that live: of our program or hyperfine, and with our TMPDIR.
alive() {
	local dir
	find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' \
		\( -lname "$concbench" -o -lname '*/hyperfine' \) -printf '%h\n' 2>/dev/null |
		while read -r dir; do
			! grep -qszx "TMPDIR=$TMPDIR.*" "$dir/environ" || echo "${dir#/proc/}"
		done
}

# Those of them whose command name is $1.
alive_named() {
	local pid
	for pid in $(alive); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$1" ] || echo "$pid"
	done
}

# CONDITION..: wait until it holds, at most 20 s.
until_true() {
	for _ in {1..400}; do
		! "$@" || return 0
		sleep 0.05
	done
	fail "in 20 s it did not come about that: $*"
}

nothing_alive() {
	[ -z "$(alive)" ]
}

one_alive_named() {
	[ -n "$(alive_named "$1")" ]
}

nothing_in_tmpdir() {
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left in TMPDIR: $(find "$TMPDIR")"
}

# PART ARGUMENT..: the program refuses them: status 2, a message with PART on stderr, no other
# output, and nothing written.
refused() {
	local part=$1 before
	shift
	before=$(find "$tmp" | sort)
	run --separate-stderr "$concbench" "$@"
	# shellcheck disable=SC2154 # run sets stderr
	if [ "$status" -ne 2 ] || [ -n "$output" ] || [[ $stderr != "concbench"*": "*"$part"* ]] ||
		[ "$(find "$tmp" | sort)" != "$before" ]; then
		fail "concbench $*" "status $status, expected a refusal with: $part" \
			"stdout: $output" "stderr: $stderr" "files: $(find "$tmp")"
	fi
}
