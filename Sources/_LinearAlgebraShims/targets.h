#ifndef LA_TARGETS_H
#define LA_TARGETS_H

// The attributes by which a function is compiled for a level beyond the plain one.
#if defined(__x86_64__)
#define LA_MIDDLE __attribute__((target("avx2,fma")))
#define LA_WIDE __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define LA_WIDE_BF16 __attribute__((target("avx512bf16,avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#endif

#endif
