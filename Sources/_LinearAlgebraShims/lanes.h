#ifndef LA_LANES_H
#define LA_LANES_H
#include <math.h>
#include <stddef.h>
#include <stdint.h>

// Sixteen lanes; the compiler splits them into what the instruction set has.
typedef float lanes __attribute__((vector_size(64), aligned(4)));

// Vectors are passed between functions that are always inlined, so no calling convention is at stake.
#pragma clang diagnostic ignored "-Wpsabi"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE float sum_of(const lanes *v) {
  float s = 0;
  for (int k = 0; k < 16; k++) s += (*v)[k];
  return s;
}

typedef int32_t integers __attribute__((vector_size(64), aligned(4)));

ALWAYS_INLINE lanes chosen(integers mask, lanes a, lanes b) {
  return (lanes)((mask & (integers)a) | (~mask & (integers)b));
}

// The first `count` numbers at `at`, and `rest` behind them.
ALWAYS_INLINE lanes load(const float *at, size_t count, float rest) {
  if (count >= 16) return *(const lanes *)at;
  lanes v = rest - (lanes){0};
  for (size_t i = 0; i < count; i++) v[i] = at[i];
  return v;
}

ALWAYS_INLINE void store(lanes v, float *at, size_t count) {
  if (count >= 16) *(lanes *)at = v;
  else
    for (size_t i = 0; i < count; i++) at[i] = v[i];
}

// e to the x = 2^n · e^r with |r| ≤ ½ ln 2, by the series of e^r; 0 where it would be subnormal, at most e^88.
ALWAYS_INLINE lanes exponential(lanes x) {
  const lanes zero = {0}, low = zero - 87.3f, high = zero + 88.0f;
  const integers vanishes = x < low;
  const lanes bounded = chosen(x > high, high, chosen(vanishes, low, x));
  // Adding and subtracting 1.5 · 2^23 rounds to the nearest whole number.
  const lanes n = (bounded * 1.44269504f + 12582912.0f) - 12582912.0f;
  const lanes r = bounded - n * 0.693359375f + n * 2.12194440e-4f;
  lanes p = zero + 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const lanes power = (lanes)((__builtin_convertvector(n, integers) + 127) << 23);
  return chosen(vanishes, zero, p * power);
}

ALWAYS_INLINE void softmax(float *row, size_t count) {
  lanes top = load(row, count, -INFINITY), sum = {0};
  for (size_t i = 16; i < count; i += 16) {
    const lanes v = load(row + i, count - i, -INFINITY);
    top = chosen(v > top, v, top);
  }
  float highest = -INFINITY;
  for (int k = 0; k < 16; k++) highest = fmaxf(highest, top[k]);
  for (size_t i = 0; i < count; i += 16) {
    const lanes v = exponential(load(row + i, count - i, -INFINITY) - highest);
    sum += v;
    store(v, row + i, count - i);
  }
  const float total = sum_of(&sum);
  for (size_t i = 0; i < count; i += 16) store(load(row + i, count - i, 0) / total, row + i, count - i);
}

#endif
