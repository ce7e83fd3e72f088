#include "gather.h"

#include "targets.h"

// Sums over rows that lie anywhere: the accumulators stay in registers, so that every number is read once.

typedef float lanes __attribute__((vector_size(64), aligned(4)));

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE const float *row_of(const struct la_rows *list, size_t entry) {
  return list->rows + ((size_t)list->indices[entry] * list->span + list->offset) * list->columns;
}

// `width` · 16 columns from c on.
ALWAYS_INLINE void add_tile(
    const struct la_rows *list, size_t count, const float *coefficients, const int32_t *order, float *out, size_t c,
    int width) {
  lanes sums[12];
  for (int k = 0; k < width; k++) sums[k] = *(const lanes *)(out + c + 16 * k);
  for (size_t e = 0; e < count; e++) {
    const float coefficient = coefficients[order ? (size_t)order[e] : e];
    const float *row = row_of(list, e) + c;
    for (int k = 0; k < width; k++) sums[k] += coefficient * *(const lanes *)(row + 16 * k);
  }
  for (int k = 0; k < width; k++) *(lanes *)(out + c + 16 * k) = sums[k];
}

ALWAYS_INLINE void add_rows(
    const struct la_rows *list, size_t count, const float *coefficients, const int32_t *order, float *out, int widest) {
  size_t c = 0;
  if (widest == 12)
    for (; c + 192 <= list->columns; c += 192) add_tile(list, count, coefficients, order, out, c, 12);
  for (; c + 64 <= list->columns; c += 64) add_tile(list, count, coefficients, order, out, c, 4);
  for (; c + 16 <= list->columns; c += 16) add_tile(list, count, coefficients, order, out, c, 1);
  for (; c < list->columns; c++)
    for (size_t e = 0; e < count; e++)
      out[c] += coefficients[order ? (size_t)order[e] : e] * row_of(list, e)[c];
}

ALWAYS_INLINE float sum_of(const lanes *v) {
  float s = 0;
  for (int k = 0; k < 16; k++) s += (*v)[k];
  return s;
}

// `height` entries from e on, so that a number of the vector is read once for all of them.
ALWAYS_INLINE void dot_tile(
    const struct la_rows *list, size_t e, float scale, const float *vector, float *out, int height) {
  const float *rows[4];
  lanes sums[4] = {{0}};
  for (int r = 0; r < height; r++) rows[r] = row_of(list, e + r);
  size_t c = 0;
  for (; c + 16 <= list->columns; c += 16) {
    const lanes x = *(const lanes *)(vector + c);
    for (int r = 0; r < height; r++) sums[r] += x * *(const lanes *)(rows[r] + c);
  }
  for (int r = 0; r < height; r++) {
    float s = sum_of(&sums[r]);
    for (size_t d = c; d < list->columns; d++) s += vector[d] * rows[r][d];
    out[e + r] = scale * s;
  }
}

ALWAYS_INLINE void dot_rows(
    const struct la_rows *list, size_t count, float scale, const float *vector, float *out) {
  size_t e = 0;
  for (; e + 4 <= count; e += 4) dot_tile(list, e, scale, vector, out, 4);
  for (; e < count; e++) dot_tile(list, e, scale, vector, out, 1);
}

#define GATHERING(level, attributes, widest)                                                                     \
  attributes static void add_rows_##level(                                                                       \
      const struct la_rows *list, size_t count, const float *coefficients, const int32_t *order, float *out) {   \
    add_rows(list, count, coefficients, order, out, widest);                                                     \
  }                                                                                                              \
  attributes static void dot_rows_##level(                                                                       \
      const struct la_rows *list, size_t count, float scale, const float *vector, float *out) {                  \
    dot_rows(list, count, scale, vector, out);                                                                   \
  }                                                                                                              \
  static const struct la_gathering gathering_##level = {add_rows_##level, dot_rows_##level};

GATHERING(plain, , 4)
#if defined(__x86_64__)
GATHERING(middle, LA_MIDDLE, 4)
GATHERING(wide, LA_WIDE, 12)
#endif

const struct la_gathering *la_gathering_at(enum la_level level) {
  if (level > la_best_level()) return NULL;
#if defined(__x86_64__)
  if (level >= LA_AVX512) return &gathering_wide;
  if (level == LA_AVX2) return &gathering_middle;
#endif
  return &gathering_plain;
}

void la_add_rows(
    const struct la_rows *list, size_t count, const float *coefficients, const int32_t *order, float *out) {
  la_gathering_at(la_best_level())->add_rows(list, count, coefficients, order, out);
}

void la_dot_rows(const struct la_rows *list, size_t count, float scale, const float *vector, float *out) {
  la_gathering_at(la_best_level())->dot_rows(list, count, scale, vector, out);
}
