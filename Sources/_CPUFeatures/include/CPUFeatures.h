// SPDX-License-Identifier: Apache-2.0
// The instruction set extensions that the processor has and the operating system supports. In C,
// because Swift cannot execute CPUID and XGETBV.
#ifndef WCE_CPU_FEATURES_H
#define WCE_CPU_FEATURES_H

#include <stdbool.h>
#include <stdint.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

/// The instruction set extensions that the kernels use, as bits.
enum {
  WCE_AVX = 1 << 0,
  WCE_FMA = 1 << 1,
  WCE_AVX2 = 1 << 2,
  WCE_AVX512F = 1 << 3,
  WCE_AVX512DQ = 1 << 4,
  WCE_AVX512BW = 1 << 5,
  WCE_AVX512VL = 1 << 6,
  WCE_F16C = 1 << 7,
};

#if defined(__x86_64__)
#include <cpuid.h>

/// The registers that the operating system saves on a context switch (XCR0); 0 if unknown.
static inline uint64_t wce_saved_register_state(void) {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 27))) return 0;  // OSXSAVE
  uint32_t low, high;
  // XGETBV as bytes: the mnemonic needs -mxsave, which would allow the compiler to use XSAVE
  // elsewhere.
  __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));
  return ((uint64_t)high << 32) | low;
}

/// The extensions that the processor has and whose registers the operating system saves.
static inline uint32_t wce_processor_features(void) {
  const uint64_t saved = wce_saved_register_state();
  uint32_t features = 0, a, b, c, d;
  if ((saved & 0x6) != 0x6) return 0;  // XMM, YMM
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  if (c & (1u << 28)) features |= WCE_AVX;
  if (c & (1u << 12)) features |= WCE_FMA;
  if (c & (1u << 29)) features |= WCE_F16C;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return features;
  if (b & (1u << 5)) features |= WCE_AVX2;
  if ((saved & 0xe6) != 0xe6) return features;  // XMM, YMM, opmask, both halves of ZMM
  if (b & (1u << 16)) features |= WCE_AVX512F;
  if (b & (1u << 17)) features |= WCE_AVX512DQ;
  if (b & (1u << 30)) features |= WCE_AVX512BW;
  if (b & (1u << 31)) features |= WCE_AVX512VL;
  return features;
}
#else
static inline uint32_t wce_processor_features(void) { return 0; }
#endif

/// The number of processors in the calling thread's affinity mask; 0 if unknown. In C, because
/// Swift cannot call the Linux function.
static inline int wce_affinity_count(void) {
  int count = 0;
#if defined(__linux__)
  unsigned long mask[128];  // 8192 processors
  const long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  for (long i = 0; i < bytes / (long)sizeof mask[0]; i++) count += __builtin_popcountl(mask[i]);
#endif
  return count;
}

/// Whether AVX2, FMA and F16C may be used.
static inline bool wce_has_avx2(void) {
  const uint32_t wanted = WCE_AVX | WCE_FMA | WCE_AVX2 | WCE_F16C;
  return (wce_processor_features() & wanted) == wanted;
}

/// Whether AVX-512 F, DQ, BW and VL may be used.
static inline bool wce_has_avx512(void) {
  const uint32_t wanted = WCE_AVX512F | WCE_AVX512DQ | WCE_AVX512BW | WCE_AVX512VL;
  return wce_has_avx2() && (wce_processor_features() & wanted) == wanted;
}

#endif
