/* SPDX-License-Identifier: MIT */
/*
 * Whether a load's numbers are the server's. A fast wrong number is worse than
 * none, so whatever contradicts itself, or says more of the generator than of
 * the server, is invalid.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "load.h"

const char *const load_error_names[LOAD_ERRORS] = {
	[LOAD_CONNECT] = "connect",
	[LOAD_READ] = "read",
	[LOAD_TIMEOUT] = "timeout",
	[LOAD_WRONG] = "wrong_reply",
};

static const double busy_share = 0.95, idle_share = 0.10, ceiling_share = 0.90;
static const double achieved_share = 0.95, in_use_share = 0.90;
static const double little_share = 0.05, straddle_share = 0.10;
static const double lateness_share = 0.10, lateness_least_ns = 100000;

/* Where a check writes what it finds. */
struct finding {
	char *reason;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static bool found(
	const struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(finding->reason, finding->size, format, args);
	va_end(args);
	return true;
}

uint64_t load_errors(const struct load_result *result)
{
	uint64_t errors = 0;

	for (int kind = 0; kind < LOAD_ERRORS; kind++)
		errors += result->errors[kind];
	return errors;
}

double load_throughput(const struct load_result *result)
{
	return result->window_s > 0 ? result->answered / result->window_s : 0;
}

double load_offered(const struct load_result *result)
{
	return result->open_loop && result->window_s > 0 ? result->requests / result->window_s
							 : NAN;
}

static bool has_errors(const struct load_result *result, const struct finding *finding)
{
	static const char *const what[LOAD_ERRORS] = {
		[LOAD_CONNECT] = "failed to connect",
		[LOAD_READ] = "were cut off by the server",
		[LOAD_TIMEOUT] = "timed out",
		[LOAD_WRONG] = "got a wrong reply",
	};
	int n = 0;

	for (int kind = 0; kind < LOAD_ERRORS; kind++)
		if (result->errors[kind] > 0 && n < (int)finding->size)
			n += snprintf(finding->reason + n, finding->size - n, "%s%llu %s",
				n > 0 ? ", " : "", (unsigned long long)result->errors[kind],
				what[kind]);
	return n > 0;
}

static bool has_nothing(const struct load_result *result, const struct finding *finding)
{
	if (result->interrupted)
		return found(finding, "it was interrupted");
	return result->answered == 0 && found(finding, "no request of the window was answered");
}

/* Histograms that no measurement can give. */
static bool is_absurd(const struct load_result *result, const struct finding *finding)
{
	const struct histogram *response = &result->response;
	int64_t p50_ns = histogram_percentile(response, 50);
	int64_t p99_ns = histogram_percentile(response, 99);

	if (p50_ns > p99_ns || p99_ns > response->max_ns)
		return found(finding, "p50, p99 and the maximum are not in order");
	if (histogram_mean(response) > response->max_ns)
		return found(finding, "the mean response time is above the maximum");
	return false;
}

/* Where the server's CPUs were busy too, both sides had come to their end together. */
static bool generator_was_limit(const struct load_result *result, const struct finding *finding)
{
	double throughput = load_throughput(result);

	if (!(result->cpu_share >= busy_share))
		return false;
	if (result->idle_share >= idle_share)
		return found(finding,
			"the generator used %.0f %% of its CPU time and the server's CPUs were "
			"idle for %.0f %%: it was the bottleneck",
			100 * result->cpu_share, 100 * result->idle_share);
	if (isnan(result->idle_share) && throughput >= ceiling_share * result->ceiling_per_s)
		return found(finding,
			"the generator used %.0f %% of its CPU time, at %.0f %% of the rate that "
			"is its ceiling: it was the bottleneck",
			100 * result->cpu_share, 100 * throughput / result->ceiling_per_s);
	return false;
}

/*
 * Late as a rule, that is: a machine that stands still for a moment makes one
 * request in a hundred late, which the reported lateness shows.
 */
static bool is_late(const struct load_result *result, const struct finding *finding)
{
	double p90_ns = histogram_percentile(&result->lateness, 90);
	double p50_ns = histogram_percentile(&result->response, 50);

	return p90_ns > lateness_least_ns && p90_ns > lateness_share * p50_ns &&
		found(finding,
			"the generator sent late: 1 in 10 requests by %.0f us, of a median "
			"response time of %.0f us",
			p90_ns / 1000, p50_ns / 1000);
}

static bool fell_short(const struct load_result *result, const struct finding *finding)
{
	double share = load_throughput(result) / load_offered(result);

	return share < achieved_share && result->in_flight < in_use_share * result->connections &&
		found(finding,
			"%.0f %% of the offered rate was achieved, though connections were free",
			100 * share);
}

/* More arrives than is answered: the backlog, and with it every response time, grows as it goes on.
 */
static bool is_overloaded(const struct load_result *result, const struct finding *finding)
{
	double answered_per_s = load_throughput(result), offered_per_s = load_offered(result);

	return answered_per_s < achieved_share * offered_per_s &&
		result->in_flight >= in_use_share * result->connections &&
		found(finding,
			"overloaded: %.0f of %.0f requests a second were answered; how long they "
			"waited only tells how long the load went on",
			answered_per_s, offered_per_s);
}

/*
 * Little's law: the number in flight, integrated from event to event, is
 * throughput times mean service time, which is the sum of the service times of
 * the window's requests over the window. Requests that straddle an end of the
 * window lie partly in one of the two sums only; those parts are measured and
 * allowed for. As they also bias the throughput, they must not differ by much.
 */
static bool breaks_little(const struct load_result *result, const struct finding *finding)
{
	double in_flight = result->in_flight;
	double expected = result->in_flight_by_service + result->straddle_in - result->straddle_out;

	if (fabs(in_flight - expected) > little_share * in_flight)
		return found(finding,
			"Little's law is broken: %.2f requests in flight, %.2f by their times",
			in_flight, expected);
	if (fabs(result->straddle_in - result->straddle_out) > straddle_share * in_flight)
		return found(finding,
			"the window is too short for replies that take so long: "
			"raise the duration");
	return false;
}

static bool was_not_full(const struct load_result *result, const struct finding *finding)
{
	double share = result->in_flight / result->connections;

	return fabs(1 - share) > little_share &&
		found(finding,
			"on average %.2f requests were in flight in a closed loop of %u "
			"connections; a server that closes connections wants one a request "
			"(keep_alive=0)",
			result->in_flight, result->connections);
}

/* With fewer requests than twice the connections, not each connection has its turn. */
static bool has_starved(const struct load_result *result, const struct finding *finding)
{
	if (result->starved == 0 ||
		(result->open_loop && result->requests < 2 * (uint64_t)result->connections))
		return false;
	return found(finding, "%u of %u connections got no reply in the window", result->starved,
		result->connected);
}

static bool is_invalid(const struct load_result *result, const struct finding *finding)
{
	if (has_nothing(result, finding) || is_absurd(result, finding) ||
		generator_was_limit(result, finding) || is_overloaded(result, finding) ||
		has_starved(result, finding) || breaks_little(result, finding))
		return true;
	if (result->open_loop)
		return is_late(result, finding) || fell_short(result, finding);
	return was_not_full(result, finding);
}

const char *load_verdict(const struct load_result *result, char *reason, size_t size)
{
	struct finding finding = { reason, size };

	*reason = '\0';
	if (has_errors(result, &finding))
		return "failed";
	return is_invalid(result, &finding) ? "invalid" : "ok";
}
