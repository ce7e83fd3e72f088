#ifndef LA_PRODUCT_H
#define LA_PRODUCT_H
#include <stddef.h>
#include <stdint.h>

#include "levels.h"

enum {
  /// The columns of the right side that are packed side by side.
  LA_STRIP = 48
};

/// C = alpha·A·B + beta·C with A [m, k] row by row, B packed by `la_pack`, C [m, n]; C is not read when beta is 0.
void la_product(
    size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, const float *packed, float beta,
    float *c, size_t c_stride);

/// The same for words of two bfloat16 numbers that follow each other along k: `k` and `a_stride` count words. Sums are
/// floats; subnormal numbers count as zero.
void la_product_bf16(
    size_t m, size_t n, size_t k, float alpha, const uint32_t *a, size_t a_stride, const uint32_t *packed,
    float beta, float *c, size_t c_stride);

/// The products for one instruction set: plain loops where it has no kernel.
struct la_products {
  void (*product)(
      size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, const float *packed, float beta,
      float *c, size_t c_stride);
  void (*product_bf16)(
      size_t m, size_t n, size_t k, float alpha, const uint32_t *a, size_t a_stride, const uint32_t *packed,
      float beta, float *c, size_t c_stride);
};

/// The products for a level, or NULL when this processor does not run it.
const struct la_products *la_products_at(enum la_level level);

#endif
