/* SPDX-License-Identifier: MIT */
/*
 * sha256: hash a buffer of the letter a with libcrypto. At the default size of
 * a million the digest is the one published with FIPS 180-4's examples.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../models/io.h"
#include "workload.h"

static const struct param params[] = {
	{ .name = "buffer_bytes",
		.unit = "bytes",
		.summary = "size of the buffer",
		.initial = "1000000",
		.max = 1073741824 },
	{ 0 },
};

struct buffer {
	size_t size;
	char *data;
};

enum { SHA256_BYTES = 32 };

static const unsigned char million_a[SHA256_BYTES] = { 0xcd, 0xc7, 0x6e, 0x5c, 0x99, 0x14, 0xfb,
	0x92, 0x81, 0xa1, 0xc7, 0xe2, 0x84, 0xd7, 0x3e, 0x67, 0xf1, 0x80, 0x9a, 0x48, 0xa4, 0x97,
	0x20, 0x0e, 0x04, 0x6d, 0x39, 0xcc, 0xc7, 0x11, 0x2c, 0xd0 };

/* The first eight bytes of the hash. */
static int hash(const struct buffer *buffer, uint64_t *digest)
{
	unsigned char md[SHA256_BYTES];

	if (EVP_Digest(buffer->data, buffer->size, md, NULL, EVP_sha256(), NULL) != 1)
		return -EIO;
	memcpy(digest, md, sizeof *digest);
	return 0;
}

static int setup(struct work *work)
{
	struct buffer *buffer = work->state = calloc(1, sizeof *buffer);

	if (!buffer)
		return -ENOMEM;
	buffer->size = param_number(work->params, "buffer_bytes");
	buffer->data = malloc(buffer->size ? buffer->size : 1);
	if (!buffer->data)
		return -ENOMEM;
	memset(buffer->data, 'a', buffer->size);
	if (buffer->size == 1000000) {
		memcpy(&work->expected, million_a, sizeof work->expected);
		return 0;
	}
	return hash(buffer, &work->expected);
}

struct hashing {
	const struct buffer *buffer;
	int err; /* out */
	uint64_t digest;
};

static void compute(void *arg)
{
	struct hashing *hashing = arg;

	hashing->err = hash(hashing->buffer, &hashing->digest);
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	struct hashing hashing = { .buffer = work->state };
	int err = io_compute(compute, &hashing);

	(void)i;
	*digest = hashing.digest;
	return err ? err : hashing.err;
}

static void teardown(struct work *work)
{
	struct buffer *buffer = work->state;

	if (buffer)
		free(buffer->data);
	free(buffer);
}

const struct workload workload_sha256 = {
	.name = "sha256",
	.summary = "SHA-256 of a buffer, by libcrypto",
	.kind = WORKLOAD_CPU,
	.params = params,
	.tasks = 200,
	.setup = setup,
	.task = task,
	.teardown = teardown,
};
