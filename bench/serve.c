/* SPDX-License-Identifier: MIT */
#include "serve.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "../models/http.h"
#include "../models/service.h"
#include "cli.h"
#include "counts.h"
#include "inability.h"
#include "origin.h"
#include "process.h"
#include "trial.h"
#include "workloads/workload.h"

enum {
	OPT_LISTEN = OPT_FIRST,
	OPT_PARAM,
	OPT_WORKERS,
	OPT_MAX_CONNECTIONS,
	OPT_DRAIN,
	OPT_ORIGIN,
	OPT_COUNTS
};

struct server {
	struct service service; /* first, so that a service is its server */
	const struct model *model;
	const struct workload *workload;
	struct params model_params, params;
	struct work work;
	char reason[WORK_REASON_MAX]; /* the work's */
	struct origin origin;
	const char *param[PARAMS_MAX]; /* NAME=VALUE, for when the service is known */
	int param_count;
};

static void handle(struct service *service, int fd)
{
	struct server *server = (struct server *)service;

	server->workload->connection(&server->work, fd);
}

static void start(struct service *service, int fd, struct loop *loop, job_done_fn *done, void *arg)
{
	struct server *server = (struct server *)service;

	server->workload->connection_callback(&server->work, fd, loop, done, arg);
}

static void start_resumable(struct service *service, struct connection *connection,
	struct executor *executor, struct resumable *frame)
{
	struct server *server = (struct server *)service;
	struct connection_frame *own = (struct connection_frame *)frame;

	own->connection = connection;
	own->work = &server->work;
	resumable_start(frame, executor, server->workload->connection_resumable.resume);
}

static void ready(struct service *service)
{
	char name[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &service->address.sin_addr, name, sizeof name);
	printf("%s:%d\n", name, ntohs(service->address.sin_port));
	fflush(stdout);
}

static int read_option(struct server *server, int key)
{
	switch (key) {
	case 'm':
		return cli_model("serve", optarg, &server->model, &server->model_params);
	case 'w':
		server->workload = workload_find(optarg);
		return server->workload && server->workload->kind == WORKLOAD_SERVICE
			? 0
			: cli_unknown("serve", "service", optarg, cli_service_name);
	case OPT_LISTEN:
		return cli_address("serve", optarg, &server->service.address);
	case OPT_PARAM:
		if (server->param_count == PARAMS_MAX)
			return cli_error(
				"serve", "no service has more than %d parameters", PARAMS_MAX);
		server->param[server->param_count++] = optarg;
		return 0;
	case OPT_WORKERS:
		return cli_count("serve", "--workers", optarg, "", 1, CLI_CONCURRENCY_MAX,
			&server->service.workers);
	case OPT_MAX_CONNECTIONS:
		return cli_count("serve", "--max-connections", optarg, "", 1, CLI_CONCURRENCY_MAX,
			&server->service.connections_max);
	case OPT_DRAIN:
		return cli_count("serve", "--drain", optarg, "s", 1, CLI_CONCURRENCY_MAX,
			&server->service.drain_s);
	case OPT_ORIGIN:
		server->origin.port = atoi(optarg);
		return 0;
	case OPT_COUNTS:
		counts_adopt(atoi(optarg));
		return 0;
	default:
		return EXIT_USAGE;
	}
}

/* The service's, or else the model's. */
static int set_param(struct server *server, const char *assignment)
{
	if (cli_takes(server->workload->params, assignment) ||
		!cli_takes(server->model->params, assignment))
		return cli_param("serve", &server->params, server->workload->name, assignment);
	return cli_param("serve", &server->model_params, server->model->name, assignment);
}

static int check_ability(const struct server *server)
{
	struct trial_spec spec = { .model = server->model,
		.model_params = server->model_params,
		.workload = server->workload,
		.params = server->params,
		.concurrency = 1 };
	const char *why = inability(&spec);
	if (why)
		return cli_error("serve", "%s: %s", server->model->name, why);
	return 0;
}

static int read_arguments(struct server *server, int argc, char **argv)
{
	int key, status = 0;

	while (!status && (key = command_next(&serve_command, argc, argv)) != -1)
		status = read_option(server, key);
	if (status)
		return status;
	if (!server->model || !server->workload)
		return cli_error("serve", "-m MODEL and -w SERVICE are needed");
	server->service.refusal = server->workload->refusal ? server->workload->refusal : "";
	params_init(&server->params, server->workload->params);
	for (int i = 0; i < server->param_count && !status; i++)
		status = set_param(server, server->param[i]);
	return status ? status : check_ability(server);
}

/* The kernel would round sleeps up by 50 us; and every connection is a descriptor. */
static void prepare_process(void)
{
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_TIMERSLACK, 1UL);
	descriptors_raise();
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int serve(struct server *server)
{
	const struct workload *workload = server->workload;

	prepare_process();
	service_stop_on_signals(&server->service);
	int err = workload->setup ? workload->setup(&server->work) : 0;
	if (err)
		cli_error(
			"serve", "%s", *server->work.reason ? server->work.reason : strerror(-err));
	if (!err) {
		err = server->model->serve(&server->service);
		if (err)
			cli_error("serve", "%s: cannot serve: %s%s", server->model->name,
				strerror(-err),
				err == -EADDRINUSE ? "; choose another port, or 0 for a free one"
						   : "");
	}
	http_close_idle();
	if (workload->teardown)
		workload->teardown(&server->work);
	origin_stop(&server->origin);
	curl_global_cleanup();
	return err ? EXIT_USAGE : EXIT_OK;
}

static int serve_main(int argc, char **argv)
{
	struct server server = {
		.service = { .address = { .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) },
			.workers = 64,
			.connections_max = 20000,
			.drain_s = 5,
			.handle = handle,
			.start = start,
			.start_resumable = start_resumable,
			.ready = ready },
	};
	int status = read_arguments(&server, argc, argv);

	if (status)
		return status;
	server.service.params = &server.model_params;
	server.service.frame_bytes = server.workload->connection_resumable.frame_bytes;
	server.work = (struct work){
		.params = &server.params, .origin = &server.origin, .reason = server.reason
	};
	return serve(&server);
}

const struct command serve_command = {
	.name = "serve",
	.summary = "serve echo, http or websocket under a model, by hand",
	.synopsis = "-m MODEL[:NAME=VALUE].. -w SERVICE [OPTION]..",
	.about = "Serve under a model until SIGTERM or SIGINT; prints the address as one line.",
	.options =
		(const struct command_option[]){
			{ 'm', "model", "MODEL[:NAME=VALUE]", "the model", COMPLETES_MODEL },
			{ 'w', "service", "SERVICE", "echo, http or websocket", COMPLETES_SERVICE },
			{ OPT_LISTEN, "listen", "ADDR:PORT",
				"where (default 127.0.0.1:0, a free port)" },
			{ OPT_PARAM, "param", "NAME=VALUE",
				"of the service, or of the model; may be given again" },
			{ OPT_WORKERS, "workers", "N",
				"threads or processes of a pool (default 64)" },
			{ OPT_MAX_CONNECTIONS, "max-connections", "N",
				"at a time; others are refused (default 20000)" },
			{ OPT_DRAIN, "drain", "S",
				"after the signal, cut off what lasts longer (default 5)" },
			COMMAND_HELP,
			{ OPT_ORIGIN, "origin", "PORT" }, /* a trial's: of its own */
			{ OPT_COUNTS, "counts", "FD" },   /* the same: where it counts */
			{ 0 },
		},
	.main = serve_main,
};
