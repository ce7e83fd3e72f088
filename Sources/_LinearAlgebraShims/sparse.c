#include "sparse.h"

#include <math.h>
#include <string.h>

// What training with sparse features needs beyond products: selection, and the update of parameters.

typedef float lanes __attribute__((vector_size(64), aligned(4)));

static size_t select_above(
    size_t count, float *pre, const float *bias, const float *limits, int32_t *indices, float *values, size_t start,
    size_t found) {
  for (size_t i = start; i < count; i++) {
    const float h = pre[i] += bias[i];
    indices[found] = (int32_t)i;
    values[found] = h;
    found += h > limits[i];
  }
  return found;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))

WIDE static size_t select_above_wide(
    size_t count, float *pre, const float *bias, const float *limits, int32_t *indices, float *values) {
  const __m512i step = _mm512_set1_epi32(16);
  __m512i places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  size_t found = 0, i = 0;
  for (; i + 16 <= count; i += 16, places = _mm512_add_epi32(places, step)) {
    const __m512 h = _mm512_add_ps(_mm512_loadu_ps(pre + i), _mm512_loadu_ps(bias + i));
    _mm512_storeu_ps(pre + i, h);
    const __mmask16 above = _mm512_cmp_ps_mask(h, _mm512_loadu_ps(limits + i), _CMP_GT_OQ);
    if (above) {
      _mm512_storeu_si512(indices + found, _mm512_maskz_compress_epi32(above, places));
      _mm512_storeu_ps(values + found, _mm512_maskz_compress_ps(above, h));
      found += (size_t)__builtin_popcount(above);
    }
  }
  return select_above(count, pre, bias, limits, indices, values, i, found);
}

static int has_wide(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
         && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#else
#define WIDE
#endif

size_t la_select_above(
    size_t count, float *pre, const float *bias, const float *limits, int32_t *indices, float *values) {
#if defined(__x86_64__)
  if (has_wide()) return select_above_wide(count, pre, bias, limits, indices, values);
#endif
  return select_above(count, pre, bias, limits, indices, values, 0, 0);
}

// The list is kept in falling order; a value enters only above the least of a full list.
size_t la_select_largest(
    size_t count, float *pre, const float *bias, size_t k, int32_t *indices, float *values) {
  size_t found = 0;
  float least = 0;
  for (size_t i = 0; i < count && k > 0; i++) {
    const float h = pre[i] += bias[i];
    if (!(h > least)) continue;
    size_t place = found < k ? found++ : k - 1;
    for (; place > 0 && values[place - 1] < h; place--) {
      values[place] = values[place - 1];
      indices[place] = indices[place - 1];
    }
    values[place] = h;
    indices[place] = (int32_t)i;
    if (found == k) least = values[k - 1];
  }
  // Back to the order of the index.
  for (size_t i = 1; i < found; i++) {
    const int32_t index = indices[i];
    const float value = values[i];
    size_t place = i;
    for (; place > 0 && indices[place - 1] > index; place--) {
      indices[place] = indices[place - 1];
      values[place] = values[place - 1];
    }
    indices[place] = index;
    values[place] = value;
  }
  return found;
}

float la_nth_largest(float *values, size_t count, size_t n) {
  size_t low = 0, high = count - 1;
  const size_t target = n - 1;
  while (low < high) {
    const float pivot = values[low + (high - low) / 2];
    size_t i = low, j = high;
    while (i <= j) {
      while (values[i] > pivot) i++;
      while (values[j] < pivot) j--;
      if (i <= j) {
        const float swap = values[i];
        values[i++] = values[j];
        values[j] = swap;
        if (j == 0) break;
        j--;
      }
    }
    if (target <= j && j < high) high = j;
    else if (target >= i) low = i;
    else break;
  }
  return values[target];
}

#define ADAM_LOOP                                                                                          \
  size_t i = 0;                                                                                            \
  for (; i + 16 <= count; i += 16) {                                                                       \
    const lanes g = scale * *(const lanes *)(gradient + i);                                                \
    const lanes mi = b1 * *(lanes *)(m + i) + (1 - b1) * g;                                                \
    const lanes vi = b2 * *(lanes *)(v + i) + (1 - b2) * g * g;                                            \
    *(lanes *)(m + i) = mi;                                                                                \
    *(lanes *)(v + i) = vi;                                                                                \
    *(lanes *)(parameters + i) -= rate * mi / (__builtin_elementwise_sqrt(vi) * root + epsilon);           \
  }                                                                                                        \
  for (; i < count; i++) {                                                                                 \
    const float g = scale * gradient[i];                                                                   \
    m[i] = b1 * m[i] + (1 - b1) * g;                                                                       \
    v[i] = b2 * v[i] + (1 - b2) * g * g;                                                                   \
    parameters[i] -= rate * m[i] / (sqrtf(v[i]) * root + epsilon);                                         \
  }

#if defined(__x86_64__)
WIDE static void adam_wide(
    size_t count, const float *gradient, float scale, float *m, float *v, float *parameters, float b1, float b2,
    float rate, float root, float epsilon) {
  ADAM_LOOP
}
#endif

void la_adam(
    size_t count, const float *gradient, float scale, float *m, float *v, float *parameters, float b1, float b2,
    float rate, float root, float epsilon) {
#if defined(__x86_64__)
  if (has_wide()) return adam_wide(count, gradient, scale, m, v, parameters, b1, b2, rate, root, epsilon);
#endif
  ADAM_LOOP
}

#define NARROW_LOOP                                                                        \
  for (size_t i = 0; i < count; i++) {                                                     \
    uint32_t bits;                                                                         \
    memcpy(&bits, values + i, 4);                                                          \
    const uint32_t rounded = bits + 0x7FFF + (bits >> 16 & 1);                             \
    const int special = (bits & 0x7F800000) == 0x7F800000;                                 \
    out[i] = (uint16_t)((special ? bits | (bits & 0x7FFFFF ? 0x400000 : 0) : rounded) >> 16); \
  }

#if defined(__x86_64__)
WIDE static void narrow_wide(const float *values, uint16_t *out, size_t count) { NARROW_LOOP }
#endif

void la_narrow_bf16(const float *values, uint16_t *out, size_t count) {
#if defined(__x86_64__)
  if (has_wide()) {
    narrow_wide(values, out, count);
    return;
  }
#endif
  NARROW_LOOP
}

// A hash of seed and place: multiplications and shifts that spread every bit (Wellons' lowbias32). Its lower half is added
// below what stays, so that a number goes up as often as it is near the next one.
#define ROUND_LOOP                                                         \
  for (size_t i = 0; i < count; i++) {                                     \
    uint32_t x = (first + (uint32_t)i) * 0x9E3779B1u ^ seed;               \
    x = (x ^ x >> 16) * 0x7FEB352Du;                                       \
    x = (x ^ x >> 15) * 0x846CA68Bu;                                       \
    x ^= x >> 16;                                                          \
    uint32_t bits;                                                         \
    memcpy(&bits, values + i, 4);                                          \
    const int special = (bits & 0x7F800000) == 0x7F800000;                 \
    bits = special ? bits : (bits + (x & 0xFFFF)) & 0xFFFF0000;            \
    memcpy(values + i, &bits, 4);                                          \
  }

#if defined(__x86_64__)
WIDE static void round_wide(float *values, size_t count, uint32_t seed, uint32_t first) { ROUND_LOOP }
#endif

void la_round_stochastic(float *values, size_t count, uint32_t seed, uint32_t first) {
#if defined(__x86_64__)
  if (has_wide()) {
    round_wide(values, count, seed, first);
    return;
  }
#endif
  ROUND_LOOP
}

float la_tanh(float x) { return tanhf(x); }
