#include "levels.h"

enum la_level la_best_level(void) {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return LA_PLAIN;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq")
      || !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl"))
    return LA_AVX2;
  return __builtin_cpu_supports("avx512bf16") ? LA_AVX512_BF16 : LA_AVX512;
#else
  return LA_PLAIN;
#endif
}
