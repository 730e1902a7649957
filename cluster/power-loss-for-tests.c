/*
 * Loaded before a program (LD_PRELOAD), it keeps of each file what a loss of power would leave: its content at the last
 * fsync or fdatasync that succeeded, under the file's name in the folder SYNCED_FOLDER. Removals count at once.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void keep(int descriptor) {
  const char *folder = getenv("SYNCED_FOLDER");
  char link[64], path[PATH_MAX], kept[PATH_MAX + 256], made[PATH_MAX + 260], buffer[65536];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (folder == NULL || length <= 0) return;
  path[length] = 0;
  const char *name = strrchr(path, '/');
  if (name == NULL || strstr(name, "cluster.db") == NULL) return;
  snprintf(kept, sizeof kept, "%s%s", folder, name);
  snprintf(made, sizeof made, "%s.new", kept);
  int from = open(path, O_RDONLY | O_CLOEXEC);
  int to = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (from < 0 || to < 0) abort();
  for (ssize_t count; (count = read(from, buffer, sizeof buffer)) > 0;)
    if (write(to, buffer, count) != count) abort();
  close(from);
  close(to);
  if (rename(made, kept) != 0) abort();
}

static int synced(const char *function, int descriptor) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
  int result = real(descriptor);
  if (result == 0) keep(descriptor);
  return result;
}

int unlink(const char *path) {
  int (*real)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
  const char *folder = getenv("SYNCED_FOLDER");
  const char *name = strrchr(path, '/');
  char kept[PATH_MAX + 256];
  int result = real(path);
  if (result == 0 && folder != NULL && name != NULL && strstr(name, "cluster.db") != NULL) {
    snprintf(kept, sizeof kept, "%s%s", folder, name);
    real(kept);
  }
  return result;
}

int fsync(int descriptor) { return synced("fsync", descriptor); }
int fdatasync(int descriptor) { return synced("fdatasync", descriptor); }
