#define _GNU_SOURCE
#include "pages.h"

#include <limits.h>
#include <stdint.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

void la_prefer_large_pages(void *memory, size_t count) {
#if defined(__linux__)
  enum { PAGE = 4096, LEAST = 4 << 20 };
  if (count < LEAST) return;
  const uintptr_t start = ((uintptr_t)memory + PAGE - 1) / PAGE * PAGE, end = ((uintptr_t)memory + count) / PAGE * PAGE;
  (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
#endif
}

void la_keep_freed(void) {
#if defined(__GLIBC__)
  // The most that glibc takes: what is smaller comes from memory that is kept, what is larger straight from the system.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}
