#include "product.h"

#include "targets.h"

// Strips of 48 columns of B, packed, meet blocks of 8 rows of A, read in place. A block's 8 × 48 sums stay in 24
// registers of AVX-512; a strip stays in the second-level cache from block to block.

enum { ROWS = 8, COLUMNS = LA_STRIP, LANES = 16, GROUPS = COLUMNS / LANES };

static float float_of_bits(uint32_t bits) {
  union {
    uint32_t bits;
    float value;
  } both = {bits};
  return both.value;
}

#define PLAIN_PRODUCT(name, word, TERM)                                                                              \
  static void name(                                                                                                  \
      size_t m, size_t n, size_t k, float alpha, const word *a, size_t a_stride, const word *packed, float beta,     \
      float *c, size_t c_stride) {                                                                                   \
    for (size_t i = 0; i < m; i++)                                                                                   \
      for (size_t j = 0; j < n; j++) {                                                                               \
        const word *strip = packed + j / COLUMNS * COLUMNS * k + j % COLUMNS;                                        \
        float sum = 0;                                                                                               \
        for (size_t l = 0; l < k; l++) sum += TERM(a[i * a_stride + l], strip[l * COLUMNS]);                         \
        c[i * c_stride + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * c_stride + j]);                            \
      }                                                                                                              \
  }

#define TERM(x, y) ((x) * (y))
PLAIN_PRODUCT(product_plain, float, TERM)

// The term of two pairs: the lower halves first.
static float pair_term(uint32_t x, uint32_t y) {
  return float_of_bits(x << 16) * float_of_bits(y << 16)
         + float_of_bits(x & 0xffff0000u) * float_of_bits(y & 0xffff0000u);
}
PLAIN_PRODUCT(product_bf16_plain, uint32_t, pair_term)

static const struct la_products products_plain = {product_plain, product_bf16_plain};

#if defined(__x86_64__)
#include <immintrin.h>

typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));

LA_WIDE static void store(
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

#define NAME(x) x##_wide
#define TARGET LA_WIDE
#define word float
#define MULTIPLY(s, x, b) s += ((x) - (lanes){0}) * (b)
#include "product_wide.inc"
#undef NAME
#undef TARGET
#undef word
#undef MULTIPLY

#define NAME(x) x##_bf16
#define TARGET LA_WIDE_BF16
#define word uint32_t
#define MULTIPLY(s, x, b) \
  s = (lanes)_mm512_dpbf16_ps((__m512)(s), (__m512bh)_mm512_set1_epi32((int)(x)), (__m512bh)(b))
#include "product_wide.inc"

static const struct la_products products_wide = {product_wide, product_bf16_plain};
static const struct la_products products_bf16 = {product_wide, product_bf16};
#endif

const struct la_products *la_products_at(enum la_level level) {
  if (level > la_best_level()) return NULL;
#if defined(__x86_64__)
  if (level >= LA_AVX512_BF16) return &products_bf16;
  if (level == LA_AVX512) return &products_wide;
#endif
  return &products_plain;
}

void la_product(
    size_t m, size_t n, size_t k, float alpha, const float *a, size_t a_stride, const float *packed, float beta,
    float *c, size_t c_stride) {
  la_products_at(la_best_level())->product(m, n, k, alpha, a, a_stride, packed, beta, c, c_stride);
}

void la_product_bf16(
    size_t m, size_t n, size_t k, float alpha, const uint32_t *a, size_t a_stride, const uint32_t *packed,
    float beta, float *c, size_t c_stride) {
  la_products_at(la_best_level())->product_bf16(m, n, k, alpha, a, a_stride, packed, beta, c, c_stride);
}
