/* Preloaded into Postgres by the benchmark: makes every flush to the disk slower by a number of
 * microseconds, as a network block device is. The number lies in a file that all backends map, so
 * that the benchmark changes it while they run. Without the file nothing is delayed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile uint32_t *delay_micros;

__attribute__((constructor)) static void map_delay(void) {
  const char *path = getenv("BENCH_FSYNC_DELAY_FILE");
  int file = path == NULL ? -1 : open(path, O_RDONLY);
  if (file < 0) {
    return;
  }
  void *mapped = mmap(NULL, sizeof *delay_micros, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED) {
    delay_micros = mapped;
  }
}

static void wait_for_the_disk(void) {
  uint32_t micros = delay_micros == NULL ? 0 : *delay_micros;
  struct timespec rest = {micros / 1000000, (long)(micros % 1000000) * 1000};
  while (micros > 0 && nanosleep(&rest, &rest) != 0 && errno == EINTR) {
  }
}

typedef int flush_function(int);

int fdatasync(int file) {
  static flush_function *original;
  if (original == NULL) {
    original = (flush_function *)dlsym(RTLD_NEXT, "fdatasync");
  }
  wait_for_the_disk();
  return original(file);
}

int fsync(int file) {
  static flush_function *original;
  if (original == NULL) {
    original = (flush_function *)dlsym(RTLD_NEXT, "fsync");
  }
  wait_for_the_disk();
  return original(file);
}
