#ifndef LA_GATHER_H
#define LA_GATHER_H
#include <stddef.h>
#include <stdint.h>

#include "levels.h"

/// Rows of a matrix that a list names: entry e is row `indices[e]·span + offset` of `rows`, `columns` floats each.
struct la_rows {
  const float *rows;
  size_t columns;
  const int32_t *indices;
  size_t span, offset;
};

/// out += Σ_e coefficient·row over `count` entries, in their order. Entry e has the coefficient `coefficients[order[e]]`,
/// or `coefficients[e]` when `order` is NULL.
void la_add_rows(
    const struct la_rows *list, size_t count, const float *coefficients, const int32_t *order, float *out);

/// out[e] = scale·⟨vector, row⟩ for each of `count` entries.
void la_dot_rows(const struct la_rows *list, size_t count, float scale, const float *vector, float *out);

/// The functions above for one instruction set.
struct la_gathering {
  void (*add_rows)(
      const struct la_rows *list, size_t count, const float *coefficients, const int32_t *order, float *out);
  void (*dot_rows)(const struct la_rows *list, size_t count, float scale, const float *vector, float *out);
};

/// The functions for a level, or NULL when this processor does not run it.
const struct la_gathering *la_gathering_at(enum la_level level);

#endif
