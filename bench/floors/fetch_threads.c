/* SPDX-License-Identifier: MIT */
/* The floor of threadpool: N threads, an easy handle each, one request after the other, by hand. */
#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "floor.h"

static struct floor_job job;
static atomic_long taken;

static void *work(void *unused)
{
	struct floor_body *body = calloc(1, sizeof *body);
	CURL *easy = curl_easy_init();

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_URL, job.url);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, floor_receive);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
	while (atomic_fetch_add(&taken, 1) < job.requests) {
		if (curl_easy_perform(easy) != CURLE_OK)
			exit(1);
		floor_check(&job, body);
	}
	curl_easy_cleanup(easy);
	free(body);
	return unused;
}

int main(int argc, char **argv)
{
	job = floor_arguments(argc, argv);
	pthread_t *threads = calloc(job.concurrency, sizeof *threads);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	double started_s = floor_seconds();
	for (int i = 0; i < job.concurrency; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			exit(1);
	for (int i = 0; i < job.concurrency; i++)
		pthread_join(threads[i], NULL);
	floor_report(&job, started_s);
	free(threads);
	return 0;
}
