// Widening of stored numbers to float: half, bfloat16, and the block formats of GGUF.
//
// Every product and sum is rounded by itself (no contraction to fused multiply-add), in the order in which
// the formats define them, so that the same bytes give the same bits on every machine and instruction set.
// All formats are little endian; so are the machines for which this is built.
#include "widen.h"

#include <stdint.h>
#include <string.h>

#include "targets.h"

#pragma STDC FP_CONTRACT OFF

#define LA_INLINE static inline __attribute__((always_inline))

LA_INLINE float float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

LA_INLINE uint32_t bits_of_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Half to float in integer steps that vectorise: shift exponent and fraction into place, multiply by 2^112 to
// move the exponent's bias (exact, also for subnormals), then put back infinity/NaN and the sign.
LA_INLINE float float_of_half(uint16_t half) {
  uint32_t magnitude = half & 0x7fffu;
  uint32_t bits = bits_of_float(float_of_bits(magnitude << 13) * 0x1p112f);
  uint32_t special = magnitude >= 0x7c00u ? 0x7f800000u : 0u;
  return float_of_bits(bits | special | (uint32_t)(half & 0x8000u) << 16);
}

LA_INLINE float load_half(const uint8_t *at) {
  uint16_t half;
  memcpy(&half, at, sizeof half);
  return float_of_half(half);
}

LA_INLINE void f16_block(const uint8_t *restrict block, float *restrict out) { *out = load_half(block); }

LA_INLINE void bf16_block(const uint8_t *restrict block, float *restrict out) {
  uint16_t upper;
  memcpy(&upper, block, sizeof upper);
  *out = float_of_bits((uint32_t)upper << 16);
}

// Q4_0: half scale; 16 bytes, low nibbles first: (q - 8) * scale.
LA_INLINE void q4_0_block(const uint8_t *restrict block, float *restrict out) {
  const float scale = load_half(block);
  for (int j = 0; j < 16; j++) {
    const uint8_t pair = block[2 + j];
    out[j] = scale * (float)((pair & 15) - 8);
    out[j + 16] = scale * (float)((pair >> 4) - 8);
  }
}

// Q4_1: half scale, half minimum; 16 bytes of nibbles: q * scale + minimum.
LA_INLINE void q4_1_block(const uint8_t *restrict block, float *restrict out) {
  const float scale = load_half(block), minimum = load_half(block + 2);
  for (int j = 0; j < 16; j++) {
    const uint8_t pair = block[4 + j];
    out[j] = scale * (float)(pair & 15) + minimum;
    out[j + 16] = scale * (float)(pair >> 4) + minimum;
  }
}

// Q5_0: half scale; 32 fifth bits; 16 bytes of nibbles: (q - 16) * scale.
LA_INLINE void q5_0_block(const uint8_t *restrict block, float *restrict out) {
  const float scale = load_half(block);
  uint32_t fifth;
  memcpy(&fifth, block + 2, sizeof fifth);
  for (int j = 0; j < 16; j++) {
    const uint8_t pair = block[6 + j];
    out[j] = scale * (float)((int)((pair & 15) | (fifth >> j & 1) << 4) - 16);
    out[j + 16] = scale * (float)((int)(pair >> 4 | (fifth >> (j + 16) & 1) << 4) - 16);
  }
}

// Q5_1: half scale, half minimum; 32 fifth bits; 16 bytes of nibbles: q * scale + minimum.
LA_INLINE void q5_1_block(const uint8_t *restrict block, float *restrict out) {
  const float scale = load_half(block), minimum = load_half(block + 2);
  uint32_t fifth;
  memcpy(&fifth, block + 4, sizeof fifth);
  for (int j = 0; j < 16; j++) {
    const uint8_t pair = block[8 + j];
    out[j] = scale * (float)(int)((pair & 15) | (fifth >> j & 1) << 4) + minimum;
    out[j + 16] = scale * (float)(int)(pair >> 4 | (fifth >> (j + 16) & 1) << 4) + minimum;
  }
}

// Q8_0: half scale; 32 signed bytes: q * scale.
LA_INLINE void q8_0_block(const uint8_t *restrict block, float *restrict out) {
  const float scale = load_half(block);
  for (int j = 0; j < 32; j++) out[j] = scale * (float)(int8_t)block[2 + j];
}

// The 6-bit scale and minimum of sub-block `j` (0..<8) of Q4_K and Q5_K: for the first four the low six bits
// of bytes j and j + 4; for the others four bits of byte j + 4 under the two top bits of bytes j - 4 and j.
LA_INLINE void scale_and_minimum(const uint8_t *packed, int j, uint8_t *scale, uint8_t *minimum) {
  if (j < 4) {
    *scale = packed[j] & 63;
    *minimum = packed[j + 4] & 63;
  } else {
    *scale = (uint8_t)((packed[j + 4] & 15) | packed[j - 4] >> 6 << 4);
    *minimum = (uint8_t)(packed[j + 4] >> 4 | packed[j] >> 6 << 4);
  }
}

// Q4_K: half scale, half scale of minimums, 8 packed 6-bit (scale, minimum) pairs, 128 bytes of nibbles.
// Sub-blocks 2k and 2k + 1 are the low and high nibbles of bytes 32k..<32k + 32: q * scale - minimum.
LA_INLINE void q4_K_block(const uint8_t *restrict block, float *restrict out) {
  const float scale = load_half(block), minimum = load_half(block + 2);
  for (int k = 0; k < 4; k++) {
    uint8_t s0, m0, s1, m1;
    scale_and_minimum(block + 4, 2 * k, &s0, &m0);
    scale_and_minimum(block + 4, 2 * k + 1, &s1, &m1);
    const float scale0 = scale * s0, minimum0 = minimum * m0, scale1 = scale * s1, minimum1 = minimum * m1;
    for (int j = 0; j < 32; j++) {
      const uint8_t pair = block[16 + 32 * k + j];
      out[64 * k + j] = scale0 * (float)(pair & 15) - minimum0;
      out[64 * k + 32 + j] = scale1 * (float)(pair >> 4) - minimum1;
    }
  }
}

// Q5_K: as Q4_K, with bit i of byte j of 32 more bytes as the fifth bit of element j of sub-block i.
LA_INLINE void q5_K_block(const uint8_t *restrict block, float *restrict out) {
  const float scale = load_half(block), minimum = load_half(block + 2);
  for (int k = 0; k < 4; k++) {
    uint8_t s0, m0, s1, m1;
    scale_and_minimum(block + 4, 2 * k, &s0, &m0);
    scale_and_minimum(block + 4, 2 * k + 1, &s1, &m1);
    const float scale0 = scale * s0, minimum0 = minimum * m0, scale1 = scale * s1, minimum1 = minimum * m1;
    for (int j = 0; j < 32; j++) {
      const uint8_t pair = block[48 + 32 * k + j], fifth = block[16 + j] >> (2 * k);
      out[64 * k + j] = scale0 * (float)((pair & 15) | (fifth & 1) << 4) - minimum0;
      out[64 * k + 32 + j] = scale1 * (float)(pair >> 4 | (fifth & 2) << 3) - minimum1;
    }
  }
}

// Q6_K: 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed scales, half scale:
// (q - 32) * scale. Quarters 0..3 of each half of 128 elements take the nibbles low, low + 32, high, high + 32
// and the bit pairs 0..3.
LA_INLINE void q6_K_block(const uint8_t *restrict block, float *restrict out) {
  const float scale = load_half(block + 208);
  for (int n = 0; n < 2; n++) {
    const uint8_t *low = block + 64 * n, *high = block + 128 + 32 * n;
    float scales[8];
    for (int s = 0; s < 8; s++) scales[s] = scale * (float)(int8_t)block[192 + 8 * n + s];
    for (int half = 0; half < 2; half++) {
      float *to = out + 128 * n + 16 * half;
      for (int j = 0; j < 16; j++) {
        const uint8_t a = low[16 * half + j], b = low[16 * half + j + 32], h = high[16 * half + j];
        to[j] = scales[half] * (float)(((a & 15) | (h & 3) << 4) - 32);
        to[j + 32] = scales[2 + half] * (float)(((b & 15) | (h >> 2 & 3) << 4) - 32);
        to[j + 64] = scales[4 + half] * (float)((a >> 4 | (h >> 4 & 3) << 4) - 32);
        to[j + 96] = scales[6 + half] * (float)((b >> 4 | h >> 6 << 4) - 32);
      }
    }
  }
}

// Each format with the elements and bytes of its blocks.
#define FORMATS(define) \
  define(f16, 1, 2)     \
  define(bf16, 1, 2)    \
  define(q4_0, 32, 18)  \
  define(q4_1, 32, 20)  \
  define(q5_0, 32, 22)  \
  define(q5_1, 32, 24)  \
  define(q8_0, 32, 34)  \
  define(q4_K, 256, 144) \
  define(q5_K, 256, 176) \
  define(q6_K, 256, 210)

#define WIDEN(name, length, bytes, level, attributes)                                            \
  attributes static void name##_##level(const void *blocks, float *out, size_t count) {          \
    const uint8_t *block = blocks;                                                               \
    for (size_t n = count / (length); n > 0; n--, block += (bytes), out += (length)) name##_block(block, out); \
  }

#define PLAIN(name, length, bytes) WIDEN(name, length, bytes, plain, )
FORMATS(PLAIN)
#define ENTRY(name, length, bytes) name##_plain,
static const struct la_widening widening_plain = {FORMATS(ENTRY)};
#if defined(__x86_64__)
#define MIDDLE(name, length, bytes) WIDEN(name, length, bytes, middle, LA_MIDDLE)
FORMATS(MIDDLE)
#define MIDDLE_ENTRY(name, length, bytes) name##_middle,
static const struct la_widening widening_middle = {FORMATS(MIDDLE_ENTRY)};
#define WIDE(name, length, bytes) WIDEN(name, length, bytes, wide, LA_WIDE)
FORMATS(WIDE)
#define WIDE_ENTRY(name, length, bytes) name##_wide,
static const struct la_widening widening_wide = {FORMATS(WIDE_ENTRY)};
#endif

const struct la_widening *la_widening_at(enum la_level level) {
  if (level > la_best_level()) return NULL;
#if defined(__x86_64__)
  if (level >= LA_AVX512) return &widening_wide;
  if (level == LA_AVX2) return &widening_middle;
#endif
  return &widening_plain;
}

#define CHOOSE(name, length, bytes)                                             \
  void la_widen_##name(const void *blocks, float *out, size_t count) {          \
    la_widening_at(la_best_level())->name(blocks, out, count);                  \
  }
FORMATS(CHOOSE)
