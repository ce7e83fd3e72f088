#include "pack.h"

#include <string.h>

#include "product.h"
#include "targets.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { SIDE = 16 };

typedef uint32_t words __attribute__((vector_size(64), aligned(4)));

size_t la_packed_count(size_t n, size_t k) { return (n + LA_STRIP - 1) / LA_STRIP * LA_STRIP * k; }

// Exchanges, for the rows i and i + d of a square, the blocks of d words beside the diagonal: log₂ 16 such steps
// transpose it.
#define EXCHANGE(d, low, high)                                                   \
  for (int i = 0; i < SIDE; i++)                                                 \
    if (!(i & d)) {                                                              \
      const words a = r[i], b = r[i + d];                                        \
      r[i] = __builtin_shufflevector(a, b, low);                                 \
      r[i + d] = __builtin_shufflevector(a, b, high);                            \
    }

ALWAYS_INLINE void transpose_square(const uint8_t *from, size_t stride, uint8_t *to, size_t to_stride) {
  words r[SIDE];
  for (int i = 0; i < SIDE; i++) memcpy(&r[i], from + i * stride, sizeof r[i]);
#define LOW8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define LOW4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HIGH4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define LOW2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define LOW1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HIGH1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
  EXCHANGE(8, LOW8, HIGH8)
  EXCHANGE(4, LOW4, HIGH4)
  EXCHANGE(2, LOW2, HIGH2)
  EXCHANGE(1, LOW1, HIGH1)
  for (int i = 0; i < SIDE; i++) memcpy(to + i * to_stride, &r[i], sizeof r[i]);
}

ALWAYS_INLINE void transpose_words(
    size_t rows, size_t columns, const uint8_t *from, size_t stride, uint8_t *to, size_t to_stride) {
  for (size_t i = 0; i < rows; i++)
    for (size_t l = 0; l < columns; l++) memcpy(to + l * to_stride + 4 * i, from + i * stride + 4 * l, 4);
}

ALWAYS_INLINE void transpose(
    size_t rows, size_t columns, const void *from_start, size_t stride, void *to_start, size_t to_stride) {
  const uint8_t *from = from_start;
  uint8_t *to = to_start;
  const size_t whole_rows = rows / SIDE * SIDE, whole_columns = columns / SIDE * SIDE;
  for (size_t i = 0; i < whole_rows; i += SIDE)
    for (size_t l = 0; l < whole_columns; l += SIDE)
      transpose_square(from + i * stride + 4 * l, stride, to + l * to_stride + 4 * i, to_stride);
  transpose_words(
      whole_rows, columns - whole_columns, from + 4 * whole_columns, stride, to + whole_columns * to_stride, to_stride);
  transpose_words(rows - whole_rows, columns, from + whole_rows * stride, stride, to + 4 * whole_rows, to_stride);
}

ALWAYS_INLINE uint32_t rounded(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t nearest = (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;
  // Rounding must not make an infinity of what is not a number.
  return (bits & 0x7fffffffu) > 0x7f800000u ? (bits >> 16 | 0x40u) : nearest;
}

ALWAYS_INLINE void round_bf16(const float *restrict x, size_t count, uint16_t *restrict out) {
  for (size_t i = 0; i < count; i++) out[i] = (uint16_t)rounded(x[i]);
}

ALWAYS_INLINE void pack_rounded(size_t n, size_t k, const float *b, size_t stride, uint32_t *restrict packed) {
  for (size_t first = 0; first < n; first += LA_STRIP) {
    const size_t width = n - first < LA_STRIP ? n - first : LA_STRIP;
    for (size_t l = 0; l < k; l += 2, packed += LA_STRIP) {
      const float *low = b + l * stride + first, *high = low + stride;
      if (l + 1 < k)
        for (size_t j = 0; j < width; j++) packed[j] = rounded(low[j]) | rounded(high[j]) << 16;
      else
        for (size_t j = 0; j < width; j++) packed[j] = rounded(low[j]);
      for (size_t j = width; j < LA_STRIP; j++) packed[j] = 0;
    }
  }
}

#define PACKING(level, attributes)                                                                                   \
  attributes static void pack_rounded_##level(size_t n, size_t k, const float *b, size_t stride, uint32_t *packed) { \
    pack_rounded(n, k, b, stride, packed);                                                                           \
  }                                                                                                                  \
  attributes static void round_bf16_##level(const float *x, size_t count, uint16_t *out) { round_bf16(x, count, out); } \
  attributes static void transpose_##level(                                                                          \
      size_t rows, size_t columns, const void *from, size_t stride, void *to, size_t to_stride) {                    \
    transpose(rows, columns, from, stride, to, to_stride);                                                           \
  }                                                                                                                  \
  static const struct la_packing packing_##level = {pack_rounded_##level, round_bf16_##level, transpose_##level};

PACKING(plain, )
#if defined(__x86_64__)
PACKING(middle, LA_MIDDLE)
PACKING(wide, LA_WIDE)
#endif

const struct la_packing *la_packing_at(enum la_level level) {
  if (level > la_best_level()) return NULL;
#if defined(__x86_64__)
  if (level >= LA_AVX512) return &packing_wide;
  if (level == LA_AVX2) return &packing_middle;
#endif
  return &packing_plain;
}

static const struct la_packing *best(void) { return la_packing_at(la_best_level()); }

void la_round_bf16(const float *x, size_t count, uint16_t *out) { best()->round_bf16(x, count, out); }

void la_transpose(size_t rows, size_t columns, const void *from, size_t stride, void *to, size_t to_stride) {
  best()->transpose(rows, columns, from, stride, to, to_stride);
}

void la_pack_rounded(size_t n, size_t k, const float *b, size_t stride, uint32_t *packed) {
  best()->pack_rounded(n, k, b, stride, packed);
}

void la_pack(int transposed, size_t n, size_t k, const void *b_start, size_t stride, void *packed_start) {
  const uint8_t *b = b_start;
  uint32_t *packed = packed_start;
  for (size_t first = 0; first < n; first += LA_STRIP, packed += LA_STRIP * k) {
    const size_t width = n - first < LA_STRIP ? n - first : LA_STRIP;
    if (width < LA_STRIP) memset(packed, 0, LA_STRIP * k * 4);
    if (transposed)
      la_transpose(width, k, b + first * stride, stride, packed, LA_STRIP * 4);
    else
      for (size_t l = 0; l < k; l++) memcpy(packed + l * LA_STRIP, b + l * stride + 4 * first, 4 * width);
  }
}
