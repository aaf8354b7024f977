/* SPDX-License-Identifier: MIT */
/* bench/workloads/ceiling: each limit that a process can meet without harm to others is named. */
#include "child.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "../bench/workloads/ceiling.h"

/* The sanitizers need mappings and address space without end for themselves. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LIMITS_OF_MEMORY 1
#endif

enum { LIMIT_S = 60 };

static void check_named(const struct ceiling *ceiling, const char *name)
{
	char text[256];

	if (!ceiling->name || strcmp(ceiling->name, name) != 0)
		fail_case("%s, not %s", ceiling->name ? ceiling->name : "none", name);
	ceiling_tell(ceiling, 12, -EAGAIN, text, sizeof text);
	char expected[256];
	snprintf(expected, sizeof expected,
		"12 alive, then: Resource temporarily unavailable (%s is %llu%s)", name,
		(unsigned long long)ceiling->limit, ceiling->unit);
	if (strcmp(text, expected) != 0)
		fail_case("%s, not %s", text, expected);
}

static void *wait_for_end(void *arg)
{
	pthread_mutex_lock(arg);
	pthread_mutex_unlock(arg);
	return NULL;
}

/* As a user that is not root, which is not held to it. */
static void user_limit_is_named(const void *arg)
{
	enum { MOST = 20, NOBODY = 65534 };
	pthread_mutex_t hold = PTHREAD_MUTEX_INITIALIZER;
	pthread_t threads[MOST];
	struct rlimit limit = { MOST, MOST };
	int started = 0;

	(void)arg;
	if (geteuid() == 0)
		check_equal(setuid(NOBODY), 0);
	check_equal(setrlimit(RLIMIT_NPROC, &limit), 0);
	pthread_mutex_lock(&hold);
	while (started < MOST && pthread_create(&threads[started], NULL, wait_for_end, &hold) == 0)
		started++;
	check(started < MOST);
	struct ceiling ceiling = ceiling_nearest();
	pthread_mutex_unlock(&hold);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	check_named(&ceiling, "RLIMIT_NPROC");
	check_equal(ceiling.limit, MOST);
}

#ifdef LIMITS_OF_MEMORY
/* Every second page has other rights, so that each is a mapping of its own. */
static void mappings_are_named(const void *arg)
{
	enum { PAGE_BYTES = 4096, MOST = 1 << 20 };
	char *memory = mmap(NULL, (size_t)MOST * PAGE_BYTES, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int page = 0;

	(void)arg;
	check(memory != MAP_FAILED);
	while (page < MOST &&
		mprotect(memory + (size_t)page * PAGE_BYTES, PAGE_BYTES, PROT_READ) == 0)
		page += 2;
	check(page < MOST);
	struct ceiling ceiling = ceiling_nearest();
	munmap(memory, (size_t)MOST * PAGE_BYTES);
	check_named(&ceiling, "vm.max_map_count");
}

static void address_space_is_named(const void *arg)
{
	struct rlimit limit = { (rlim_t)1 << 30, (rlim_t)1 << 30 };

	(void)arg;
	check_equal(setrlimit(RLIMIT_AS, &limit), 0);
	while (mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		;
	struct ceiling ceiling = ceiling_nearest();
	check_named(&ceiling, "RLIMIT_AS");
}
#endif

static void without_a_limit_it_says_so(const void *arg)
{
	struct ceiling none = { 0 };
	char text[128];

	(void)arg;
	ceiling_tell(&none, 7, -ENOMEM, text, sizeof text);
	check(strncmp(text, "7 alive, then: Cannot allocate memory (no limit", 47) == 0);
	ceiling_tell(&none, 7, -ENOMEM, text, 8);
	check(strcmp(text, "7 alive") == 0);
}

static void run(void **state)
{
	void (*const *fn)(const void *arg) = *state;

	child_must_pass(LIMIT_S, *fn, NULL);
}

int main(void)
{
	static void (*const cases[])(const void *arg) = {
		user_limit_is_named,
		without_a_limit_it_says_so,
#ifdef LIMITS_OF_MEMORY
		mappings_are_named,
		address_space_is_named,
#endif
	};
	static const char *const names[] = {
		"user_limit_is_named",
		"without_a_limit_it_says_so",
		"mappings_are_named",
		"address_space_is_named",
	};
	enum { CASES = sizeof cases / sizeof *cases };
	struct CMUnitTest tests[CASES];

	for (int i = 0; i < CASES; i++)
		tests[i] = (struct CMUnitTest){
			.name = names[i], .test_func = run, .initial_state = (void *)&cases[i]
		};
	return _cmocka_run_group_tests("ceiling", tests, CASES, NULL, NULL);
}
