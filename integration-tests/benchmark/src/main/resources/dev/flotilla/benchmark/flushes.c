/*
 * Counts the calls that flush to the disk. Loaded before the C library (LD_PRELOAD), it passes each of them on. The count is
 * the first eight bytes of the file that FLOTILLA_FLUSHES names, mapped into memory so that others see it at once.
 *
 * Counted: fsync, fdatasync, msync with MS_SYNC, sync_file_range, sync, syncfs, and each write to a file that was opened
 * with O_DSYNC or O_SYNC.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 65536

static uint64_t none;
static uint64_t *count = &none;
static uint8_t synchronous[FILES];

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__)) dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void map_count(void) {
    const char *path = getenv("FLOTILLA_FLUSHES");
    if (!path) return;
    int file = open(path, O_RDWR | O_CREAT, 0600);
    if (file < 0) return;
    if (ftruncate(file, sizeof *count) == 0) {
        void *map = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (map != MAP_FAILED) count = map;
    }
    close(file);
}

static void counted(void) { __atomic_fetch_add(count, 1, __ATOMIC_RELAXED); }

static void written(int file) {
    if (file >= 0 && file < FILES && synchronous[file]) counted();
}

static int opened(int file, int flags) {
    if (file >= 0 && file < FILES) synchronous[file] = (flags & O_DSYNC) != 0; /* which is part of O_SYNC */
    return file;
}

int fsync(int file) { REAL(int, "fsync", int); counted(); return real(file); }
int fdatasync(int file) { REAL(int, "fdatasync", int); counted(); return real(file); }
void sync(void) { REAL(void, "sync", void); counted(); real(); }
int syncfs(int file) { REAL(int, "syncfs", int); counted(); return real(file); }

int msync(void *address, size_t length, int flags) {
    REAL(int, "msync", void *, size_t, int);
    if (flags & MS_SYNC) counted();
    return real(address, length, flags);
}

int sync_file_range(int file, off64_t offset, off64_t bytes, unsigned flags) {
    REAL(int, "sync_file_range", int, off64_t, off64_t, unsigned);
    counted();
    return real(file, offset, bytes, flags);
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }

int open(const char *path, int flags, ...) {
    REAL(int, "open", const char *, int, ...);
    MODE(flags)
    return opened(real(path, flags, mode), flags);
}

int open64(const char *path, int flags, ...) {
    REAL(int, "open64", const char *, int, ...);
    MODE(flags)
    return opened(real(path, flags, mode), flags);
}

int openat(int directory, const char *path, int flags, ...) {
    REAL(int, "openat", int, const char *, int, ...);
    MODE(flags)
    return opened(real(directory, path, flags, mode), flags);
}

int openat64(int directory, const char *path, int flags, ...) {
    REAL(int, "openat64", int, const char *, int, ...);
    MODE(flags)
    return opened(real(directory, path, flags, mode), flags);
}

int close(int file) {
    REAL(int, "close", int);
    if (file >= 0 && file < FILES) synchronous[file] = 0;
    return real(file);
}

ssize_t write(int file, const void *bytes, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    written(file);
    return real(file, bytes, length);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    written(file);
    return real(file, bytes, length, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    written(file);
    return real(file, bytes, length, offset);
}

ssize_t writev(int file, const struct iovec *parts, int number) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    written(file);
    return real(file, parts, number);
}

ssize_t pwritev64(int file, const struct iovec *parts, int number, off64_t offset) {
    REAL(ssize_t, "pwritev64", int, const struct iovec *, int, off64_t);
    written(file);
    return real(file, parts, number, offset);
}
