#include "kernels.h"

#include <math.h>
#include <string.h>

// Sixteen lanes; the compiler splits them into what the instruction set has.
typedef float lanes __attribute__((vector_size(64), aligned(4)));

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE float sum_of(const lanes *v) {
  float s = 0;
  for (int k = 0; k < 16; k++) s += (*v)[k];
  return s;
}

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

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define MIDDLE __attribute__((target("avx2,fma")))

WIDE static float dot_wide(const float *a, const float *b, size_t n) { return dot(a, b, n); }
MIDDLE static float dot_middle(const float *a, const float *b, size_t n) { return dot(a, b, n); }
WIDE static void axpy_wide(float s, const float *x, float *y, size_t n) { axpy(s, x, y, n); }
MIDDLE static void axpy_middle(float s, const float *x, float *y, size_t n) { axpy(s, x, y, n); }
WIDE static void add_magnitudes_wide(double s, const float *x, double *y, size_t n) { add_magnitudes(s, x, y, n); }
MIDDLE static void add_magnitudes_middle(double s, const float *x, double *y, size_t n) { add_magnitudes(s, x, y, n); }
WIDE static double sum_magnitudes_wide(const float *x, size_t n) { return sum_magnitudes(x, n); }
MIDDLE static double sum_magnitudes_middle(const float *x, size_t n) { return sum_magnitudes(x, n); }
WIDE static float pull_wide(const struct pull *p, const float *zero) {
  pull(p, 2);
  return reach_zero(p, zero);
}
MIDDLE static float pull_middle(const struct pull *p, const float *zero) {
  pull(p, 1);
  return reach_zero(p, zero);
}

static int has_wide(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
         && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
static int has_middle(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

#define DISPATCH(name, ...)                     \
  if (has_wide()) return name##_wide(__VA_ARGS__); \
  if (has_middle()) return name##_middle(__VA_ARGS__);
#else
#define DISPATCH(name, ...)
#endif

float la_dot(const float *a, const float *b, size_t count) {
  DISPATCH(dot, a, b, count)
  return dot(a, b, count);
}

void la_axpy(float scale, const float *x, float *y, size_t count) {
  DISPATCH(axpy, scale, x, y, count)
  axpy(scale, x, y, count);
}

void la_add_magnitudes(double scale, const float *row, double *out, size_t count) {
  DISPATCH(add_magnitudes, scale, row, out, count)
  add_magnitudes(scale, row, out, count);
}

double la_sum_magnitudes(const float *row, size_t count) {
  DISPATCH(sum_magnitudes, row, count)
  return sum_magnitudes(row, count);
}

float la_pull_pattern(
    const float *pattern, size_t keys, size_t heads, size_t groups, size_t width, const float *u, float *out,
    const int32_t *rows, size_t last, const float *zero) {
  const struct pull p = {pattern, keys, heads, groups, width, u, out, rows, last};
  DISPATCH(pull, &p, zero)
  pull(&p, 1);
  return reach_zero(&p, zero);
}

void la_softmax(float *row, size_t count) {
  float top = -INFINITY, sum = 0;
  for (size_t i = 0; i < count; i++) top = fmaxf(top, row[i]);
  for (size_t i = 0; i < count; i++) sum += row[i] = expf(row[i] - top);
  for (size_t i = 0; i < count; i++) row[i] /= sum;
}

static float activate(int activation, float x) {
  switch (activation) {
  case 0: return x / (1 + expf(-x));
  case 1: return 0.5f * x * (1 + tanhf(0.7978845608028654f * (x + 0.044715f * x * x * x)));
  case 2: return 0.5f * x * (1 + erff(x * 0.70710678118654752f));
  default: return fmaxf(x, 0);
  }
}

void la_gate(int activation, const float *gate, const float *up, float *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = activate(activation, gate[i]) * (up ? up[i] : 1);
}

void la_soft_cap(float cap, float *values, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = cap * tanhf(values[i] / cap);
}
