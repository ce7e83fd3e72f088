#ifndef LA_PAGES_H
#define LA_PAGES_H
#include <stddef.h>

/// Asks the system for large pages (2 MiB) under memory that nothing was written to yet. A wish: where it is not granted, or
/// `count` bytes are fewer than two of them, small pages do.
void la_prefer_large_pages(void *memory, size_t count);

/// From now on memory that is freed is kept for the next that asks, up to 2 GiB of it, instead of going back to the system.
void la_keep_freed(void);

#endif
