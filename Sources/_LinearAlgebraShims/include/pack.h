#ifndef LA_PACK_H
#define LA_PACK_H
#include <stddef.h>
#include <stdint.h>

#include "levels.h"

/// The words that a packed right side of `n` columns and `k` words each takes.
size_t la_packed_count(size_t n, size_t k);

/// Packs a right side [k, n] of words into strips of columns. The words lie row by row, or with `transposed` column by
/// column; one row (or column) starts `stride` bytes behind the other, at any address.
void la_pack(int transposed, size_t n, size_t k, const void *b, size_t stride, void *packed);

/// Packs a right side [k, n] of floats, row by row, `stride` floats apart, as words of two rounded numbers: those of
/// rows 2l and 2l + 1, the lower half first. An odd last row is paired with zeros.
void la_pack_rounded(size_t n, size_t k, const float *b, size_t stride, uint32_t *packed);

/// out[i] = x[i] rounded to bfloat16, to nearest and ties to even.
void la_round_bf16(const float *x, size_t count, uint16_t *out);

/// Writes the transpose of [rows, columns] words; strides in bytes.
void la_transpose(size_t rows, size_t columns, const void *from, size_t stride, void *to, size_t to_stride);

/// The functions above that are compiled for several instruction sets.
struct la_packing {
  void (*pack_rounded)(size_t n, size_t k, const float *b, size_t stride, uint32_t *packed);
  void (*round_bf16)(const float *x, size_t count, uint16_t *out);
  void (*transpose)(size_t rows, size_t columns, const void *from, size_t stride, void *to, size_t to_stride);
};

/// The functions for a level, or NULL when this processor does not run it.
const struct la_packing *la_packing_at(enum la_level level);

#endif
