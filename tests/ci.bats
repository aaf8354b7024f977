#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# action.yml and the workflow that uses it: what they are made of, and what the action's own shell
# steps do, run here with a concbench and a gh that only pretend.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	tmp=$BATS_TEST_TMPDIR
	export GITHUB_ACTION_PATH=$tmp/action GITHUB_OUTPUT=$tmp/output GITHUB_STEP_SUMMARY=$tmp/summary
	export GITHUB_REPOSITORY=team/project
	mkdir -p "$tmp/action/build" "$tmp/bin" "$tmp/work"
	: >"$GITHUB_OUTPUT"
	: >"$GITHUB_STEP_SUMMARY"
}

# STATEMENT: Python on the action and the workflow, read by a YAML parser.
yaml() {
	/usr/bin/python3 -c "
import re, sys, yaml
action, workflow = (yaml.safe_load(open(p)) for p in ('action.yml', '.github/workflows/bench.yml'))
steps = action['runs']['steps']
$1" "${@:2}"
}

# A concbench that writes down its arguments, leaves a summary and exits so.
fake_concbench() {
	cat >"$tmp/action/build/concbench" <<FAKE
#!/bin/bash
printf '%s\n' "\$@" >"$tmp/arguments"
while [ "\$1" != -o ]; do shift; done
mkdir -p "\$2"
[ $1 -eq 2 ] || printf '<!-- concbench gate -->\nsummary\n' >"\$2/gate.md"
exit $1
FAKE
	chmod +x "$tmp/action/build/concbench"
}

# NAME: run the step's shell text as the runner does, in a folder of its own.
step() {
	yaml "print(next(s['run'] for s in steps if s['name'] == sys.argv[1]))" "$1" >"$tmp/step"
	[ -s "$tmp/step" ]
	(cd "$tmp/work" && bash --noprofile --norc -eo pipefail "$tmp/step")
}

# STATUS INCONCLUSIVE: the gate's step and, as the runner would, the verdict's with its output.
gate_and_verdict() {
	fake_concbench "$1"
	export BASE=main BASE_SHA='' COMMAND_BASE='' COMMAND_HEAD='' THRESHOLD=3% CELLS='' INSTRUCTIONS=false
	export INCONCLUSIVE=$2 OUTPUT=gate
	step Gate || return
	STATUS=$(sed -n 's/^status=//p' "$GITHUB_OUTPUT") step Verdict
}

@test "a pass is a pass, and its summary is shown" {
	run -0 gate_and_verdict 0 warn
	[[ $output != *::error* && $output != *::warning* ]]
	[ "$(cat "$GITHUB_OUTPUT")" = status=0 ]
	grep -qx summary "$GITHUB_STEP_SUMMARY"
}

@test "a regression fails the check, and its summary is shown" {
	run -1 gate_and_verdict 1 warn
	[[ $output == *"::error title=concbench gate::worse than base"* ]]
	grep -qx summary "$GITHUB_STEP_SUMMARY"
}

@test "an inconclusive gate warns, or fails where that is asked for" {
	run -0 gate_and_verdict 3 warn
	[[ $output == *"::warning title=concbench gate::inconclusive"* ]]
	grep -qx summary "$GITHUB_STEP_SUMMARY"
	: >"$GITHUB_OUTPUT"
	run -3 gate_and_verdict 3 fail
	[[ $output == *"::error title=concbench gate::inconclusive"* ]]
}

@test "a gate that could not run fails the check, whatever inconclusive is" {
	for status in 2 130 139; do
		: >"$GITHUB_OUTPUT"
		run "-$status" gate_and_verdict "$status" warn
		[[ $output == *"::error title=concbench gate::it could not run, status $status"* ]]
	done
	STATUS='' INCONCLUSIVE=warn run -2 step Verdict
}

@test "a wrong value of inconclusive is refused before anything is measured" {
	run -2 gate_and_verdict 0 maybe
	[[ $output == *"'warn' or 'fail', not 'maybe'"* ]]
	[ ! -e "$tmp/arguments" ]
}

@test "inputs reach the gate whole" {
	fake_concbench 0
	export BASE="a b\$(touch $tmp/pwned)" COMMAND_BASE='' COMMAND_HEAD='' THRESHOLD=5%
	export CELLS='echo/threads/10, http/coroutine/10' INSTRUCTIONS=true INCONCLUSIVE=warn OUTPUT='the gate'
	step Gate
	diff "$tmp/arguments" - <<ARGUMENTS
gate
--base
$BASE
--cells
$CELLS
--instructions
--threshold
5%
--force
-o
the gate
ARGUMENTS
	[ ! -e "$tmp/pwned" ]
	export COMMAND_BASE='./old --x' COMMAND_HEAD='./new "a b"' CELLS='' INSTRUCTIONS=false
	step Gate
	diff "$tmp/arguments" - <<'ARGUMENTS'
gate
--command-base
./old --x
--command-head
./new "a b"
--threshold
5%
--force
-o
the gate
ARGUMENTS
}

@test "without a base of its own the gate takes what the checkout was merged into" {
	git() {
		command git -C "$tmp/work" -c user.name=a -c user.email=a@b "$@"
	}
	git init -q -b main
	git commit -q --allow-empty -m old
	git branch change
	event=$(git rev-parse HEAD)
	git commit -q --allow-empty -m new
	newest=$(git rev-parse HEAD)
	git checkout -q change
	git commit -q --allow-empty -m change
	git checkout -q --detach main
	git merge -q --no-ff -m merge change
	fake_concbench 0
	export BASE='' BASE_SHA=$event COMMAND_BASE='' COMMAND_HEAD='' THRESHOLD=3% CELLS=''
	export INSTRUCTIONS=false INCONCLUSIVE=warn OUTPUT=gate
	export GITHUB_REF=refs/pull/7/merge GITHUB_SHA
	GITHUB_SHA=$(git rev-parse HEAD)
	step Gate
	[ "$(sed -n 3p "$tmp/arguments")" = "$newest" ]
	git checkout -q change # not what the event is of
	step Gate
	[ "$(sed -n 3p "$tmp/arguments")" = "$event" ]
	GITHUB_REF=refs/heads/main GITHUB_SHA=$(git rev-parse HEAD) step Gate
	[ "$(sed -n 3p "$tmp/arguments")" = "$event" ]
}

# WHAT: a gh to which there are comments, of the action's or only of others, or that has no
# permission. What is sent is left in $tmp/body.
fake_gh() {
	cat >"$tmp/bin/gh" <<FAKE
#!/bin/bash
echo "\$*" >>"$tmp/gh"
case $1,\$2 in
some,--paginate) jq -r "\${@: -1}" "$tmp/comments" ;;
none,--paginate) jq '.[:2]' "$tmp/comments" | jq -r "\${@: -1}" ;;
forbidden,*) printf 'HTTP 403: Resource\nnot 100%% accessible\n' >&2; exit 1 ;;
read-only,--paginate) ;;
read-only,*) exit 1 ;;
*) cat >"$tmp/body" ;;
esac
FAKE
	chmod +x "$tmp/bin/gh"
	: >"$tmp/gh"
	cat >"$tmp/comments" <<'COMMENTS'
[{"id": 39, "user": {"type": "User"}, "body": "<!-- concbench gate -->\nquoted"},
{"id": 40, "user": {"type": "Bot"}, "body": "of another <!-- concbench gate -->"},
{"id": 41, "user": {"type": "Bot"}, "body": "<!-- concbench gate -->\nours"},
{"id": 42, "user": {"type": "Bot"}, "body": "<!-- concbench gate -->\nours, too"}]
COMMENTS
	mkdir -p "$tmp/work/gate"
	printf '<!-- concbench gate -->\n%s\n' "$2" >"$tmp/work/gate/gate.md"
	export PATH=$tmp/bin:$PATH OUTPUT=gate NUMBER=7 GH_TOKEN=none
}

@test "the action's own comment is updated, or one is made" {
	fake_gh some summary
	step Comment
	[ "$(wc -l <"$tmp/gh")" -eq 2 ]
	grep -qx 'api -X PATCH repos/team/project/issues/comments/41 -F body=@-' "$tmp/gh"
	cmp "$tmp/work/gate/gate.md" "$tmp/body"
	fake_gh none summary
	step Comment
	[ "$(wc -l <"$tmp/gh")" -eq 2 ]
	grep -qx 'api -X POST repos/team/project/issues/7/comments -F body=@-' "$tmp/gh"
	cmp "$tmp/work/gate/gate.md" "$tmp/body"
}

@test "a comment longer than GitHub takes ends at a line, and says where the rest is" {
	fake_gh none "$(seq -f 'row %07g' 10000)"
	step Comment
	[ "$(wc -c <"$tmp/body")" -lt 65536 ]
	[ "$(wc -c <"$tmp/body")" -gt 64000 ]
	[ "$(tail -n 1 "$tmp/body")" = 'The rest is in the artifact `gate`.' ]
	head -n -2 "$tmp/body" | cmp - <(head -n "$(($(wc -l <"$tmp/body") - 2))" "$tmp/work/gate/gate.md")
}

@test "without the permission to comment the check goes on, and says so" {
	for what in forbidden read-only; do
		fake_gh "$what" summary
		run -0 step Comment
		[[ $output == "::warning title=concbench gate::no comment"* ]]
		[ "${#lines[@]}" -eq 1 ]
		[ "$what" = read-only ] || [[ $output == *"403: Resource%0Anot 100%25 accessible" ]]
	done
}

@test "the comment is found by what gate.md begins with" {
	marker=$(head -n 1 tests/data/gate.md)
	[ "$marker" = '<!-- concbench gate -->' ]
	yaml "assert 'startswith(\"' + sys.argv[1] + '\")' in next(s['run'] for s in steps if s['name'] == 'Comment')" \
		"$marker"
}

@test "the steps are sound shell, and nothing from outside is part of their text" {
	yaml "
for i, step in enumerate(s for s in steps if 'run' in s):
	assert step['shell'] == 'bash' and '\${{' not in step['run'], step
	open(f'{sys.argv[1]}/step-{i}.bash', 'w').write('#!/bin/bash\nset -eo pipefail\n' + step['run'])" "$tmp"
	[ "$(find "$tmp" -name 'step-*.bash' | wc -l)" -eq 5 ]
	for file in "$tmp"/step-*.bash; do
		bash -n "$file"
	done
	if command -v shellcheck >/dev/null; then shellcheck "$tmp"/step-*.bash; fi
}

@test "every input is used and described, and every one that is used is there" {
	yaml "
text = open('action.yml').read()
used = set(re.findall(r'inputs\.([a-z-]+)', text))
assert used == set(action['inputs']), used ^ set(action['inputs'])
assert all(i['description'] and 'default' in i for i in action['inputs'].values())
ids = {s['id'] for s in steps if 'id' in s}
assert set(re.findall(r'steps\.([a-z-]+)\.', text)) <= ids
for step in steps:
	for name in step.get('env', {}):
		assert name == 'GH_TOKEN' or '\$' + name in step['run'] or '{' + name in step['run'], name"
}

@test "the options that the action gives are the gate's" {
	"${CONCBENCH:-build/concbench}" gate --help >"$tmp/help"
	step=$(yaml "print(next(s['run'] for s in steps if s['name'] == 'Gate'))")
	[ "$(grep -oE -- '--[a-z-]+' <<<"$step" | sort -u | wc -l)" -eq 7 ]
	for option in $(grep -oE -- '--[a-z-]+' <<<"$step" | sort -u); do
		grep -qF -- "$option" "$tmp/help" || {
			echo "no $option"
			return 1
		}
	done
}

@test "a package that was built is named, and not those that were there already" {
	printf '#!/bin/sh\ntouch ../concbench_2_all.deb\n' >"$tmp/bin/dpkg-buildpackage"
	chmod +x "$tmp/bin/dpkg-buildpackage"
	touch "$tmp/work/concbench_1_all.deb"
	PATH=$tmp/bin:$PATH run -0 .ci/deb "$tmp/work" none
	[ "$output" = "$tmp/work/concbench_2_all.deb" ]
	[ "$(ls "$tmp/work" | xargs)" = "concbench_1_all.deb concbench_2_all.deb" ]
}

@test "the workflow may do as little as it needs, and a newer push ends the older run" {
	yaml "
on = workflow[True] # YAML 1.1 takes 'on' for a truth
assert 'pull_request' in on and 'pull_request_target' not in on
assert workflow['permissions'] == {'contents': 'read', 'pull-requests': 'write'}
assert workflow['concurrency']['cancel-in-progress'] is True
job = workflow['jobs']['gate']
assert 0 < job['timeout-minutes'] <= 60
checkout, gate = job['steps']
assert checkout['with'] == {'fetch-depth': 0, 'persist-credentials': False}
assert gate['uses'] == './' and set(gate.get('with', {})) <= set(action['inputs'])"
}

@test "the snippets of docs/ci.md parse, and give the action no input that it has not" {
	yaml "
blocks = re.findall(r'^\`\`\`(\w+)\n(.*?)^\`\`\`', open('docs/ci.md').read(), re.S | re.M)
parsed = [yaml.safe_load(text) for kind, text in blocks if kind == 'yaml']
assert len(parsed) >= 3
def walk(node):
	if isinstance(node, dict):
		if 'concbench' in str(node.get('uses', '')) or node.get('uses') == './':
			assert set(node.get('with', {})) <= set(action['inputs']), node
			seen.append(node)
		for value in node.values(): walk(value)
	elif isinstance(node, list):
		for value in node: walk(value)
seen = []
walk(parsed)
assert len(seen) >= 2
for kind, text in blocks:
	if kind == 'sh': open(f'{sys.argv[1]}/snippet.sh', 'a').write(text)" "$tmp"
	[ -s "$tmp/snippet.sh" ]
	bash -n "$tmp/snippet.sh"
}
