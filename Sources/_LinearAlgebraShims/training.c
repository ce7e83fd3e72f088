#include "training.h"

#include <string.h>

#include "lanes.h"
#include "targets.h"

// Rows that share the loads of a block: enough chains of additions to keep the adders busy.
enum { BLOCK = 4, LANES = 16 };

ALWAYS_INLINE size_t padded(size_t count) { return (count + LANES - 1) / LANES * LANES; }

// out[c][j] = x[j][c]; zero behind the last row.
ALWAYS_INLINE void transpose(size_t count, size_t width, const float *x, size_t stride, float *out) {
  const size_t wide = padded(count);
  for (size_t c = 0; c < width; c++) {
    float *row = out + c * wide;
    for (size_t j = 0; j < count; j++) row[j] = x[j * stride + c];
    for (size_t j = count; j < wide; j++) row[j] = 0;
  }
}

// Four of the rows of x from `first` on; those behind the last stand for it.
ALWAYS_INLINE void four_rows(const float *x, size_t stride, size_t first, size_t count, const float *rows[BLOCK]) {
  for (size_t r = 0; r < BLOCK; r++) rows[r] = x + (first + r < count ? first + r : count - 1) * stride;
}

// out[r][j] = scale · Σ_c rows[r][c] · columns[c][j] for the lanes that four queries from `first` on see.
ALWAYS_INLINE void meet(
    size_t count, size_t width, float scale, const float *x, size_t stride, const float *columns, size_t first,
    float *out) {
  const size_t wide = padded(count);
  const float *rows[BLOCK];
  four_rows(x, stride, first, count, rows);
  for (size_t j = 0; j <= first; j += LANES) {
    lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (size_t c = 0; c < width; c++) {
      const lanes column = *(const lanes *)(columns + c * wide + j);
      s0 += rows[0][c] * column;
      s1 += rows[1][c] * column;
      s2 += rows[2][c] * column;
      s3 += rows[3][c] * column;
    }
    const lanes sums[BLOCK] = {s0, s1, s2, s3};
    for (size_t r = 0; r < BLOCK && first + r < count; r++)
      *(lanes *)(out + (first + r) * wide + j) = scale * sums[r];
  }
}

// out[r] = scale · Σ_j weights[r][j] · x[j] for four rows from `first` on, of which the last sees first + 4 keys.
ALWAYS_INLINE void mix(
    size_t count, size_t width, float scale, const float *weights, const float *x, size_t stride, size_t first,
    float *out, size_t out_stride) {
  const size_t seen = first + BLOCK < count ? first + BLOCK : count;
  const float *rows[BLOCK];
  four_rows(weights, padded(count), first, count, rows);
  for (size_t c = 0; c < width; c += LANES) {
    lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (size_t j = 0; j < seen; j++) {
      const lanes v = load(x + j * stride + c, width - c, 0);
      s0 += rows[0][j] * v;
      s1 += rows[1][j] * v;
      s2 += rows[2][j] * v;
      s3 += rows[3][j] * v;
    }
    const lanes sums[BLOCK] = {s0, s1, s2, s3};
    for (size_t r = 0; r < BLOCK && first + r < count; r++)
      store(scale * sums[r], out + (first + r) * out_stride + c, width - c);
  }
}

// out[j] += scale · Σ_i weights[i][j] · x[i] for four keys from `first` on, over the queries that see them.
ALWAYS_INLINE void gather(
    size_t count, size_t width, float scale, const float *weights, const float *x, size_t stride, size_t first,
    float *out, size_t out_stride) {
  const size_t wide = padded(count);
  for (size_t c = 0; c < width; c += LANES) {
    lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (size_t i = first; i < count; i++) {
      const lanes v = load(x + i * stride + c, width - c, 0);
      const float *w = weights + i * wide + first;
      s0 += w[0] * v;
      s1 += w[1] * v;
      s2 += w[2] * v;
      s3 += w[3] * v;
    }
    const lanes sums[BLOCK] = {s0, s1, s2, s3};
    for (size_t r = 0; r < BLOCK && first + r < count; r++) {
      float *at = out + (first + r) * out_stride + c;
      store(load(at, width - c, 0) + scale * sums[r], at, width - c);
    }
  }
}

// The softmax of the first `last` + 1 scores of a row, zeros behind them up to a whole lane.
ALWAYS_INLINE void causal_softmax(float *row, size_t last) {
  const integers places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const lanes never = -INFINITY - (lanes){0};
  lanes top = never, sum = {0};
  for (size_t j = 0; j <= last; j += LANES) {
    lanes *at = (lanes *)(row + j);
    *at = chosen(places > (int32_t)(last - j), never, *at);
    top = chosen(*at > top, *at, top);
  }
  float highest = -INFINITY;
  for (int k = 0; k < LANES; k++) highest = fmaxf(highest, top[k]);
  for (size_t j = 0; j <= last; j += LANES) {
    lanes *at = (lanes *)(row + j);
    *at = exponential(*at - highest);
    sum += *at;
  }
  const float total = 1 / sum_of(&sum);
  for (size_t j = 0; j <= last; j += LANES) *(lanes *)(row + j) *= total;
}

ALWAYS_INLINE void attend(
    size_t count, size_t width, float scale, const float *q, const float *k, const float *v, size_t stride,
    float *pattern, float *out, size_t out_stride, float *scratch) {
  transpose(count, width, k, stride, scratch);
  for (size_t i = 0; i < count; i += BLOCK) {
    meet(count, width, scale, q, stride, scratch, i, pattern);
    for (size_t r = i; r < i + BLOCK && r < count; r++) causal_softmax(pattern + r * padded(count), r);
    mix(count, width, 1, pattern, v, stride, i, out, out_stride);
  }
}

// byScores ← pattern ∘ (byPattern − Σ pattern ∘ byPattern) of one query; zero where the pattern is.
ALWAYS_INLINE void pull_softmax(const float *pattern, float *row, size_t last) {
  lanes sum = {0};
  for (size_t j = 0; j <= last; j += LANES) sum += *(const lanes *)(pattern + j) * *(const lanes *)(row + j);
  const float share = sum_of(&sum);
  for (size_t j = 0; j <= last; j += LANES) {
    lanes *at = (lanes *)(row + j);
    *at = *(const lanes *)(pattern + j) * (*at - share);
  }
}

ALWAYS_INLINE void attend_pull(
    size_t count, size_t width, float scale, const float *q, const float *k, const float *v, size_t stride,
    const float *pattern, const float *g, size_t g_stride, float *dq, float *dk, float *dv, size_t d_stride,
    float *scratch) {
  float *by_scores = scratch + width * padded(count);
  transpose(count, width, v, stride, scratch);
  for (size_t i = 0; i < count; i += BLOCK) {
    meet(count, width, 1, g, g_stride, scratch, i, by_scores);
    for (size_t r = i; r < i + BLOCK && r < count; r++)
      pull_softmax(pattern + r * padded(count), by_scores + r * padded(count), r);
    mix(count, width, scale, by_scores, k, stride, i, dq, d_stride);
  }
  for (size_t j = 0; j < count; j += BLOCK) {
    gather(count, width, scale, by_scores, q, stride, j, dk, d_stride);
    gather(count, width, 1, pattern, g, g_stride, j, dv, d_stride);
  }
}

ALWAYS_INLINE void norm(
    size_t rows, size_t width, float epsilon, const float *x, const float *weight, float *normalized, float *out,
    float *scales) {
  for (size_t r = 0; r < rows; r++, x += width, normalized += width, out += width) {
    lanes sum = {0};
    for (size_t c = 0; c < width; c += LANES) {
      const lanes v = load(x + c, width - c, 0);
      sum += v * v;
    }
    scales[r] = sqrtf(sum_of(&sum) / (float)width + epsilon);
    const float factor = 1 / scales[r];
    for (size_t c = 0; c < width; c += LANES) {
      const lanes n = load(x + c, width - c, 0) * factor;
      store(n, normalized + c, width - c);
      store(n * load(weight + c, width - c, 0), out + c, width - c);
    }
  }
}

ALWAYS_INLINE void norm_pull(
    size_t rows, size_t width, const float *g, const float *weight, const float *normalized, const float *scales,
    float *by_weight, float *by_x) {
  for (size_t r = 0; r < rows; r++, g += width, normalized += width, by_x += width) {
    lanes sum = {0};
    for (size_t c = 0; c < width; c += LANES) {
      const lanes along = load(g + c, width - c, 0) * load(normalized + c, width - c, 0);
      store(load(by_weight + c, width - c, 0) + along, by_weight + c, width - c);
      sum += along * load(weight + c, width - c, 0);
    }
    const float share = sum_of(&sum) / (float)width, factor = 1 / scales[r];
    for (size_t c = 0; c < width; c += LANES) {
      const lanes at = load(g + c, width - c, 0) * load(weight + c, width - c, 0);
      const lanes across = at - share * load(normalized + c, width - c, 0);
      store(load(by_x + c, width - c, 0) + factor * across, by_x + c, width - c);
    }
  }
}

ALWAYS_INLINE void gate_pull(
    size_t count, const float *gate, const float *up, const float *g, float *by_gate, float *by_up) {
  for (size_t i = 0; i < count; i += LANES) {
    const lanes x = load(gate + i, count - i, 0), gradient = load(g + i, count - i, 0);
    const lanes share = 1.0f / (1.0f + exponential(-x));
    store(gradient * x * share, by_up + i, count - i);
    store(
        gradient * load(up + i, count - i, 0) * share * (1.0f + x * (1.0f - share)), by_gate + i, count - i);
  }
}

ALWAYS_INLINE float cross_entropy(size_t count, float *row, size_t target, float weight) {
  lanes top = load(row, count, -INFINITY), sum = {0};
  for (size_t i = LANES; i < count; i += LANES) {
    const lanes v = load(row + i, count - i, -INFINITY);
    top = chosen(v > top, v, top);
  }
  float highest = -INFINITY;
  for (int k = 0; k < LANES; k++) highest = fmaxf(highest, top[k]);
  const float wanted = row[target] - highest;
  for (size_t i = 0; i < count; i += LANES) {
    const lanes v = exponential(load(row + i, count - i, -INFINITY) - highest);
    sum += v;
    store(v, row + i, count - i);
  }
  const float total = sum_of(&sum), factor = weight / total;
  for (size_t i = 0; i < count; i += LANES) store(load(row + i, count - i, 0) * factor, row + i, count - i);
  row[target] -= weight;
  return logf(total) - wanted;
}

ALWAYS_INLINE void rotate(
    size_t heads, size_t width, size_t half, const float *cosines, const float *sines, float *x) {
  for (size_t h = 0; h < heads; h++, x += width)
    for (size_t i = 0; i < half; i += LANES) {
      const size_t count = half - i;
      const lanes c = load(cosines + i, count, 0), s = load(sines + i, count, 0);
      const lanes first = load(x + i, count, 0), second = load(x + half + i, count, 0);
      store(first * c - second * s, x + i, count);
      store(second * c + first * s, x + half + i, count);
    }
}

// One copy of every loop for an instruction set that `attributes` choose.
#define LOOPS(level, attributes)                                                                                      \
  attributes static void attend_##level(                                                                             \
      size_t count, size_t width, float scale, const float *q, const float *k, const float *v, size_t stride,        \
      float *pattern, float *out, size_t out_stride, float *scratch) {                                               \
    attend(count, width, scale, q, k, v, stride, pattern, out, out_stride, scratch);                                 \
  }                                                                                                                   \
  attributes static void attend_pull_##level(                                                                        \
      size_t count, size_t width, float scale, const float *q, const float *k, const float *v, size_t stride,        \
      const float *pattern, const float *g, size_t g_stride, float *dq, float *dk, float *dv, size_t d_stride,       \
      float *scratch) {                                                                                               \
    attend_pull(count, width, scale, q, k, v, stride, pattern, g, g_stride, dq, dk, dv, d_stride, scratch);          \
  }                                                                                                                   \
  attributes static void norm_##level(                                                                               \
      size_t rows, size_t width, float epsilon, const float *x, const float *weight, float *normalized, float *out,  \
      float *scales) {                                                                                                \
    norm(rows, width, epsilon, x, weight, normalized, out, scales);                                                  \
  }                                                                                                                   \
  attributes static void norm_pull_##level(                                                                          \
      size_t rows, size_t width, const float *g, const float *weight, const float *normalized,                       \
      const float *scales, float *by_weight, float *by_x) {                                                          \
    norm_pull(rows, width, g, weight, normalized, scales, by_weight, by_x);                                          \
  }                                                                                                                   \
  attributes static void gate_pull_##level(                                                                          \
      size_t count, const float *gate, const float *up, const float *g, float *by_gate, float *by_up) {              \
    gate_pull(count, gate, up, g, by_gate, by_up);                                                                   \
  }                                                                                                                   \
  attributes static float cross_entropy_##level(size_t count, float *row, size_t target, float weight) {             \
    return cross_entropy(count, row, target, weight);                                                                \
  }                                                                                                                   \
  attributes static void rotate_##level(                                                                             \
      size_t heads, size_t width, size_t half, const float *cosines, const float *sines, float *x) {                 \
    rotate(heads, width, half, cosines, sines, x);                                                                   \
  }                                                                                                                   \
  static const struct la_training loops_##level = {                                                                  \
      attend_##level,    attend_pull_##level,   norm_##level,   norm_pull_##level,                                   \
      gate_pull_##level, cross_entropy_##level, rotate_##level,                                                      \
  };

LOOPS(plain, )
#if defined(__x86_64__)
LOOPS(middle, LA_MIDDLE)
LOOPS(wide, LA_WIDE)
#endif

const struct la_training *la_training_at(enum la_level level) {
  if (level > la_best_level()) return NULL;
#if defined(__x86_64__)
  if (level >= LA_AVX512) return &loops_wide;
  if (level == LA_AVX2) return &loops_middle;
#endif
  return &loops_plain;
}

const struct la_training *la_training_best(void) { return la_training_at(la_best_level()); }
