#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench and tmp are set by cli.bash
# The shells' completion and the manual page, in the shells and by the formatters themselves.

load cli

setup() {
	cli_setup
	cd "$tmp" || return 1
	touch result.json
	mkdir pictures
}

# WORD..: what bash offers for the last of them, on a line.
bash_offers() {
	"$concbench" completion bash >concbench.bash
	# shellcheck disable=SC2016
	bash --norc -u -c 'source ./concbench.bash
		COMP_WORDS=(concbench "$@") COMP_CWORD=$#
		_concbench
		echo "${COMPREPLY[*]}"' - "$@"
}

# offers WANTED WORD..
offers() {
	local wanted=$1 got
	shift
	got=$("$shell"_offers "$@" | LC_ALL=C tr ' ' '\n' | LC_ALL=C sort | xargs)
	[ "$got" = "$wanted" ] || fail "$shell: concbench $*" "offers: $got" "not: $wanted"
}

# What the shells must agree on.
offers_what_there_is() {
	offers "selftest serve" se
	offers "add plot show" history ""
	offers "blocking" run -m bl
	offers "blocking" run --model bl
	offers "prefork processes" serve --model pr
	offers "primes" run -w pri
	offers "echo http websocket" serve -w ""
	offers "default full quick" run --profile ""
	offers "markdown" export -f mark
	offers "constant poisson" load --arrivals ""
	offers "json markdown text" compare --format ""
	offers "hyperfine" import --format hyp
	offers "demonstrations models profiles workloads" list ""
	offers "--trials" run --tri
	offers "--metric --model" history show --m
	offers "result.json" plot res
	offers "result.json" compare result.json res
	offers "" run --trials ""
	offers "" run --fd
}

@test "bash completes commands, options and what they take" {
	shell=bash
	offers_what_there_is
	offers "blocking,threadpool blocking,threads" run -m blocking,thr
	offers "primes,sleep" run -w primes,sl
	offers "pictures" plot -o pic
	offers "pictures" history show --dir p
	offers "trial" trial
	bash -n concbench.bash
}

# The same of zsh, which completes in a terminal alone: TAB is pressed in one.
zsh_offers() {
	"$concbench" completion zsh >_concbench
	/usr/bin/python3 - "$@" <<'PYTHON'
import os, pty, re, select, sys, time
words = ["concbench"] + sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
	os.environ.update(TERM="dumb", PS1="", HOME=os.getcwd())
	os.execvp("zsh", ["zsh", "-f", "-i"])
def read_until(mark):
	text = ""
	end = time.monotonic() + 20
	while mark not in text and time.monotonic() < end:
		if select.select([fd], [], [], 0.2)[0]:
			text += os.read(fd, 4096).decode()
	return text
# Every offer goes through compadd; -O has it say which match.
setup = r'''
unsetopt zle_bracketed_paste; zstyle ':completion:*' insert-tab false; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -d $PWD/dump
compadd() { local -a hits; builtin compadd -O hits "$@"; print -rl -- $hits >>$PWD/offers; builtin compadd "$@" }
PS1=$'\x40\x40'
'''
os.write(fd, setup.encode())
read_until("@@") # with its prompt zsh has the terminal to itself: until then ^U is the terminal's
os.write(fd, (" ".join(words) + "\t\x15print DONE$((1))\r").encode())
read_until("DONE1\r")
os.write(fd, b"exit\r")
os.waitpid(pid, 0)
PYTHON
	[ ! -e offers ] || sort -u offers # blank where something else was asked of compadd
	rm -f offers
}

@test "zsh completes commands, options and what they take" {
	shell=zsh
	offers "selftest serve" se
	offers "add plot show" history ""
	offers "blocking" run --model bl
	offers "threadpool threads" run -m blocking,thr
	offers "markdown" export -f mark
	offers "result.json" plot res
	[ "$(head -n 1 _concbench)" = "#compdef concbench" ]
	zsh -n _concbench
}

# WORD..: what fish offers for the last of them.
fish_offers() {
	local line="concbench ${*:1:$#-1}"
	"$concbench" completion fish >concbench.fish
	# shellcheck disable=SC2016
	HOME=$tmp fish --no-config -c 'source concbench.fish; complete -C $argv[1]' "$line ${*: -1}" |
		cut -f 1
}

@test "fish completes commands, options and what they take" {
	shell=fish
	offers_what_there_is
	offers "blocking,threadpool blocking,threads" run -m blocking,thr
	offers "pictures/" plot -o pic
	fish --no-execute concbench.fish
}

@test "the manual page has every command, option, model and workload, and no fault" {
	"$concbench" man >concbench.1
	mandoc -T lint -W warning concbench.1 >faults || fail "$(cat faults)"
	[ -z "$(man --warnings -E UTF-8 -l -Tutf8 -Z concbench.1 2>&1 >/dev/null)" ]
	man -l -Tascii concbench.1 2>/dev/null | col -b >page
	for word in NAME SYNOPSIS COMMANDS MODELS WORKLOADS "EXIT STATUS" ENVIRONMENT NO_COLOR FILES; do
		grep -q "$word" page || fail "no $word"
	done
	"$concbench" list --json >list.json
	for name in $(/usr/bin/python3 -c 'import json
root = json.load(open("list.json"))
for part in root.values():
	for row in part: print(row["name"])'); do
		grep -q "^ *$name" page || fail "no $name"
	done
	for command in $("$concbench" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -v history) \
		history\ {add,show,plot}; do
		# shellcheck disable=SC2086 # two words
		for option in $("$concbench" $command --help | grep -oE '^ {2}.{4}--[a-z-]+' | grep -oE -- '--.*'); do
			sed -n "/^   $command\$/,/^   [a-z]/p" page | grep -q -e "$option" || fail "$command: no $option"
		done
	done
}

@test "the page's date can be fixed, and what cannot be written is said" {
	SOURCE_DATE_EPOCH=0 "$concbench" man | grep -q '^\.TH CONCBENCH 1 1970-01-01'
	for command in man "completion bash" --help --version help "run --help" "list models"; do
		run sh -c "'$concbench' $command >/dev/full"
		[ "$status" -eq 2 ]
		[[ $output == *"cannot write to standard output"* ]]
	done
	refused "which shell's?" completion
	refused "no shell is called 'csh'; there are: bash zsh fish" completion csh
}
