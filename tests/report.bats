#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run and the helpers set these
# concbench report: the page as a file, and once in a browser.

load cli

setup() {
	cli_setup
	result=tests/data/result.json
	baseline=results/baseline-2-core-vm.json
	page=$tmp/page.html
}

# CODE FILE [TEXT..]: Python on a page, which tests/html_page.py has read and found sound.
page_has() {
	PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c "
import sys
from html_page import Page
page, more = Page(sys.argv[1]), sys.argv[2:]
$1" "${@:2}"
}

# CODE FILE: the results file, changed by Python that knows it as root.
changed() {
	results "$1
json.dump(root, sys.stdout)" "$2"
}

@test "a page of sound structure with everything in it" {
	run "$concbench" report "$result" -o "$page"
	[ "$status" -eq 0 ]
	[[ "$output" == "$page: "*" KiB" ]]
	page_has '
assert page.ids >= {"main", "machine", "scorecard", "workloads", "cells", "reasons", "reproduce", "data"}
assert "against" not in page.ids
assert page.count("figure") == 9, page.count("figure")
assert page.count("svg") == 10, page.count("svg") # one has the symbols
assert len(page.rows("cells")) == 1 + 12
assert ["crashed", "coroutine", "fetch at 100", "killed by SIGSEGV, in \"task 17\""] in page.rows("reasons")
assert ["unavailable", "iouring", "fetch at 1, 100", "built without liburing"] in page.rows("reasons")
assert ["CPU", "Example CPU @ 2.50GHz"] in page.rows("facts")
assert "the CPU frequency governor cannot be read" in page.text
assert "concbench run -w fetch,file,primes,mixed --trials 3 --seed 42 -o result.json" in page.text
assert "not ranked: that takes an interval of more than 90 % for each model" in page.text
assert "▲" not in page.text.replace("▲ best: its", "")' "$page"
	nothing_in_tmpdir
}

@test "the default profile fits into 2 MiB" {
	"$concbench" report "$baseline" -o "$page"
	[ "$(stat -c %s "$page")" -le $((2 * 1024 * 1024)) ]
	page_has '
assert len(page.rows("cells")) == 1 + 588
assert len(page.rows("scorecard")) == 1 + 27
assert any(cell.startswith("▲ ") for row in page.rows("scorecard") for cell in row)
for word in ("http:", "https:", "url(", "@import", "src="):
	assert word not in page.raw, word' "$page"
}

@test "the page holds the data of the file" {
	"$concbench" report "$result" -o "$page"
	"$concbench" export "$result" -f csv -o "$tmp/result.csv"
	page_has '
import json
assert json.loads(page.data["result.json.gz"]) == json.load(open(more[0]))
assert page.data["result.csv.gz"] == open(more[1], "rb").read()' "$page" "$result" "$tmp/result.csv"
}

@test "no text of a file is markup" {
	changed '
evil = "</script></title><script>document.title=1</script><b a=\"\x27 onclick=x>&lt;{{data}}"
for cell in cells:
	cell["params"]["text"] = evil
	if cell["reason"]: cell["reason"] = evil
root["environment"].update(host=evil, cpu=evil, git=evil, warnings=[evil])
root["environment"][evil] = evil
root.update(started=evil)
root["options"]["arguments"].append(evil)' "$result" >"$tmp/evil.json"
	changed 'root["environment"].update(host="here")' "$tmp/evil.json" >"$tmp/here.json"
	"$concbench" report "$tmp/evil.json" -o "$page" --against "$tmp/here.json" --force
	page_has '
evil = "</script></title><script>document.title=1</script><b a=\"\x27 onclick=x>&lt;{{data}}"
assert page.count("script") == 1 and page.count("b") == page.count("figcaption")
assert page.text.count(evil) > 30, page.text.count(evil)
assert not any(name.startswith("on") for name in page.attribute_names)' "$page"
}

@test "a run in which everything failed is told without gnuplot" {
	changed '
for cell in cells:
	cell.update(status="failed", reason="it broke", summary=None)' "$result" >"$tmp/failed.json"
	mkdir "$tmp/bin"
	PATH=$tmp/bin "$concbench" report "$tmp/failed.json" -o "$page"
	page_has '
assert page.count("figure") == 0
assert "12 cells: 0 with a result, 10 without, 2 not run" in page.text
assert page.text.count("No cell of it has a result") == 4' "$page"
	run env PATH="$tmp/bin" "$concbench" report "$result" -o "$tmp/none.html"
	[ "$status" -eq 2 ]
	[[ "$output" == "concbench report: "*gnuplot-nox* ]]
	[ ! -e "$tmp/none.html" ]
	nothing_in_tmpdir
}

@test "against an older run: what compare says, refused where compare refuses" {
	# So few cells that 6 trials show a difference; one is no longer ok.
	few='root["cells"] = [cell for cell in cells if cell["workload"] == "sleep" and cell["concurrency"] < 100][:12]'
	changed "$few" "$baseline" >"$tmp/old.json"
	changed "$few
for cell in root['cells'][:8]:
	for trial in cell['trials']: trial['throughput_per_s'] *= 3
root['cells'][9].update(status='crashed', reason='it died')" "$baseline" >"$tmp/new.json"
	"$concbench" report "$tmp/new.json" -o "$page" --against "$tmp/old.json"
	run "$concbench" compare "$tmp/old.json" "$tmp/new.json" --format json
	better=$(jq '[.cells[].comparisons[]? | select(.verdict == "better")] | length' <<<"$output")
	[ "$better" -eq 8 ]
	page_has '
rows = page.rows("against")
assert len([row for row in rows if row[6] == "better"]) == int(more[0]), rows[:3]
assert not [row for row in rows if row[6] == "worse"]
assert len(rows) == 2 + 11 * 3 # the heads of two tables
assert "0 worse, %s better, 1 no longer ok." % more[0] in page.text
assert "Were ok and no longer are:" in page.text and "crashed: it died" in page.text' "$page" "$better"

	changed 'root["environment"].update(host="another")' "$tmp/new.json" >"$tmp/far.json"
	refused 'these runs differ by more than their programs' report "$tmp/far.json" -o "$tmp/far.html" --against "$tmp/old.json"
	[[ "$stderr" == *'another host: "vm", then "another"'*'With --force'* ]]
	"$concbench" report "$tmp/far.json" -o "$page" --against "$tmp/old.json" --force
	page_has '
assert all(row[6].startswith("Forced: ") for row in page.rows("against") if row[6] != "Verdict")' "$page"
	refused 'have no cell in common' report "$result" -o "$tmp/far.html" --against "$tmp/old.json"
}

@test "what cannot be told is refused" {
	refused 'no results file is given' report -o "$page"
	refused "unexpected argument '$result'" report "$result" "$result" -o "$page"
	refused 'no page is named with -o' report "$result"
	refused "cannot read '$tmp/none.json'" report "$tmp/none.json" -o "$page"
	refused "cannot write '$tmp/no/page.html'" report "$result" -o "$tmp/no/page.html"
	refused 'it is a folder' report "$result" -o "$tmp"
	echo '{"schema": 1, "cells": []}' >"$tmp/empty.json"
	refused 'it has no cells' report "$tmp/empty.json" -o "$page"
	changed 'root["sweep"] = {"models": []}' "$result" >"$tmp/sweep.json"
	refused 'it is of a sweep' report "$tmp/sweep.json" -o "$page"
	run "$concbench" report --help
	[ "$status" -eq 0 ]
	[[ "$output" == "usage: concbench report "* ]]
}

@test "a page that was there stays where a new one cannot be made" {
	echo old >"$page"
	mkdir "$tmp/bin"
	printf '#!/bin/sh\necho "line 7: odd" >&2; exit 1\n' >"$tmp/bin/gnuplot"
	chmod +x "$tmp/bin/gnuplot"
	run env PATH="$tmp/bin:$PATH" "$concbench" report "$result" -o "$page"
	[ "$status" -eq 2 ]
	[[ "$output" == *"line 7: odd"* ]]
	[ "$(cat "$page")" = old ]
	printf '#!/bin/sh\necho >"%s/runs"; exec sleep 60\n' "$tmp" >"$tmp/bin/gnuplot"
	PATH="$tmp/bin:$PATH" env --default-signal=INT "$concbench" report "$result" -o "$page" 3>&- &
	pid=$!
	until_true test -e "$tmp/runs"
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	[ "$(cat "$page")" = old ]
	nothing_in_tmpdir
}

# axe-core of a known version, in $axe: fetched once a build folder.
fetch_axe() {
	axe=build/axe-core-4.10.3.js
	[ ! -e "$axe" ] || return 0
	# A node that is not Debian's does not know what the machine trusts.
	NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt} \
		npm_config_cache=$tmp/npm npm pack --silent --pack-destination "$tmp" axe-core@4.10.3 ||
		fail 'axe-core could not be fetched: this test needs npm and its registry'
	tar -xzOf "$tmp/axe-core-4.10.3.tgz" package/axe.min.js >"$tmp/axe.js"
	sha256sum -c <<<"880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb  $tmp/axe.js"
	mv "$tmp/axe.js" "$axe"
}

@test "in a browser: no errors, sorting, filters, a phone, dark, contrast, axe-core" {
	fetch_axe
	# A few workloads of the baseline, one with a demonstration and one with figures, and a failure.
	keep='
root["cells"] = [c for c in cells if c["workload"] in ("sleep", "idle", "http") and c["concurrency"] in (1, 100)]
root["cells"][3].update(status="failed", reason="3 of 1000 tasks: <b>no</b>", summary=None)
for trial in root["cells"][5]["trials"]: trial["demonstration"] = True'
	changed "$keep" "$baseline" >"$tmp/old.json"
	changed "$keep
for cell in root['cells'][::2]:
	for trial in cell['trials']:
		if trial['throughput_per_s']: trial['throughput_per_s'] = float('%.15g' % (2 * trial['throughput_per_s']))" "$baseline" >"$tmp/new.json"
	"$concbench" report "$tmp/new.json" -o "$page" --against "$tmp/old.json"
	# A browser makes sockets in its folder, and a socket's path has at most 107 characters.
	short=$(mktemp -d /tmp/concbench-XXXXXX)
	status=0
	TMPDIR=$short /usr/bin/python3 tests/report_browser.py "$page" "$tmp/new.json" "$axe" "$short" || status=$?
	rm -rf "$short"
	[ "$status" -eq 0 ]
}
