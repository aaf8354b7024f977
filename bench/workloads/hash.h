/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_HASH_H
#define WORKLOADS_HASH_H

/* Computing for a given time, by hashing: SHA-256. Thread-safe. */
#include <stddef.h>
#include <stdint.h>

enum { HASH_BYTES = 32 };

/* 0 or -EIO. */
int hash_of(const void *data, size_t size, unsigned char hash[HASH_BYTES]);

/*
 * Hash data again and again, at least once, until the thread has used so much
 * CPU time. 0, -EIO, or -EBADMSG when the rounds did not agree.
 */
int hash_for(int64_t cpu_ns, const void *data, size_t size, unsigned char hash[HASH_BYTES]);

#endif
