#ifndef LA_KERNELS_H
#define LA_KERNELS_H
#include <stddef.h>
#include <stdint.h>

#include "levels.h"

/// Σ a[i]·b[i].
float la_dot(const float *a, const float *b, size_t count);

/// y[i] += scale·x[i].
void la_axpy(float scale, const float *x, float *y, size_t count);

/// x[i] *= factor.
void la_scale(float factor, float *x, size_t count);

/// x[i] *= factors[i].
void la_multiply(const float *factors, float *x, size_t count);

/// out[i] = act(gate[i])·up[i], act by code: 0 SiLU, 1 tanh-approximated GELU, 2 exact GELU, 3 ReLU. up may be NULL (= 1).
void la_gate(int activation, const float *gate, const float *up, float *out, size_t count);

/// In place: the softmax of the first `count` numbers of row.
void la_softmax(float *row, size_t count);

/// out[i] += scale·|row[i]|.
void la_add_magnitudes(double scale, const float *row, double *out, size_t count);

/// Σ |row[i]|.
double la_sum_magnitudes(const float *row, size_t count);

/// Σ row[i]², in double precision.
double la_sum_squares(const float *row, size_t count);

/// In place: cap·tanh(x / cap).
void la_soft_cap(float cap, float *values, size_t count);

/// One target's gradient, carried back through a frozen attention pattern.
///
/// Rows of `u` are [heads·width] gradients at the heads' outputs, rows of `out` are [groups·width] gradients at the
/// values. `rows[q]` is the row, in both, of query or key position q (1 ≤ q ≤ last). `pattern` is [heads][keys][keys]
/// by (query, key), with `keys` its stride, and zero above the diagonal.
///   out[j, g] = Σ_{h in g} Σ_{i = j…last} pattern[h][i][j] · u[i, h]           for 1 ≤ j ≤ last
/// Returns Σ_{i, h} pattern[h][i][0] · ⟨u[i, h], zero[g(h)]⟩ over 1 ≤ i ≤ last: what reaches the value at position 0.
float la_pull_pattern(
    const float *pattern, size_t keys, size_t heads, size_t groups, size_t width, const float *u, float *out,
    const int32_t *rows, size_t last, const float *zero);

/// The kernels above for one instruction set.
struct la_kernels {
  float (*dot)(const float *a, const float *b, size_t count);
  void (*axpy)(float scale, const float *x, float *y, size_t count);
  void (*scale)(float factor, float *x, size_t count);
  void (*multiply)(const float *factors, float *x, size_t count);
  void (*add_magnitudes)(double scale, const float *row, double *out, size_t count);
  double (*sum_magnitudes)(const float *row, size_t count);
  double (*sum_squares)(const float *row, size_t count);
  float (*pull_pattern)(
      const float *pattern, size_t keys, size_t heads, size_t groups, size_t width, const float *u, float *out,
      const int32_t *rows, size_t last, const float *zero);
  void (*softmax)(float *row, size_t count);
  void (*gate)(int activation, const float *gate, const float *up, float *out, size_t count);
  void (*soft_cap)(float cap, float *values, size_t count);
};

/// The kernels for a level, or NULL when this processor does not run it.
const struct la_kernels *la_kernels_at(enum la_level level);

#endif
