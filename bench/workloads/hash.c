/* SPDX-License-Identifier: MIT */
#include "hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <time.h>

int hash_of(const void *data, size_t size, unsigned char hash[HASH_BYTES])
{
	return EVP_Digest(data, size, hash, NULL, EVP_sha256(), NULL) == 1 ? 0 : -EIO;
}

static int64_t thread_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int hash_for(int64_t cpu_ns, const void *data, size_t size, unsigned char hash[HASH_BYTES])
{
	int64_t until_ns = thread_cpu_ns() + cpu_ns;
	unsigned char again[HASH_BYTES];
	int err = hash_of(data, size, hash);

	while (!err && thread_cpu_ns() < until_ns) {
		err = hash_of(data, size, again);
		if (!err && memcmp(again, hash, HASH_BYTES) != 0)
			err = -EBADMSG;
	}
	return err;
}
