#ifndef LA_WIDEN_H
#define LA_WIDEN_H
#include <stddef.h>

#include "levels.h"

// Each function reads `count` elements (whole blocks, any alignment) of one stored format and writes them as float.
void la_widen_f16(const void *blocks, float *out, size_t count);
void la_widen_bf16(const void *blocks, float *out, size_t count);
void la_widen_q4_0(const void *blocks, float *out, size_t count);
void la_widen_q4_1(const void *blocks, float *out, size_t count);
void la_widen_q5_0(const void *blocks, float *out, size_t count);
void la_widen_q5_1(const void *blocks, float *out, size_t count);
void la_widen_q8_0(const void *blocks, float *out, size_t count);
void la_widen_q4_K(const void *blocks, float *out, size_t count);
void la_widen_q5_K(const void *blocks, float *out, size_t count);
void la_widen_q6_K(const void *blocks, float *out, size_t count);

typedef void la_widen(const void *blocks, float *out, size_t count);

/// The functions above for one instruction set; all give the same bits.
struct la_widening {
  la_widen *f16, *bf16, *q4_0, *q4_1, *q5_0, *q5_1, *q8_0, *q4_K, *q5_K, *q6_K;
};

/// The functions for a level, or NULL when this processor does not run it.
const struct la_widening *la_widening_at(enum la_level level);

#endif
