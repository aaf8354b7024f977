/* SPDX-License-Identifier: MIT */
#include "workdir.h"

#include <errno.h>
#include <ftw.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

static const char shared_memory[] = "/dev/shm";
static const uint64_t room_bytes = UINT64_C(1) << 30;

const char *workdir_parent(void)
{
	const char *parent = getenv("TMPDIR");
	struct statfs fs;

	if (parent && *parent)
		return parent;
	if (statfs(shared_memory, &fs) == 0 && fs.f_type == TMPFS_MAGIC &&
		(uint64_t)fs.f_bavail * fs.f_bsize >= room_bytes &&
		access(shared_memory, W_OK | X_OK) == 0)
		return shared_memory;
	return "/tmp";
}

const char *workdir_filesystem(void)
{
	static const struct {
		unsigned long magic;
		const char *name;
	} known[] = {
		{ TMPFS_MAGIC, "tmpfs" },
		{ EXT4_SUPER_MAGIC, "ext4" }, /* ext2 and ext3 too */
		{ XFS_SUPER_MAGIC, "xfs" },
		{ BTRFS_SUPER_MAGIC, "btrfs" },
		{ OVERLAYFS_SUPER_MAGIC, "overlayfs" },
		{ NFS_SUPER_MAGIC, "nfs" },
	};
	struct statfs fs;

	if (statfs(workdir_parent(), &fs) != 0)
		return "";
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if ((unsigned long)fs.f_type == known[i].magic)
			return known[i].name;
	return "";
}

int workdir_make(char path[WORKDIR_MAX])
{
	if (snprintf(path, WORKDIR_MAX, "%s/concbench-XXXXXX", workdir_parent()) >= WORKDIR_MAX)
		return -ENAMETOOLONG;
	return mkdtemp(path) ? 0 : -errno;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st, (void)kind, (void)place;
	return remove(path);
}

void workdir_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
