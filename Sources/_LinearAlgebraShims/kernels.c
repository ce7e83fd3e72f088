#include "kernels.h"

#include <math.h>

#include "lanes.h"
#include "targets.h"

ALWAYS_INLINE float dot(const float *a, const float *b, size_t count) {
  lanes s0 = {0}, s1 = {0};
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    s0 += *(const lanes *)(a + i) * *(const lanes *)(b + i);
    s1 += *(const lanes *)(a + i + 16) * *(const lanes *)(b + i + 16);
  }
  for (; i + 16 <= count; i += 16) s0 += *(const lanes *)(a + i) * *(const lanes *)(b + i);
  s0 += s1;
  float s = sum_of(&s0);
  for (; i < count; i++) s += a[i] * b[i];
  return s;
}

ALWAYS_INLINE void axpy(float scale, const float *x, float *y, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) *(lanes *)(y + i) += scale * *(const lanes *)(x + i);
  for (; i < count; i++) y[i] += scale * x[i];
}

ALWAYS_INLINE void scale(float factor, float *x, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) *(lanes *)(x + i) *= factor;
  for (; i < count; i++) x[i] *= factor;
}

ALWAYS_INLINE void multiply(const float *factors, float *x, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) *(lanes *)(x + i) *= *(const lanes *)(factors + i);
  for (; i < count; i++) x[i] *= factors[i];
}

typedef float quad __attribute__((vector_size(16), aligned(4)));
typedef double quad_double __attribute__((vector_size(32), aligned(8)));

ALWAYS_INLINE void add_magnitudes(double scale, const float *row, double *out, size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const quad x = __builtin_elementwise_abs(*(const quad *)(row + i));
    *(quad_double *)(out + i) += scale * __builtin_convertvector(x, quad_double);
  }
  for (; i < count; i++) out[i] += scale * fabsf(row[i]);
}

ALWAYS_INLINE double sum_magnitudes(const float *row, size_t count) {
  quad_double s0 = {0}, s1 = {0};
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    s0 += __builtin_convertvector(__builtin_elementwise_abs(*(const quad *)(row + i)), quad_double);
    s1 += __builtin_convertvector(__builtin_elementwise_abs(*(const quad *)(row + i + 4)), quad_double);
  }
  s0 += s1;
  double s = s0[0] + s0[1] + s0[2] + s0[3];
  for (; i < count; i++) s += fabsf(row[i]);
  return s;
}

ALWAYS_INLINE double sum_squares(const float *row, size_t count) {
  quad_double s0 = {0}, s1 = {0};
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const quad_double low = __builtin_convertvector(*(const quad *)(row + i), quad_double);
    const quad_double high = __builtin_convertvector(*(const quad *)(row + i + 4), quad_double);
    s0 += low * low;
    s1 += high * high;
  }
  s0 += s1;
  double s = s0[0] + s0[1] + s0[2] + s0[3];
  for (; i < count; i++) s += (double)row[i] * row[i];
  return s;
}

struct pull {
  const float *pattern;
  size_t keys, heads, groups, width;
  const float *u;
  float *out;
  const int32_t *rows;
  size_t last;
};

// Four keys from j on, `n` × 16 columns from c on: the accumulators stay in registers.
ALWAYS_INLINE void pull_tile(const struct pull *p, size_t g, size_t j, size_t c, int n) {
  lanes acc[4][2] = {{{0}}};
  const size_t per_group = p->heads / p->groups, stride = p->heads * p->width;
  const size_t wide = j + 4 <= p->last + 1 ? 4 : p->last + 1 - j;
  for (size_t h = g * per_group; h < (g + 1) * per_group; h++) {
    const float *weights = p->pattern + h * p->keys * p->keys + j;
    const float *column = p->u + h * p->width + c;
    for (size_t i = j; i <= p->last; i++) {
      const float *w = weights + i * p->keys;
      const float *u = column + (size_t)p->rows[i] * stride;
      const float w0 = w[0], w1 = wide > 1 ? w[1] : 0, w2 = wide > 2 ? w[2] : 0, w3 = wide > 3 ? w[3] : 0;
      for (int k = 0; k < n; k++) {
        const lanes v = *(const lanes *)(u + 16 * k);
        acc[0][k] += w0 * v;
        acc[1][k] += w1 * v;
        acc[2][k] += w2 * v;
        acc[3][k] += w3 * v;
      }
    }
  }
  for (size_t r = 0; r < wide; r++) {
    float *out = p->out + (size_t)p->rows[j + r] * p->groups * p->width + g * p->width + c;
    for (int k = 0; k < n; k++) *(lanes *)(out + 16 * k) = acc[r][k];
  }
}

// The columns that fill no tile.
ALWAYS_INLINE void pull_column(const struct pull *p, size_t g, size_t j, size_t c) {
  const size_t per_group = p->heads / p->groups, stride = p->heads * p->width;
  float s = 0;
  for (size_t h = g * per_group; h < (g + 1) * per_group; h++)
    for (size_t i = j; i <= p->last; i++)
      s += p->pattern[(h * p->keys + i) * p->keys + j] * p->u[(size_t)p->rows[i] * stride + h * p->width + c];
  p->out[(size_t)p->rows[j] * p->groups * p->width + g * p->width + c] = s;
}

ALWAYS_INLINE void pull(const struct pull *p, int widest) {
  for (size_t g = 0; g < p->groups; g++)
    for (size_t j = 1; j <= p->last; j += 4) {
      size_t c = 0;
      if (widest == 2)
        for (; c + 32 <= p->width; c += 32) pull_tile(p, g, j, c, 2);
      for (; c + 16 <= p->width; c += 16) pull_tile(p, g, j, c, 1);
      for (; c < p->width; c++)
        for (size_t r = j; r < j + 4 && r <= p->last; r++) pull_column(p, g, r, c);
    }
}

ALWAYS_INLINE float reach_zero(const struct pull *p, const float *zero) {
  const size_t per_group = p->heads / p->groups, stride = p->heads * p->width;
  float s = 0;
  for (size_t i = 1; i <= p->last; i++)
    for (size_t h = 0; h < p->heads; h++)
      s += p->pattern[(h * p->keys + i) * p->keys]
           * dot(p->u + (size_t)p->rows[i] * stride + h * p->width, zero + h / per_group * p->width, p->width);
  return s;
}

// Near 0 by its series, elsewhere by the exponential.
ALWAYS_INLINE lanes hyperbolic_tangent(lanes x) {
  const lanes zero = {0}, square = x * x;
  const lanes small = x * (1.0f + square * (-1.0f / 3 + square * (2.0f / 15 - square * (17.0f / 315))));
  const lanes large = 1.0f - 2.0f / (1.0f + exponential(2.0f * x));
  return chosen((x > zero - 0.2f) & (x < zero + 0.2f), small, large);
}

ALWAYS_INLINE lanes activated(int activation, lanes x) {
  const lanes zero = {0};
  switch (activation) {
  case 0: return x / (1.0f + exponential(-x));
  // ½ x (1 + tanh y) = x / (1 + e^(−2y)).
  case 1: return x / (1.0f + exponential(-2 * 0.7978845608028654f * (x + 0.044715f * x * x * x)));
  case 2: {
    lanes v = zero;
    for (int k = 0; k < 16; k++) v[k] = 0.5f * x[k] * (1 + erff(x[k] * 0.70710678118654752f));
    return v;
  }
  // Not a number stays what it is.
  default: return chosen(x < zero, zero, x);
  }
}

ALWAYS_INLINE void gate(int activation, const float *gate, const float *up, float *out, size_t count) {
  for (size_t i = 0; i < count; i += 16) {
    const lanes v = activated(activation, load(gate + i, count - i, 0));
    store(up ? v * load(up + i, count - i, 0) : v, out + i, count - i);
  }
}

ALWAYS_INLINE void soft_cap(float cap, float *values, size_t count) {
  for (size_t i = 0; i < count; i += 16)
    store(cap * hyperbolic_tangent(load(values + i, count - i, 0) / cap), values + i, count - i);
}

// One copy of every kernel for an instruction set: `attributes` choose it, `widest` is the tile of `pull` in registers.
#define KERNELS(level, attributes, widest)                                                                          \
  attributes static float dot_##level(const float *a, const float *b, size_t n) { return dot(a, b, n); }            \
  attributes static void axpy_##level(float s, const float *x, float *y, size_t n) { axpy(s, x, y, n); }            \
  attributes static void scale_##level(float factor, float *x, size_t n) { scale(factor, x, n); }                    \
  attributes static void multiply_##level(const float *f, float *x, size_t n) { multiply(f, x, n); }                \
  attributes static void add_magnitudes_##level(double s, const float *x, double *y, size_t n) {                    \
    add_magnitudes(s, x, y, n);                                                                                     \
  }                                                                                                                 \
  attributes static double sum_magnitudes_##level(const float *x, size_t n) { return sum_magnitudes(x, n); }        \
  attributes static double sum_squares_##level(const float *x, size_t n) { return sum_squares(x, n); }              \
  attributes static float pull_pattern_##level(                                                                     \
      const float *pattern, size_t keys, size_t heads, size_t groups, size_t width, const float *u, float *out,     \
      const int32_t *rows, size_t last, const float *zero) {                                                        \
    const struct pull p = {pattern, keys, heads, groups, width, u, out, rows, last};                                \
    pull(&p, widest);                                                                                               \
    return reach_zero(&p, zero);                                                                                    \
  }                                                                                                                 \
  attributes static void softmax_##level(float *row, size_t n) { softmax(row, n); }                                 \
  attributes static void gate_##level(int activation, const float *g, const float *up, float *out, size_t n) {      \
    gate(activation, g, up, out, n);                                                                                \
  }                                                                                                                 \
  attributes static void soft_cap_##level(float cap, float *values, size_t n) { soft_cap(cap, values, n); }         \
  static const struct la_kernels kernels_##level = {                                                                \
      dot_##level,            axpy_##level,           scale_##level,       multiply_##level,                        \
      add_magnitudes_##level, sum_magnitudes_##level, sum_squares_##level, pull_pattern_##level,                    \
      softmax_##level,        gate_##level,           soft_cap_##level,                                             \
  };

KERNELS(plain, , 1)
#if defined(__x86_64__)
KERNELS(middle, LA_MIDDLE, 1)
KERNELS(wide, LA_WIDE, 2)
#endif

const struct la_kernels *la_kernels_at(enum la_level level) {
  if (level > la_best_level()) return NULL;
#if defined(__x86_64__)
  if (level >= LA_AVX512) return &kernels_wide;
  if (level == LA_AVX2) return &kernels_middle;
#endif
  return &kernels_plain;
}

static const struct la_kernels *best(void) { return la_kernels_at(la_best_level()); }

float la_dot(const float *a, const float *b, size_t count) { return best()->dot(a, b, count); }

void la_axpy(float scale, const float *x, float *y, size_t count) { best()->axpy(scale, x, y, count); }

void la_scale(float factor, float *x, size_t count) { best()->scale(factor, x, count); }

void la_multiply(const float *factors, float *x, size_t count) { best()->multiply(factors, x, count); }

void la_add_magnitudes(double scale, const float *row, double *out, size_t count) {
  best()->add_magnitudes(scale, row, out, count);
}

double la_sum_magnitudes(const float *row, size_t count) { return best()->sum_magnitudes(row, count); }

double la_sum_squares(const float *row, size_t count) { return best()->sum_squares(row, count); }

float la_pull_pattern(
    const float *pattern, size_t keys, size_t heads, size_t groups, size_t width, const float *u, float *out,
    const int32_t *rows, size_t last, const float *zero) {
  return best()->pull_pattern(pattern, keys, heads, groups, width, u, out, rows, last, zero);
}

void la_softmax(float *row, size_t count) { best()->softmax(row, count); }

void la_gate(int activation, const float *gate, const float *up, float *out, size_t count) {
  best()->gate(activation, gate, up, out, count);
}

void la_soft_cap(float cap, float *values, size_t count) { best()->soft_cap(cap, values, count); }
