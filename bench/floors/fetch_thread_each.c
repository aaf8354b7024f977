/* SPDX-License-Identifier: MIT */
/*
 * The floor of threads: a thread a request, N of them at a time, by hand. The
 * thread that ends hands its easy handle to the one that starts next.
 */
#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "floor.h"

struct lane {
	CURL *easy;
	struct floor_body body;
};

static struct floor_job job;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static struct {
	struct lane *lane;
	pthread_t thread;
	int used;
} * ended;
static int ended_count;

static void *request(void *arg)
{
	struct lane *lane = arg;

	if (curl_easy_perform(lane->easy) != CURLE_OK)
		exit(1);
	floor_check(&job, &lane->body);
	pthread_mutex_lock(&lock);
	ended[ended_count].lane = lane;
	ended[ended_count].thread = pthread_self();
	ended[ended_count++].used = 1;
	pthread_cond_signal(&freed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

static struct lane *take(void)
{
	pthread_mutex_lock(&lock);
	while (ended_count == 0)
		pthread_cond_wait(&freed, &lock);
	ended_count--;
	struct lane *lane = ended[ended_count].lane;
	pthread_t thread = ended[ended_count].thread;
	int used = ended[ended_count].used;
	pthread_mutex_unlock(&lock);
	if (used)
		pthread_join(thread, NULL);
	return lane;
}

int main(int argc, char **argv)
{
	job = floor_arguments(argc, argv);
	struct lane *lanes = calloc(job.concurrency, sizeof *lanes);
	pthread_attr_t attr;

	ended = calloc(job.concurrency, sizeof *ended);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256 * 1024);
	double started_s = floor_seconds();
	for (int i = 0; i < job.concurrency; i++) {
		lanes[i].easy = curl_easy_init();
		curl_easy_setopt(lanes[i].easy, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(lanes[i].easy, CURLOPT_URL, job.url);
		curl_easy_setopt(lanes[i].easy, CURLOPT_WRITEFUNCTION, floor_receive);
		curl_easy_setopt(lanes[i].easy, CURLOPT_WRITEDATA, &lanes[i].body);
		ended[ended_count++].lane = &lanes[i];
	}
	for (long i = 0; i < job.requests; i++) {
		pthread_t thread;
		if (pthread_create(&thread, &attr, request, take()) != 0)
			exit(1);
	}
	for (int i = 0; i < job.concurrency; i++)
		take();
	floor_report(&job, started_s);
	free(lanes);
	return 0;
}
