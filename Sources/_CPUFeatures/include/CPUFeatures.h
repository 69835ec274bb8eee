// What this processor can do, and what the operating system lets it do. Header-only C, because Swift cannot ask: CPUID and
// XGETBV are instructions without a Swift spelling.
#ifndef WCE_CPU_FEATURES_H
#define WCE_CPU_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <cpuid.h>

/// The register state that the operating system saves on a context switch (XCR0), or 0 where it does not say.
static inline uint64_t wce_saved_register_state(void) {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & (1u << 27))) return 0;  // OSXSAVE
  uint32_t low, high;
  // As bytes: the mnemonic needs -mxsave, which would let the compiler use the instruction elsewhere.
  __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));
  return ((uint64_t)high << 32) | low;
}

/// Whether AVX2 and FMA may be used.
static inline bool wce_has_avx2(void) {
  uint32_t a, b, c, d;
  if ((wce_saved_register_state() & 0x6) != 0x6) return false;  // XMM, YMM
  if (!__get_cpuid(1, &a, &b, &c, &d)) return false;
  if (!(c & (1u << 28)) || !(c & (1u << 12))) return false;  // AVX, FMA
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  return (b & (1u << 5)) != 0;  // AVX2
}

/// Whether AVX-512 F, DQ, BW and VL may be used.
static inline bool wce_has_avx512(void) {
  uint32_t a, b, c, d;
  if (!wce_has_avx2()) return false;
  if ((wce_saved_register_state() & 0xe6) != 0xe6) return false;  // XMM, YMM, opmask, both halves of ZMM
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  const uint32_t wanted = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31);  // F, DQ, BW, VL
  return (b & wanted) == wanted;
}
#else
static inline bool wce_has_avx2(void) { return false; }
static inline bool wce_has_avx512(void) { return false; }
#endif

#endif
