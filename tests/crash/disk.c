/* A disk that fills up: while the file named by FULL_DISK exists, writing to a database file fails with "no space left". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int is_full(int fd) {
  const char *sign = getenv("FULL_DISK");
  char link[64], path[4096];
  ssize_t length;
  if (!sign || access(sign, F_OK) != 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, ".sqlite") != NULL;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t count) {
  static __typeof__(&write) real;
  if (!real) real = REAL(write);
  if (is_full(fd)) { errno = ENOSPC; return -1; }
  return real(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  static __typeof__(&pwrite) real;
  if (!real) real = REAL(pwrite);
  if (is_full(fd)) { errno = ENOSPC; return -1; }
  return real(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  static __typeof__(&pwrite64) real;
  if (!real) real = REAL(pwrite64);
  if (is_full(fd)) { errno = ENOSPC; return -1; }
  return real(fd, bytes, count, at);
}
