/* SPDX-License-Identifier: MIT */
/*
 * A trial of a service: the server is a process of its own, or an outside one,
 * and this process is the load.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../models/service.h"
#include "cli.h"
#include "counts.h"
#include "cpus.h"
#include "inability.h"
#include "launch.h"
#include "load/load.h"
#include "load/null_server.h"
#include "origin.h"
#include "server.h"
#include "trial.h"

struct service_trial {
	const struct trial_spec *spec;
	struct cpus cpus;
	bool pinned;
	struct server server;  /* pid 0 for an outside one */
	struct origin origin;  /* the server's backend, where it has one */
	struct counts counts;  /* of the server, from the load's begin to its end */
	int uncounted;         /* why counting it failed, or 0 */
	struct rusage usage;   /* of its whole life */
	int64_t cpu_before_ns; /* used when the load began */
	long memory_kib;       /* while every connection was open; -1 where none was */
	struct talk talk;
	struct load_spec load;
	struct load_result *result;
};

/*
 * Of all that was used since the load began, the part of the measured requests:
 * those of the warm-up cost as much each.
 */
static double measured_share(const struct service_trial *trial)
{
	const struct load_result *result = trial->result;

	return result->replies > 0 ? (double)result->answered / result->replies : 1;
}

static double seconds(struct timeval time)
{
	return time.tv_sec + time.tv_usec / 1e6;
}

/*
 * What the server used in its life, less what it had used when the load began
 * (of that only the sum is known, so user and system time are scaled alike).
 */
static void add_usage(const struct service_trial *trial, json_t *json)
{
	const struct rusage *usage = &trial->usage;
	double user_s = seconds(usage->ru_utime), system_s = seconds(usage->ru_stime);
	double before_s = trial->cpu_before_ns / 1e9;
	double share = measured_share(trial), loaded = share;

	if (user_s + system_s > before_s)
		loaded *= 1 - before_s / (user_s + system_s);
	json_object_set_new(json, "cpu_user_s", json_real(loaded * user_s));
	json_object_set_new(json, "cpu_system_s", json_real(loaded * system_s));
	json_object_set_new(json, "voluntary_switches", json_integer(share * usage->ru_nvcsw));
	json_object_set_new(json, "involuntary_switches", json_integer(share * usage->ru_nivcsw));
	if (trial->memory_kib >= 0)
		json_object_set_new(json, "peak_memory_kib", json_integer(trial->memory_kib));
}

/* The load begins. */
static void note_begin(void *arg)
{
	struct service_trial *trial = arg;

	if (trial->server.pid > 0)
		trial->uncounted = counts_trace(&trial->counts, trial->server.pid, true);
	counts_open(&trial->counts);
	trial->cpu_before_ns = trial->server.pid > 0 ? server_cpu_ns(&trial->server) : 0;
}

/* Only while connections are open is the memory what serving so many takes. */
static void note_end(void *arg)
{
	struct service_trial *trial = arg;

	counts_close(&trial->counts);
	counts_stop(&trial->counts);
	if (trial->server.pid > 0 && trial->load.keep_alive)
		trial->memory_kib = memory_kib(trial->server.pid);
}

static json_t *bad(const char *reason)
{
	return json_pack("{s:s, s:s}", "status", "failed", "reason", reason);
}

static json_t *unavailable(const char *reason)
{
	return json_pack("{s:s, s:s}", "status", "unavailable", "reason", reason);
}

/* As many as the load has CPUs. */
static unsigned threads_of(const struct service_trial *trial)
{
	unsigned cpus = trial->pinned ? CPU_COUNT(&trial->cpus.origin) : cpus_count() / 4;

	if (cpus > LOAD_THREADS_MAX)
		cpus = LOAD_THREADS_MAX;
	if (cpus > trial->spec->concurrency)
		cpus = trial->spec->concurrency;
	return cpus > 0 ? cpus : 1;
}

static void aim(struct service_trial *trial)
{
	const struct trial_spec *spec = trial->spec;

	trial->load = (struct load_spec){
		.client = spec->workload->client,
		.talk = &trial->talk,
		.address = trial->server.address,
		.connections = spec->concurrency,
		.threads = threads_of(trial),
		.seed = spec->seed,
		.timeout_ns = 10000000000,
		.cpus = trial->pinned ? &trial->cpus.origin : NULL,
		/* Where an outside server runs is not known. */
		.server_cpus = trial->pinned && spec->model ? &trial->cpus.model : NULL,
		.connected = note_begin,
		.loaded = note_end,
		.arg = trial,
	};
	load_spec_params(&trial->load, &spec->params);
}

/* What the generator would reach with the same requests, if the server cost nothing. */
static json_t *measure_ceiling(struct service_trial *trial)
{
	struct answers answers;
	double ceiling_per_s;
	char reason[256] = "";
	int err = answers_learn(&trial->load, &answers, reason, sizeof reason);

	if (!err)
		err = load_ceiling(&trial->load, &answers, &ceiling_per_s);
	answers_free(&answers);
	return err ? bad(*reason ? reason : strerror(-err))
		   : json_pack("{s:s, s:f}", "status", "ok", "ceiling_per_s", ceiling_per_s);
}

static json_t *measure_load(struct service_trial *trial)
{
	int err = load_run(&trial->load, trial->result);

	if (err)
		return bad(*trial->result->reason ? trial->result->reason : strerror(-err));
	if (trial->spec->ceiling_per_s > 0)
		trial->result->ceiling_per_s = trial->spec->ceiling_per_s;
	return load_json(trial->result);
}

static json_t *load_server(struct service_trial *trial)
{
	const struct trial_spec *spec = trial->spec;
	const struct client *client = spec->workload->client;
	int err = client->open(&trial->talk, &spec->params, &trial->server.address, spec->model);

	if (err)
		return bad(*trial->talk.reason ? trial->talk.reason : strerror(-err));
	aim(trial);
	json_t *json = spec->ceiling_only ? measure_ceiling(trial) : measure_load(trial);
	client->close(&trial->talk);
	return json;
}

/*
 * The origin is this process's child, not the server's, whose CPU time it would
 * be counted as.
 */
static int start_backend(struct service_trial *trial)
{
	const struct params *params = &trial->spec->params;

	if (!param_find(params->table, "backend") || param_number(params, "backend") == 0)
		return 0;
	if (trial->pinned)
		trial->origin.cpus = &trial->cpus.origin;
	return origin_start(&trial->origin);
}

/* The origin shares the load's CPUs, and neither may be what was measured. */
static void add_origin(const struct service_trial *trial, int64_t before_ns, json_t *json)
{
	const struct load_result *result = trial->result;
	int64_t after_ns = origin_cpu_ns(&trial->origin);

	if (before_ns < 0 || after_ns < 0)
		return;
	double cpu_s = measured_share(trial) * (after_ns - before_ns) / 1e9;
	double busy_cpus = cpu_s / result->window_s + result->cpu_share * result->threads;
	unsigned cpus = trial->pinned ? CPU_COUNT(&trial->cpus.origin) : cpus_count();
	json_object_set_new(json, "origin_cpu_s", json_real(cpu_s));
	if ((cpu_s > 0.95 * result->window_s ||
		    (busy_cpus > 0.95 * cpus && !(result->idle_share < 0.1))) &&
		strcmp(json_string_value(json_object_get(json, "status")), "ok") == 0)
		json_object_update_new(json,
			json_pack("{s:s, s:s}", "status", "invalid", "reason",
				"the CPUs of the load and the origin were the bottleneck"));
}

static json_t *measure(struct service_trial *trial)
{
	const struct trial_spec *spec = trial->spec;

	if (spec->external)
		return cli_address("trial", spec->external, &trial->server.address) == 0
			? load_server(trial)
			: bad("no such address");
	if (start_backend(trial) != 0)
		return bad("the origin did not start");
	int err = server_start(&trial->server, spec, trial->pinned ? &trial->cpus.model : NULL,
		&trial->origin, &trial->counts);
	if (err)
		return bad("the server did not start");
	int64_t before_ns = origin_cpu_ns(&trial->origin);
	json_t *json = load_server(trial);
	err = server_stop(&trial->server, &trial->usage);
	if (err) {
		json_decref(json);
		return bad(err == -ETIMEDOUT ? "the server did not stop when told"
					     : "the server crashed");
	}
	if (!spec->ceiling_only) {
		add_usage(trial, json);
		add_origin(trial, before_ns, json);
		counts_add(&trial->counts, measured_share(trial), json);
	}
	if (trial->uncounted) {
		json_decref(json);
		return unavailable(counts_lack(trial->uncounted));
	}
	return json;
}

json_t *trial_measure_service(const struct trial_spec *spec)
{
	struct service_trial trial = { .spec = spec, .memory_kib = -1 };
	const char *why = spec->ceiling_only ? NULL : inability(spec);

	if (why)
		return unavailable(why);
	if (spec->counts && spec->external)
		return unavailable("an outside server cannot be counted");
	if (spec->counts && counts_init(&trial.counts) != 0)
		return bad("no memory to count in");
	trial.pinned = param_number(&spec->params, "pin") && cpus_split(&trial.cpus) == 0;
	trial.result = load_result_new();
	json_t *json = trial.result ? measure(&trial) : bad("out of memory");
	load_result_free(trial.result);
	counts_free(&trial.counts);
	origin_stop(&trial.origin);
	return json;
}
