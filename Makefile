# SPDX-License-Identifier: MIT
# concbench: `make bench` and `make test` do everything; `make help` lists the rest.

CC     = gcc
SAN    =
B      = build$(if $(SAN),-$(SAN))$(if $(filter-out gcc,$(CC)),-$(CC))
OPT    = $(if $(SAN),-O1 -fno-omit-frame-pointer -fsanitize=$(SAN)$(if $(filter address,$(SAN)),$(comma)undefined -fno-sanitize-recover=undefined),-O2)
# A table's row may leave its last fields out, as C sets them to zero; clang would warn of each.
WARN   = -Wall -Wextra -Wno-missing-field-initializers -Wshadow -Wmissing-prototypes \
	-Wstrict-prototypes -Wvla $(if $(STRICT),-Werror)
CFLAGS = -std=gnu11 $(OPT) -g -pthread
LIBS   = -luv -lcurl -ljansson -lcrypto -lboost_context -lhttp_parser -lwslay -lxxhash -lz -lm $(URING)
comma  = ,
# Without it the model and the reactor of io_uring are unavailable, and the rest is as ever.
URING := $(shell echo '\#include <liburing.h>' | $(CC) -E -o /dev/null - 2>/dev/null && echo -luring)
R      = results/latest
FUZZ_S = 20

PREFIX  = /usr/local
ZSH     = share/zsh/site-functions
INTO    = $(DESTDIR)$(PREFIX)

GIT   := $(shell git describe --always --dirty --abbrev=12 2>/dev/null)
FACTS  = -D_GNU_SOURCE -DCC='"$(CC)"' -DFLAGS='"$(CFLAGS)"'
# Of tests and of the few sources that have to know where this tree is.
TREE   = -DDATADIR='"$(CURDIR)"' -DGIVEN='$(GIVEN)'
# What else make was given, as a gate builds its base with the same.
GIVEN  = $(foreach name,LDFLAGS LIBS URING,$(if $(filter command environment,$(origin $(name))),"$(name)=$($(name))"$(comma)))

# Where ccache is installed, objects of sources that are as they were are not compiled again,
# whichever tree they are in: a gate builds its base in seconds.
CCACHE := $(shell command -v ccache 2>/dev/null)
export CCACHE_DIR ?= $(CURDIR)/build/ccache
export CCACHE_NOHASHDIR = 1

SRC    = $(filter-out bench/floors/% bench/preload/%,$(wildcard models/*.c models/*/*.c bench/*.c bench/*/*.c))
OBJ    = $(SRC:%.c=$B/%.o)
# Tests of what has no second thread are not built for the thread sanitizer.
ALONE  = claims edivisive gate gate_outputs histogram hypothesis junit map report result rng stats sweep usl
TESTS  = $(patsubst tests/%.c,$B/tests/%,$(filter-out $(if $(filter thread,$(SAN)),$(ALONE:%=tests/%_test.c)),\
	$(wildcard tests/*_test.c)))
FLOORS = $(patsubst bench/floors/%.c,$B/floors/%,$(wildcard bench/floors/*.c))
FUZZ   = $(patsubst tests/fuzz/%.c,build-fuzz/%,$(wildcard tests/fuzz/*.c))
TIDY   = $(wildcard models/*.[ch] models/runtime/*.[ch] bench/*.[ch] bench/*/*.[ch] tests/*.[ch] \
	tests/fuzz/*.c)

BUILD_PACKAGES = gcc libc6-dev make git libuv1-dev libcurl4-openssl-dev libjansson-dev libssl-dev \
	libboost-context-dev libhttp-parser-dev libwslay-dev libxxhash-dev zlib1g-dev liburing-dev ccache hyperfine gnuplot-nox
FLOOR_PACKAGES = libpth-dev nginx-light wrk curl python3
TEST_PACKAGES  = clang libclang-rt-dev libcmocka-dev bats jq python3-jsonschema python3-yaml python3-markdown-it python3-websockets python3-scipy \
	procps nghttp2-client apache2-utils strace valgrind libxml2-utils python3-prometheus-client libbenchmark-tools \
	default-jre-headless libhdrhistogram-java bsdextrautils bsdutils fish man-db mandoc tmux zsh chromium chromium-driver python3-selenium
LINT_PACKAGES  = clang-format clang-tidy shellcheck
DEB_PACKAGES   = dpkg-dev debhelper fakeroot

all: $B/concbench $(if $(SAN),,$B/allocations.so)  ## build the program

# A line with MAKE's name in parentheses is run by `make -n`, too, so the last says just make.
bench: deps  ## measure every model, default profile: tables and plots in results/latest
	$(MAKE) -j$$(nproc) all
	mkdir -p $R
	$B/concbench doctor || true
	$B/concbench run --profile default --force -o $R/default.json; status=$$?; \
	[ $$status -gt 1 ] || make plot || status=$$?; \
	[ $$status -ne 1 ] || echo 'The cells that failed or are invalid are above and in $R/report.html: status 1'; \
	exit $$status

sweep: deps  ## latency of every server against load, default sweep of http: table and plots
	$(MAKE) -j$$(nproc) all
	mkdir -p $R
	$B/concbench sweep --force -o $R/sweep.json --plots $R

claims: deps  ## what textbooks say of concurrency, each measured here: some two minutes
	$(MAKE) -j$$(nproc) all
	$B/concbench claims

test: deps-test  ## every test, under gcc, clang and the sanitizers
	tests/run

fuzz: deps-test  ## the services' parsers on random input, FUZZ_S=20 seconds each
	$(MAKE) fuzz-build
	tests/fuzz/run $(FUZZ_S)

floors: deps-floors  ## concbench against hand-written code that does the same work
	$(MAKE) -j$$(nproc) all floors-build
	status=0; for part in batch services structure; do bench/floors/$$part $B || status=$$?; done; exit $$status

calibrate: deps  ## how often a gate is wrong here: 100 of identical code, 120 of slowed code; over an hour
	$(MAKE) -j$$(nproc) all relinked
	mkdir -p $R
	$B/concbench selftest --aa 100 --force -o $R/identical
	$B/concbench selftest --inject 1%,2%,3%,5%,10%,call --gates 20 --force -o $R/slowed

soak: deps  ## 100,000 connections to every model's servers: no leak of memory or descriptors
	$(MAKE) -j$$(nproc) all
	CONCBENCH=$B/concbench PYTHONPATH=tests python3 tests/soak.py

install: all  ## the program with manual page, completion and data, under PREFIX=/usr/local and DESTDIR=
	install -D -t $(INTO)/bin $B/concbench
	install -D -m 644 -t $(INTO)/lib/concbench $B/allocations.so
	install -D -m 644 -t $(INTO)/share/concbench/results results/*schema.json
	rm -rf $(INTO)/share/concbench/plot $(INTO)/share/doc/concbench/docs
	cp -R plot $(INTO)/share/concbench
	install -D -m 644 -t $(INTO)/share/doc/concbench README.md LICENSE
	cp -R docs $(INTO)/share/doc/concbench
	chmod -R u=rwX,go=rX $(INTO)/share/concbench $(INTO)/share/doc/concbench
	install -d $(INTO)/share/man/man1 $(INTO)/share/bash-completion/completions $(INTO)/$(ZSH) \
		$(INTO)/share/fish/vendor_completions.d
	umask 022; $B/concbench man > $(INTO)/share/man/man1/concbench.1
	umask 022; $B/concbench completion bash > $(INTO)/share/bash-completion/completions/concbench
	umask 022; $B/concbench completion zsh > $(INTO)/$(ZSH)/_concbench
	umask 022; $B/concbench completion fish > $(INTO)/share/fish/vendor_completions.d/concbench.fish

uninstall:  ## take away what install put there
	rm -rf $(INTO)/share/concbench $(INTO)/lib/concbench $(INTO)/share/doc/concbench
	rm -f $(INTO)/bin/concbench $(INTO)/share/man/man1/concbench.1 \
		$(INTO)/share/bash-completion/completions/concbench $(INTO)/$(ZSH)/_concbench \
		$(INTO)/share/fish/vendor_completions.d/concbench.fish

deb: deps-deb  ## a Debian package of this tree, in build/
	.ci/deb $B '$(GIT)'

plot: $B/concbench  ## the newest results as pictures, a page, Markdown and CSV again
	$B/concbench plot $R/default.json -o $R
	$B/concbench report $R/default.json -o $R/report.html
	$B/concbench export $R/default.json --format markdown --force -o $R/default.md
	$B/concbench export $R/default.json --format csv --force -o $R/default.csv

# A run of naps takes as long as its tasks sleep: 3.5 s, 2 s, 2 s.
COURSE = docs/course
STALL  = -w stall -n 1 --param timers=4 --param period_us=10000 --param beats=12 --param block_ms=50
traces: $B/concbench  ## the timelines in docs/course once more
	mkdir -p $(COURSE)
	for m in blocking threads coroutine; do \
		$B/concbench trace -m $$m -w naps -o $(COURSE)/trace-sleep-$$m.svg || exit; done
	for m in blocking threads coroutine; do \
		$B/concbench trace -m $$m $(STALL) -o $(COURSE)/trace-stall-$$m.svg || exit; done
	$B/concbench trace -m coroutine $(STALL) --param offload=1 -o $(COURSE)/trace-stall-offload.svg

deps:  ## install what the program needs (Debian, Ubuntu)
	@.ci/deps $(BUILD_PACKAGES)

# npm also comes with other packages of node, which Debian's own would conflict with.
deps-test:
	@.ci/deps $(BUILD_PACKAGES) $(FLOOR_PACKAGES) $(TEST_PACKAGES) $$(command -v npm >/dev/null || echo npm)

deps-deb:
	@.ci/deps $(BUILD_PACKAGES) $(DEB_PACKAGES)

deps-floors:
	@.ci/deps $(BUILD_PACKAGES) $(FLOOR_PACKAGES)

lint: $B/git.h  ## clang-tidy, shellcheck and the format check
	@.ci/deps $(BUILD_PACKAGES) $(LINT_PACKAGES)
	clang-format --dry-run -Werror $(TIDY)
	clang-tidy --quiet $(filter %.c,$(TIDY)) -- -std=gnu11 $(FACTS) $(TREE) $(WARN) -include $B/git.h
	shellcheck -x tests/run tests/docs/set-up tests/fuzz/run .ci/deps .ci/deb bench/floors/batch bench/floors/services bench/floors/structure .ci/run

format:  ## reformat the sources
	clang-format -i $(TIDY)

clean:  ## remove what was built
	rm -rf build build-*

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
	@echo 'with SAN=address|thread, CC=clang: another build folder; STRICT=1: warnings are errors'

syntax: $B/git.h  ## what the compiler warns of, without making code
	printf '%s\n' $(SRC) $(wildcard tests/*.c) | xargs -P $$(nproc) -n 12 \
		$(CC) $(FACTS) $(TREE) -include $B/git.h $(CFLAGS) $(WARN) -fsyntax-only

relinked: $B/relinked
tests-build: $(TESTS) $B/tests/hypothesis_driver $(if $(SAN),,$B/relinked)
tests-list:
	@printf '%s\n' $(notdir $(TESTS))
floors-build: $(FLOORS)
fuzz-build: $(FUZZ)

$B/concbench: $(OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The same program with its parts in another order: identical code whose numbers differ by layout.
$B/relinked: $B/concbench
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $$(printf '%s\n' $(OBJ) | tac) $(LIBS)

# What trial --counts preloads. A sanitizer has an allocator of its own.
$B/allocations.so: bench/preload/allocations.c bench/counts_page.h $B/flags
	$(CC) $(FACTS) $(CFLAGS) $(WARN) -fPIC -shared $(LDFLAGS) -o $@ $<

$B/libconcbench.a: $(OBJ)
	rm -f $@ && ar rcs $@ $^

# The functions that a test replaces by its own __wrap_function.
WRAP_group_test = malloc calloc
WRAP_task_test = mmap
WRAP_fault_test = fork pthread_create mmap mprotect malloc calloc realloc curl_easy_init curl_multi_init
$B/tests/%: tests/%.c $B/libconcbench.a
	@mkdir -p $(@D)
	$(CC) $(FACTS) $(TREE) $(CFLAGS) $(WARN) -MMD -MP $(LDFLAGS) $(WRAP_$*:%=-Wl$(comma)--wrap=%) -o $@ $< $B/libconcbench.a -lcmocka $(LIBS)

$B/floors/%: bench/floors/%.c $B/libconcbench.a
	@mkdir -p $(@D)
	$(CC) $(FACTS) $(CFLAGS) $(WARN) -MMD -MP $(LDFLAGS) -o $@ $< $B/libconcbench.a $(LIBS)

$B/floors/pth: LIBS = -lpth

# A target is built with the files that it is about, so that only these are watched.
FUZZED_websocket = bench/workloads/websocket_session.c bench/workloads/websocket_handshake.c
FUZZED_http = bench/workloads/http_session.c bench/workloads/http_reply.c bench/origin_request.c
build-fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(wildcard bench/workloads/*.[ch])
	@mkdir -p $(@D)
	clang -D_GNU_SOURCE -std=gnu11 -O1 -g $(WARN) -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=undefined -o $@ $< $(FUZZED_$*) $(LIBS)

$B/bench/data.o $B/bench/gate/arm.o: FACTS += $(TREE)
$B/%.o: %.c $B/flags
	@mkdir -p $(@D)
	$(CCACHE) $(CC) $(FACTS) $(CFLAGS) $(WARN) -MMD -MP -c -o $@ $<

# The commit and what else objects are made with, in files that change only when they do.
MADE_WITH = $(CC) $(CFLAGS) $(WARN) $(LDFLAGS) $(URING) $(GIVEN) $(CURDIR)
$B/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(MADE_WITH)' | cmp -s - $@ || echo '$(MADE_WITH)' > $@
$B/git.h: FORCE
	@mkdir -p $(@D)
	@echo '#define GIT "$(GIT)"' | cmp -s - $@ || echo '#define GIT "$(GIT)"' > $@
$B/bench/environment.o: $B/git.h
$B/bench/environment.o: FACTS += -include $B/git.h

.PHONY: all syntax bench sweep claims test fuzz soak floors plot traces install uninstall deb deps deps-test deps-deb deps-floors lint format clean help relinked tests-build tests-list floors-build \
	fuzz-build FORCE
.DELETE_ON_ERROR:
-include $(OBJ:.o=.d) $(TESTS:=.d) $(FLOORS:=.d)
