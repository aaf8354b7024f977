#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# concbench map: what it refuses, a small one end to end, and how it ends when interrupted.

load cli

setup_file() {
	cli_setup
	export MAP=$tmp/map.json PICTURES=$tmp/pictures OUT=$tmp/out
	"$concbench" map -m blocking,coroutine --shares 10,0 -c 1,30 --trials 6 --seed 5 \
		-o "$MAP" --plots "$PICTURES" >"$OUT" 2>"$tmp/err" || cat "$OUT" "$tmp/err"
	nothing_in_tmpdir
}

setup() {
	cli_setup
}

@test "bad options are refused, with what is accepted" {
	refused "--shares takes a whole number from 0 to 100 %, not '101'" map --shares 0,101
	refused "--shares takes" map --shares ''
	refused "--shares takes up to 24 of them" map --shares "$(seq -s, 0 30)"
	refused "-c takes up to 24 numbers" map -c "$(seq -s, 1 30)"
	refused "--trials takes a whole number" map --trials 0
	refused "no model is called 'green'" map -m threads,green
	refused "the map itself chooses cpu_share" map --param cpu_share=10
	refused "has no parameter 'size'" map --param size=10
	refused "unrecognized option '--external" map --external a=127.0.0.1:80
	refused "--force is for -o" map --force
	refused "--plots takes a folder" map --plots ''
	refused "unexpected argument 'mixed'" map mixed
	refused "No such file or directory" map -o "$tmp/none/map.json"
	echo kept >"$tmp/there.json"
	refused "exists; --force replaces it" map -o "$tmp/there.json"
	refused "is no folder" map --plots "$tmp/there.json"
	refused "is no folder" sweep --plots "$tmp/there.json"
	refused "cannot make folder" map --plots "$tmp/none/pictures"
}

@test "a folder that may not be written to is refused before anything is measured" {
	local user=()
	[ "$(id -u)" -ne 0 ] || user=(setpriv --reuid 65534 --regid 65534 --clear-groups) # root may do anything
	for command in map sweep; do
		run timeout 10 "${user[@]}" "$concbench" "$command" --plots /usr
		[ "$status" -eq 2 ] || fail "$command: $status, $output"
		[[ "$output" == *"cannot write to '/usr'"* ]]
	done
}

@test "a small map is valid and complete" {
	valid "$MAP"
	results '
assert root["complete"] is True and root["options"]["seed"] == 5
assert len(cells) == 8 and all(len(c["trials"]) == 6 for c in cells)
assert {(c["params"]["cpu_share"], c["concurrency"]) for c in cells} == {(0, 1), (0, 30), (10, 1), (10, 30)}
assert all(c["status"] == "ok" for c in cells), [c["reason"] for c in cells]
assert sorted(t["order"] for t in trials) == list(range(48))
places = order(root)
assert all(sorted(places[i:i + 8]) == list(range(8)) for i in range(0, 48, 8)), places
assert places[:8] != places[8:16]' "$MAP"
}

@test "winners are those that scipy finds in the trials" {
	results '
from scipy.stats import mannwhitneyu
points = root["map"]["points"]
assert len(points) == 4 and root["map"]["models"] == ["blocking", "coroutine"]
def throughputs(point, model):
	return [t["throughput_per_s"] for c in cells for t in c["trials"] if c["model"] == model and
		(c["params"]["cpu_share"], c["concurrency"]) == (point["cpu_share"], point["concurrency"])]
for point in points:
	samples = {model: throughputs(point, model) for model in root["map"]["models"]}
	medians = {model: statistics.median(samples[model]) for model in samples}
	best, next = sorted(medians, key=medians.get, reverse=True)
	assert abs(point["ahead"] - (medians[best] / medians[next] - 1)) < 1e-9, point
	p = mannwhitneyu(samples[best], samples[next], method="exact")
	if p.statistic > 18: assert abs(point["p"] - p.pvalue) < 1e-9, (point, p)
	expected = best if point["adjusted_p"] <= 0.05 else None
	assert point["winner"] == expected and point["open"] is False, point
	assert (point["winner"] is None) == (len(point["among_the_best"]) == 2), point
ranked = sorted(point["p"] for point in points)
for point in points:
	adjusted = min(min(1, q * 4 / (k + 1)) for k, q in enumerate(ranked) if q >= point["p"])
	assert abs(point["adjusted_p"] - adjusted) < 1e-9, (point, ranked)
' "$MAP"
}

@test "the text has the grid, the letters and where the file is" {
	grep -qx 'A=blocking B=coroutine' "$OUT"
	grep -Eq '^ *30( |$)' "$OUT"
	grep -qx "Results are in $MAP" "$OUT"
	while IFS= read -r line; do
		[ "${#line}" -le 80 ] || [[ $line =~ (Results\ are|pictures)\ in ]] || fail "too long: $line"
	done <"$OUT"
}

@test "the map is drawn, not empty, also later from the file" {
	"$concbench" plot "$MAP" -o "$tmp/again"
	for folder in "$PICTURES" "$tmp/again"; do
		[ "$(ls -A "$folder")" = "$(printf 'map.png\nmap.svg')" ]
		[ "$(head -c 4 "$folder/map.png" | tail -c 3)" = PNG ]
		[ "$(stat -c %s "$folder/map.png")" -gt 5000 ]
	done
	cmp "$PICTURES/map.svg" "$tmp/again/map.svg"
}

@test "a picture has a letter, its lead and its model where one has won, and nothing elsewhere" {
	/usr/bin/python3 - "$MAP" >"$tmp/won.json" <<'PYTHON'
import json, sys
root = json.load(open(sys.argv[1]))
for cell in root["cells"]:
	wins = cell["concurrency"] == 30 and cell["model"] == "coroutine"
	for i, trial in enumerate(cell["trials"]):
		trial["throughput_per_s"] = (134 if wins else 100) + 0.01 * i
json.dump(root, sys.stdout)
PYTHON
	"$concbench" plot "$tmp/won.json" -o "$tmp/won"
	/usr/bin/python3 - "$tmp/won/map.svg" <<'PYTHON'
import sys, xml.etree.ElementTree as tree
texts = ["".join(node.itertext()).strip() for node in tree.parse(sys.argv[1]).iter() if node.tag.endswith("text")]
assert texts.count("B") == texts.count("+34 %") == 2 and texts.count("A") == 0, texts
assert "B  coroutine" in texts and not any("blocking" in text for text in texts), texts
assert {"1", "30", "0 %", "10 %"} <= set(texts) and "0.5" not in texts, texts
PYTHON
}

@test "a picture has no winner where a model lost its number" {
	/usr/bin/python3 - "$MAP" >"$tmp/lost.json" <<'PYTHON'
import json, sys
root = json.load(open(sys.argv[1]))
for cell in root["cells"]:
	if cell["concurrency"] == 30 and cell["model"] == "coroutine":
		cell["status"] = "invalid"
json.dump(root, sys.stdout)
PYTHON
	"$concbench" plot "$tmp/lost.json" -o "$tmp/lost"
	/usr/bin/python3 - "$tmp/lost/map.svg" <<'PYTHON'
import sys, xml.etree.ElementTree as tree
texts = ["".join(node.itertext()).strip() for node in tree.parse(sys.argv[1]).iter() if node.tag.endswith("text")]
assert texts.count("?") == 2 and texts.count("B") == 0, texts
PYTHON
}

@test "a map's file can be exported" {
	"$concbench" export "$MAP" --format csv -o "$tmp/map.csv"
	[ "$(wc -l <"$tmp/map.csv")" -eq 49 ]
}

@test "a report of a map tells the command that made it" {
	"$concbench" report "$MAP" -o "$tmp/map.html"
	grep -q 'concbench map -m blocking,coroutine --shares 10,0 -c 1,30 --trials 6 --seed 5' "$tmp/map.html"
}

@test "text in a map's file is never run by gnuplot" {
	/usr/bin/python3 - "$MAP" "$tmp" >"$tmp/evil.json" <<'PYTHON'
import json, sys
root = json.load(open(sys.argv[1]))
evil = "'.system(\"touch %s/ran\").' `touch %s/ran` \"" % (sys.argv[2], sys.argv[2])
root["map"]["models"] = [evil]
for cell in root["cells"]:
	cell["params"]["url"] = evil
json.dump(root, sys.stdout)
PYTHON
	run "$concbench" plot "$tmp/evil.json" -o "$tmp/evil"
	[ ! -e "$tmp/ran" ]
}

has_child() {
	pgrep -P "$1" >/dev/null
}

# Whether it has begun another trial, so that the first is done.
has_child_but() {
	pgrep -P "$1" | grep -qvx "$2"
}

@test "SIGINT keeps what was done, ends with 130 and leaves no process" {
	env --default-signal=INT "$concbench" map -m coroutine,threads --shares 0,50 -c 1,10 --trials 500 \
		-o "$tmp/a.json" --plots "$tmp/none" >"$tmp/out" 2>"$tmp/err" 3>&- &
	mapping=$!
	until_true has_child $mapping
	first=$(pgrep -P $mapping)
	until_true has_child_but $mapping "$first"
	kill -INT $mapping
	code=0
	wait $mapping || code=$?
	[ $code -eq 130 ] || fail "status $code" "$(cat "$tmp/out" "$tmp/err")"
	until_true nothing_alive
	nothing_in_tmpdir
	valid "$tmp/a.json"
	results 'assert root["complete"] is False and 1 <= len(trials) < 4000' "$tmp/a.json"
	[ "$(tail -n 1 "$tmp/out")" = "What was done is in $tmp/a.json" ]
	[ ! -e "$tmp/none" ]
}
