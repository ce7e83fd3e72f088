#ifndef LA_SPARSE_H
#define LA_SPARSE_H
#include <stddef.h>
#include <stdint.h>

/// Writes index and value of every h = pre[i] + bias[i] above `limits[i]`, in order, and returns how many they are. `pre`
/// becomes h. The outputs have room for `count` and 16 more.
size_t la_select_above(
    size_t count, float *pre, const float *bias, const float *limits, int32_t *indices, float *values);

/// Like `la_select_above`, but the `k` largest h above 0; of equal ones the first.
size_t la_select_largest(
    size_t count, float *pre, const float *bias, size_t k, int32_t *indices, float *values);

/// Returns the n-th largest of `count` values (n from 1); reorders them.
float la_nth_largest(float *values, size_t count, size_t n);

/// One step of Adam over `count` parameters: g = scale·gradient, m = b1·m + (1-b1)·g, v = b2·v + (1-b2)·g²,
/// parameter -= rate·m / (√v·root + epsilon).
void la_adam(
    size_t count, const float *gradient, float scale, float *m, float *v, float *parameters, float b1, float b2,
    float rate, float root, float epsilon);

/// Narrows to bfloat16, ties to even; every value is finite or stays what it is.
void la_narrow_bf16(const float *values, uint16_t *out, size_t count);

/// Rounds numbers, in place, to one of the two bfloat16 numbers beside each: to either with the probability that keeps the
/// mean. Seed and place (`first` and on) determine which; what is a bfloat16 number, infinite or no number stays.
void la_round_stochastic(float *values, size_t count, uint32_t seed, uint32_t first);

/// tanh(x).
float la_tanh(float x);

#endif
