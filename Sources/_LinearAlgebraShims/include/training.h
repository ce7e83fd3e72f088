#ifndef LA_TRAINING_H
#define LA_TRAINING_H
#include <stddef.h>
#include <stdint.h>

#include "levels.h"

/// The loops of training a small transformer, for one instruction set. Sequences are short: `padded` is a sequence's
/// length, rounded up to whole lanes of 16 numbers.
struct la_training {
  /// Causal attention of one head over one sequence of `count` positions: scores = scale·q·kᵀ, pattern = their softmax
  /// over the keys up to the query, out = pattern·v. Rows of q, k and v lie `stride` numbers apart and have `width`;
  /// rows of `pattern` lie `padded` apart, and are zero behind the query up to a whole lane. `scratch` holds
  /// width·padded numbers.
  void (*attend)(
      size_t count, size_t width, float scale, const float *q, const float *k, const float *v, size_t stride,
      float *pattern, float *out, size_t out_stride, float *scratch);
  /// Carries the gradient g at `out` back: sets dq, adds to dk and dv. `scratch` holds (width + count)·padded numbers.
  void (*attend_pull)(
      size_t count, size_t width, float scale, const float *q, const float *k, const float *v, size_t stride,
      const float *pattern, const float *g, size_t g_stride, float *dq, float *dk, float *dv, size_t d_stride,
      float *scratch);
  /// For each row of x: scale = √(mean square + epsilon), normalized = x / scale, out = weight·normalized.
  void (*norm)(
      size_t rows, size_t width, float epsilon, const float *x, const float *weight, float *normalized, float *out,
      float *scales);
  /// Carries the gradient g at a norm's `out` back: adds to the gradients of its weight and of its x.
  void (*norm_pull)(
      size_t rows, size_t width, const float *g, const float *weight, const float *normalized, const float *scales,
      float *by_weight, float *by_x);
  /// Carries the gradient g at silu(gate)·up back to both.
  void (*gate_pull)(
      size_t count, const float *gate, const float *up, const float *g, float *by_gate, float *by_up);
  /// Returns the cross-entropy −log softmax(row)[target], and makes of the row its gradient times `weight`.
  float (*cross_entropy)(size_t count, float *row, size_t target, float weight);
  /// Turns `heads` heads of `width` numbers: the pairs (i, half + i) by the angle of which cosines and sines are given.
  void (*rotate)(size_t heads, size_t width, size_t half, const float *cosines, const float *sines, float *x);
};

/// The loops for a level, or NULL when this processor does not run it.
const struct la_training *la_training_at(enum la_level level);

/// The loops for the highest level that this processor runs.
const struct la_training *la_training_best(void);

#endif
