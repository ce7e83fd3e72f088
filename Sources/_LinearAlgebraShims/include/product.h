#ifndef LA_PRODUCT_H
#define LA_PRODUCT_H
#include <stddef.h>

/// Whether this processor runs `la_product`: one with AVX-512.
int la_has_product(void);

/// The floats that a packed right side [k, n] takes.
size_t la_packed_count(size_t n, size_t k);

/// Packs the right side of a product into strips of columns. `b` is [k, n] row by row, or with `transposed` [n, k].
void la_pack(int transposed, size_t n, size_t k, const float *b, size_t stride, float *packed);

/// C = alpha·A·B + beta·C with A [m, k] row by row, B packed by `la_pack`, C [m, n]; C is not read when beta is 0.
void la_product(
    size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, const float *packed, float beta,
    float *c, size_t c_stride);

#endif
