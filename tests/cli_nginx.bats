#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2030,SC2031 # run sets status and output where they are read
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# fetch, download and load against a real server: nginx, with what it has seen in its log.

load cli

setup_file() {
	cli_setup
	PATH=$PATH:/usr/sbin
	command -v nginx >"$tmp/nginx" || return 0
	mkdir "$tmp/www"
	head -c 5000 /dev/urandom >"$tmp/www/small"
	head -c 3000001 /dev/urandom >"$tmp/www/large"
	: >"$tmp/www/empty"
	for _ in 1 2 3; do
		PORT=$(/usr/bin/python3 -c '
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
		config >"$tmp/nginx.conf"
		nginx -p "$tmp" -c "$tmp/nginx.conf" -e "$tmp/error.log" 3>&- &
		echo $! >"$tmp/pid"
		until_true answers_or_ended $!
		! curl -sf "http://127.0.0.1:$PORT/small" >/dev/null || break
	done
	export PORT URL=http://127.0.0.1:$PORT WWW=$tmp/www LOG=$tmp/access.log
	PID=$(cat "$tmp/pid")
	export PID
}

answers_or_ended() {
	curl -sf "http://127.0.0.1:$PORT/small" >/dev/null || ! kill -0 "$1" 2>/dev/null
}

# One process, and nothing outside of $tmp.
config() {
	cat <<-END
		daemon off;
		master_process off;
		pid $tmp/nginx.pid;
		events { worker_connections 2000; }
		http {
			log_format seen '\$connection \$request_method \$status \$uri';
			access_log $tmp/access.log seen;
			client_body_temp_path $tmp/body;
			proxy_temp_path $tmp/proxy;
			fastcgi_temp_path $tmp/fastcgi;
			uwsgi_temp_path $tmp/uwsgi;
			scgi_temp_path $tmp/scgi;
			keepalive_requests 100000;
			server {
				listen 127.0.0.1:$PORT backlog=2000;
				root $tmp/www;
				location /changing { return 200 "\$request_id"; }
				location /moved { return 302 /small; }
				location /broken { return 500; }
			}
		}
	END
}

teardown_file() {
	[ -z "$PID" ] || kill "$PID"
}

setup() {
	cli_setup
	[ -n "$PID" ] || skip "no nginx"
	know_models
	: >"$LOG"
}

# URI: how many requests for it were answered with 200, and over how many connections.
seen() {
	awk -v uri="$1" '$4 == uri && $3 == 200 { n++; c[$1] = 1 } END { print n + 0, length(c) }' "$LOG"
}

@test "every model fetches a real file and checks it, with as many requests as tasks" {
	"$concbench" run -w fetch -m "$everyone" --param "url=$URL/small" -c 1,5 -n 40 --trials 2 \
		-o "$tmp/a.json"
	valid "$tmp/a.json"
	results '
assert len(able()) == 2 * int(more[1])
for cell in able():
	assert cell["status"] == "ok" and cell["params"]["url"] == more[0], cell
	for trial in cell["trials"]:
		assert (trial["errors"], trial["origin_cpu_s"]) == (0, None), trial' "$tmp/a.json" -- "$URL/small" "$able"
	# 4 trials a model: 40 tasks, 4 to warm up, and one to learn what the answer is.
	[ "$(seen /small | cut -d' ' -f1)" -eq $((4 * able * 45)) ]
	nothing_in_tmpdir
}

@test "every model downloads a large file to disk and checks it" {
	"$concbench" run -w download -m "$everyone" --param "url=$URL/large" -c 4 -n 8 --trials 1 --warmup 0 \
		-o "$tmp/a.json"
	valid "$tmp/a.json"
	results '
assert len(able()) == int(more[0])
assert all(c["status"] == "ok" and c["trials"][0]["errors"] == 0 for c in able()), cells' "$tmp/a.json" \
		-- "$able"
	[ "$(seen /large | cut -d' ' -f1)" -eq $((able * 9)) ]
	nothing_in_tmpdir
}

@test "an empty file is a body like any other" {
	"$concbench" run -w fetch,download --param "url=$URL/empty" -c 3 -n 9 --trials 1
}

@test "connections are kept alive, unless asked for one a request" {
	for model in blocking threadpool prefork eventloop coroutine offload multicore \
		multiprocess-coroutine; do
		: >"$LOG"
		"$concbench" trial -m $model -w fetch -c 4 -n 60 --param "url=$URL/small" >"$tmp/trial"
		read -r requests connections <<<"$(seen /small)"
		[ "$requests" -eq 61 ] && [ "$connections" -le 6 ] ||
			fail "$model: $requests requests over $connections connections"
		: >"$LOG"
		"$concbench" trial -m $model -w fetch -c 4 -n 60 --param "url=$URL/small" \
			--param keep_alive=0 >"$tmp/trial"
		read -r requests connections <<<"$(seen /small)"
		[ "$requests" -eq 61 ] && [ "$connections" -ge 60 ] ||
			fail "$model: $requests requests over $connections connections without keep-alive"
	done
}

@test "mixed fetches from it too" {
	"$concbench" run -w mixed -m blocking,eventloop,coroutine --param "url=$URL/small" -c 2 -n 6 \
		--trials 1 --warmup 0
	[ "$(seen /small | cut -d' ' -f1)" -ge 18 ]
}

@test "an answer that changes is no success, under any model" {
	run --separate-stderr "$concbench" run -w fetch,download -m "$everyone" \
		--param "url=$URL/changing" -c 2 -n 4 --trials 1 --warmup 0 -o "$tmp/a.json"
	[ "$status" -eq 1 ]
	results '
assert len(able()) == 2 * int(more[0])
for cell in able():
	assert (cell["status"], cell["reason"]) == ("failed", "task 0: its digest is wrong"), cell
	assert cell["trials"][0]["errors"] == 4, cell' "$tmp/a.json" -- "$able"
	nothing_in_tmpdir
}

# What a run of every model on fetch and download says of URL.
fails_with() { # URL REASON
	run --separate-stderr "$concbench" run -w fetch,download -m "$everyone" --param "url=$1" -c 2 \
		-n 4 --trials 1 --force -o "$tmp/a.json"
	[ "$status" -eq 1 ]
	valid "$tmp/a.json"
	results '
assert len(able()) == 2 * int(more[1])
for cell in able():
	assert (cell["status"], cell["reason"]) == ("failed", more[0]), (cell["reason"], more[0])
	assert cell["summary"] is None' "$tmp/a.json" -- "$2" "$able"
	# Lines are wrapped.
	[ "$(tr -s ' \n' ' ' <<<"$output" | grep -oF "c=2: failed: $2" | wc -l)" -eq $((2 * able)) ]
	nothing_in_tmpdir
}

@test "404, 500 and a redirect fail the cell and are named" {
	fails_with "$URL/none" "GET $URL/none: HTTP status 404, not 200"
	fails_with "$URL/broken" "GET $URL/broken: HTTP status 500, not 200"
	fails_with "$URL/moved" "GET $URL/moved: HTTP status 302, not 200"
}

@test "a port where nothing listens fails the cell" {
	fails_with http://127.0.0.1:1/small "GET http://127.0.0.1:1/small: Connection refused"
}

@test "a file that vanishes or changes in mid-run fails what came after" {
	cp "$WWW/small" "$WWW/passing"
	"$concbench" run -w fetch -m blocking,coroutine -c 1 -n 20000 --trials 1 --warmup 0 \
		--param "url=$URL/passing" -o "$tmp/a.json" >"$tmp/out" 2>"$tmp/err" 3>&- &
	harness=$!
	until_true grep -q /passing "$LOG"
	sleep 0.2
	rm "$WWW/passing"
	code=0
	wait $harness || code=$?
	[ $code -eq 1 ]
	results '
bad = [c for c in cells if c["status"] == "failed"]
assert len(bad) == 2, cells # one in mid-run, the other has nothing to begin with
reasons = sorted(c["reason"].split()[0] for c in bad)
assert reasons == ["GET", "task"], reasons' "$tmp/a.json"
}

@test "nginx has had nothing to complain about" {
	[ ! -s "$(dirname "$LOG")/error.log" ] || run ! grep -E 'alert|emerg|crit' "$(dirname "$LOG")/error.log"
}

# OPTION..: load nginx and leave the results in $tmp/load.json; the verdict may be any, as this
# machine may be busy. Without a warm-up every request is of the window.
load_nginx() {
	local ended=0
	rm -f "$tmp/load.json"
	"$concbench" load --target "127.0.0.1:$PORT" -w http --warmup 0 --duration 0.5 \
		-o "$tmp/load.json" "$@" || ended=$?
	[ "$ended" -le 1 ]
	valid "$tmp/load.json"
	results 'assert trials[0]["errors"] == 0 and trials[0]["tasks"] > 10, trials' "$tmp/load.json"
}

# FIRST: the requests that the load says it sent, two to learn the body and the whole reply, and the
# first of each kept connection, which do not count.
sent() {
	results "print(trials[0]['tasks'] + 2 + $1)" "$tmp/load.json"
}

@test "a load on a real server: as many requests as it logged, over as many connections" {
	load_nginx --connections 8 --param path=/small
	[ "$(seen /small)" = "$(sent 8) 10" ]
	: >"$LOG"
	load_nginx --connections 8 --param path=/small --rate 500 --arrivals constant
	[ "$(sent 8)" = 260 ]
	[ "$(seen /small)" = "260 10" ]
}

@test "a load with a connection a request is as many connections as requests" {
	load_nginx --connections 8 --param path=/small --param keep_alive=0
	[ "$(seen /small)" = "$(sent 0) $(sent 0)" ]
}

@test "a load of large and of empty replies" {
	load_nginx --connections 2 --param path=/large
	load_nginx --connections 2 --param path=/empty
}

@test "a load on what changes or is not there does not begin" {
	refused "it gave a wrong reply" load --target "127.0.0.1:$PORT" -w http --param path=/changing
	refused "HTTP status 404, not 200" load --target "127.0.0.1:$PORT" -w http --param path=/none
	refused "is not the path of a URL" load --target "127.0.0.1:$PORT" -w http --param path=none
}
