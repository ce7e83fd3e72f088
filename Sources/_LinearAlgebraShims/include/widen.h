#ifndef LA_WIDEN_H
#define LA_WIDEN_H
#include <stddef.h>

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

#endif
