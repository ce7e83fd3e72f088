#include "product.h"

// A matrix product for processors with AVX-512: strips of 48 columns of B, packed, meet blocks of 8 rows of A, read in
// place. A block's 8 × 48 sums stay in 24 registers; a strip stays in the second-level cache from block to block.

enum { ROWS = 8, COLUMNS = 48, LANES = 16, GROUPS = COLUMNS / LANES };

size_t la_packed_count(size_t n, size_t k) { return (n + COLUMNS - 1) / COLUMNS * COLUMNS * k; }

void la_pack(int transposed, size_t n, size_t k, const float *b, size_t stride, float *packed) {
  for (size_t first = 0; first < n; first += COLUMNS, packed += COLUMNS * k) {
    const size_t width = n - first < COLUMNS ? n - first : COLUMNS;
    if (transposed) {
      // Sixteen rows of k at a time, so that what is written stays in the cache while the columns are gone through.
      for (size_t start = 0; start < k; start += 16) {
        const size_t end = start + 16 < k ? start + 16 : k;
        for (size_t j = 0; j < width; j++)
          for (size_t l = start; l < end; l++) packed[l * COLUMNS + j] = b[(first + j) * stride + l];
        for (size_t j = width; j < COLUMNS; j++)
          for (size_t l = start; l < end; l++) packed[l * COLUMNS + j] = 0;
      }
    } else {
      for (size_t l = 0; l < k; l++) {
        for (size_t j = 0; j < width; j++) packed[l * COLUMNS + j] = b[l * stride + first + j];
        for (size_t j = width; j < COLUMNS; j++) packed[l * COLUMNS + j] = 0;
      }
    }
  }
}

#if defined(__x86_64__)

typedef float lanes __attribute__((vector_size(64), aligned(4)));

#define WIDE __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))

int la_has_product(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
         && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

// The sums of `rows` rows of A and one strip; `rows` is known when this is compiled.
#define BLOCK(rows)                                                                                                \
  WIDE static void block_##rows(                                                                                   \
      size_t k, const float *a, size_t a_stride, const float *strip, lanes sums[ROWS][GROUPS]) {                   \
    lanes s[rows][GROUPS] = {{{0}}};                                                                               \
    for (size_t l = 0; l < k; l++, strip += COLUMNS) {                                                             \
      const lanes b0 = *(const lanes *)strip, b1 = *(const lanes *)(strip + 16), b2 = *(const lanes *)(strip + 32); \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                                          \
        const lanes x = a[r * a_stride + l] - (lanes){0};                                                          \
        s[r][0] += x * b0;                                                                                         \
        s[r][1] += x * b1;                                                                                         \
        s[r][2] += x * b2;                                                                                         \
      }                                                                                                            \
    }                                                                                                              \
    for (int r = 0; r < rows; r++)                                                                                 \
      for (int g = 0; g < GROUPS; g++) sums[r][g] = s[r][g];                                                       \
  }
BLOCK(8)
BLOCK(4)
BLOCK(2)
BLOCK(1)

WIDE static void store(
    const lanes sums[ROWS][GROUPS], size_t rows, size_t width, float alpha, float beta, float *c, size_t stride) {
  for (size_t r = 0; r < rows; r++, c += stride) {
    if (width == COLUMNS) {
      for (int g = 0; g < GROUPS; g++) {
        lanes *out = (lanes *)(c + g * LANES);
        *out = beta == 0 ? alpha * sums[r][g] : alpha * sums[r][g] + beta * *out;
      }
    } else {
      for (size_t j = 0; j < width; j++) {
        const float s = alpha * sums[r][j / LANES][j % LANES];
        c[j] = beta == 0 ? s : s + beta * c[j];
      }
    }
  }
}

WIDE void la_product(
    size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, const float *packed, float beta,
    float *c, size_t c_stride) {
  lanes sums[ROWS][GROUPS];
  for (size_t first = 0; first < n; first += COLUMNS, packed += COLUMNS * k) {
    const size_t width = n - first < COLUMNS ? n - first : COLUMNS;
    for (size_t i = 0; i < m;) {
      const size_t rows = m - i >= 8 ? 8 : m - i >= 4 ? 4 : m - i >= 2 ? 2 : 1;
      const float *block = a + i * a_stride;
      switch (rows) {
      case 8: block_8(k, block, a_stride, packed, sums); break;
      case 4: block_4(k, block, a_stride, packed, sums); break;
      case 2: block_2(k, block, a_stride, packed, sums); break;
      default: block_1(k, block, a_stride, packed, sums); break;
      }
      store(sums, rows, width, alpha, beta, c + i * c_stride + first, c_stride);
      i += rows;
    }
  }
}

#else

int la_has_product(void) { return 0; }

void la_product(
    size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, const float *packed, float beta,
    float *c, size_t c_stride) {
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      const float *strip = packed + j / COLUMNS * COLUMNS * k + j % COLUMNS;
      float sum = 0;
      for (size_t l = 0; l < k; l++) sum += a[i * a_stride + l] * strip[l * COLUMNS];
      c[i * c_stride + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * c_stride + j]);
    }
}

#endif
