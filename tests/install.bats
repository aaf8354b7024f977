#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench and tmp are set by cli.bash
# make install, and what it has installed, moved to where nothing is known of the source tree.

load cli

setup() {
	cli_setup
}

# What was built already, and not what the flags of this make would be.
make_as_built() {
	env -u MAKEFLAGS make -s -o all "$@"
}

@test "what is installed works wherever it is moved to, without the source tree" {
	make_as_built install DESTDIR="$tmp/stage" PREFIX=/opt/concbench
	[ "$(ls "$tmp/stage")" = opt ]
	mv "$tmp/stage/opt/concbench" "$tmp/moved"
	program=$tmp/moved/bin/concbench
	"$program" run -m blocking,coroutine -w null -c 1,2 -n 50 --trials 2 -o "$tmp/run.json" >"$tmp/out"
	grep -q '^coroutine' "$tmp/out"
	strace -f -qq -e trace=open,openat,access,execve -o "$tmp/calls" "$program" plot "$tmp/run.json" -o "$tmp/pictures"
	[ -s "$tmp/pictures/throughput-null.svg" ]
	grep -q "share/concbench/plot/throughput.gp" "$tmp/calls"
	strace -f -qq -A -e trace=open,openat,access,execve -o "$tmp/calls" "$program" report "$tmp/run.json" -o "$tmp/page.html"
	grep -q '<svg' "$tmp/page.html"
	[ -z "$(grep -F "\"$PWD/" "$tmp/calls")" ] || fail "$(grep -F "\"$PWD/" "$tmp/calls")"
	cmp plot/throughput.gp "$tmp/moved/share/concbench/plot/throughput.gp"
	"$program" trial -m blocking -w null -n 10 --counts | grep -q '"allocations"'
	/usr/bin/python3 -W ignore -m jsonschema -i "$tmp/run.json" "$tmp/moved/share/concbench/results/schema.json"
	"$program" man | cmp <(grep -v '^\.TH' "$tmp/moved/share/man/man1/concbench.1") <(grep -v '^\.TH')
	bash -n "$tmp/moved/share/bash-completion/completions/concbench"
	[ -s "$tmp/moved/share/doc/concbench/docs/method.md" ]
}

@test "what is installed over an older one has no file of that, and all may read it" {
	mkdir -p "$tmp/prefix/share/concbench/plot"
	touch "$tmp/prefix/share/concbench/plot/old.gp"
	(umask 077 && make_as_built install PREFIX="$tmp/prefix")
	[ ! -e "$tmp/prefix/share/concbench/plot/old.gp" ]
	[ -e "$tmp/prefix/share/concbench/plot/open.gp" ]
	[ -z "$(find "$tmp/prefix" -mindepth 1 -not -perm -444)" ] || fail "$(find "$tmp/prefix" -not -perm -444)"
}

@test "a gate of what is installed counts allocations, also through a link and a relative TMPDIR" {
	make_as_built install PREFIX="$tmp/prefix"
	ln -s "$tmp/prefix/bin/concbench" "$tmp/link"
	TMPDIR=$(realpath --relative-to=. "$TMPDIR") run --separate-stderr "$tmp/prefix/bin/concbench" gate \
		--base "$tmp/link" --threshold 100% --pairs 2 --cells null/blocking/1/20 -o "$tmp/gate"
	[ "$status" -eq 3 ] || fail "$output $stderr"
	jq -e '.cells[0].metrics | any(.name == "allocations_per_task" and (.values.base | length) > 0)' \
		"$tmp/gate/gate.json" >/dev/null
	nothing_in_tmpdir
}

@test "uninstall leaves nothing behind but folders" {
	make_as_built install PREFIX="$tmp/prefix"
	[ "$(find "$tmp/prefix" -type f | wc -l)" -gt 30 ]
	touch "$tmp/prefix/bin/other"
	make_as_built uninstall PREFIX="$tmp/prefix"
	[ "$(find "$tmp/prefix" -not -type d)" = "$tmp/prefix/bin/other" ]
}
