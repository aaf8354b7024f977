#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# concbench doctor on this machine, whatever it is, and what of it lands in a run's results.

load cli

setup_file() {
	cli_setup
	export DOCTOR=$tmp/doctor.json TEXT=$tmp/doctor.txt STATUS=$tmp/status
	"$concbench" doctor >"$TEXT" 2>&1 3>&- &
	status=0
	"$concbench" doctor --json >"$DOCTOR" || status=$?
	echo "$status" >"$STATUS"
	wait $! || [ $? -eq 1 ]
}

setup() {
	cli_setup
}

@test "bad options are refused" {
	refused "unexpected argument 'now'" doctor now
	refused "unrecognized option '--fast'" doctor --fast
}

@test "each finding has its severity, why it matters and what to do, the worst first" {
	/usr/bin/python3 - "$DOCTOR" "$(cat "$STATUS")" <<'PYTHON'
import json, sys
root = json.load(open(sys.argv[1]))
order = ["warning", "note", "unknown", "ok"]
places = [order.index(f["severity"]) for f in root["findings"]]
assert places == sorted(places), places
assert len(places) == len({f["name"] for f in root["findings"]}) >= 25
assert root["warnings"] == places.count(0)
assert int(sys.argv[2]) == (1 if root["warnings"] else 0), sys.argv
for finding in root["findings"]:
	assert finding["found"] and finding["why"]
	assert bool(finding["do"]) == (finding["severity"] in ("warning", "note")), finding
PYTHON
}

@test "the probe watched each CPU for 2 s" {
	/usr/bin/python3 - "$DOCTOR" <<'PYTHON'
import json, os, sys
probe = json.load(open(sys.argv[1]))["probe"]
assert probe["seconds"] == 2 and probe["cpus"] == len(os.sched_getaffinity(0)), probe
assert 0 <= probe["lost_share"] <= 1.1 and probe["longest_ns"] >= 0 and probe["gaps"] >= 0
PYTHON
}

@test "what is told of this machine's files is what they say" {
	found() {
		/usr/bin/python3 -c '
import json, sys
print(*[f["severity"] + " " + f["found"] for f in json.load(open(sys.argv[1]))["findings"] if f["name"] == sys.argv[2]])
' "$DOCTOR" "$1"
	}
	limit=$(cat /proc/sys/net/core/somaxconn)
	[[ "$(found somaxconn)" == *" $limit connections can wait"* ]]
	[ "$limit" -lt 4096 ] || [[ "$(found somaxconn)" == ok* ]]
	[[ "$(found open-files)" == *" $(ulimit -Hn) files"* ]]
	[ ! -e /.dockerenv ] || [[ "$(found virtual)" == note*/.dockerenv ]]
}

@test "the text fits 80 columns and ends in the counts" {
	while IFS= read -r line; do
		[ "${#line}" -le 80 ] || fail "too long: $line"
	done <"$TEXT"
	[[ "$(tail -n 1 "$TEXT")" =~ ^warnings:\ [0-9]+,\ notes:\ [0-9]+,\ unknown:\ [0-9]+,\ ok:\ [0-9]+$ ]]
}

@test "a run's results have the warnings by name, and the table says how many" {
	(
		ulimit -n 256 # fewer than the default profile needs
		"$concbench" run -m blocking -w null -n 10 --trials 1 -o "$tmp/a.json" >"$tmp/out"
	)
	valid "$tmp/a.json"
	results '
warnings = root["environment"]["warnings"]
assert any(w.startswith("open-files: a process may open 256 files") for w in warnings), warnings
assert not any(w.startswith("jitter") for w in warnings), warnings
assert f"{len(warnings)} warning" in open(more[0]).read()' "$tmp/a.json" -- "$tmp/out"
	grep -q 'about this machine: concbench doctor$' "$tmp/out"
}

@test "warnings that differ do not make it another machine" {
	"$concbench" run -m blocking -w null -n 10 --trials 2 -o "$tmp/a.json" >/dev/null
	/usr/bin/python3 - "$tmp/a.json" >"$tmp/b.json" <<'PYTHON'
import json, sys
root = json.load(open(sys.argv[1]))
root["environment"]["warnings"] = ["jitter: CPU 0 was taken away"]
json.dump(root, sys.stdout)
PYTHON
	run "$concbench" compare "$tmp/a.json" "$tmp/b.json"
	[ "$status" -ne 2 ] || fail "$output"
	[[ "$output" != *"--force"* ]]
}
