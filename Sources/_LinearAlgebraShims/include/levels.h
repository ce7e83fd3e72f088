#ifndef LA_LEVELS_H
#define LA_LEVELS_H

/// The instruction sets that kernels are compiled for; each includes those before it.
enum la_level {
  /// What every processor of the architecture has.
  LA_PLAIN,
  /// AVX2 with fused multiply-add.
  LA_AVX2,
  /// AVX-512 F, DQ, BW and VL.
  LA_AVX512,
  /// AVX-512 with products of bfloat16 numbers.
  LA_AVX512_BF16,
};

/// The highest level that this processor runs.
enum la_level la_best_level(void);

#endif
