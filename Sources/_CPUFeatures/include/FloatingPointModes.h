// SPDX-License-Identifier: Apache-2.0
// The floating-point modes and status flags of a thread, and the pause instruction for spin loops.
// In C, because Swift has no access to these instructions, and <fenv.h> does not cover
// flush-to-zero.
#ifndef WCE_FLOATING_POINT_MODES_H
#define WCE_FLOATING_POINT_MODES_H

#include <stdint.h>

#if defined(__x86_64__)
/// The rounding mode, FTZ and DAZ, with every exception masked and no status flag set.
static inline uint64_t wce_floating_point_modes(void) {
  uint32_t mxcsr;
  __asm__ volatile("stmxcsr %0" : "=m"(mxcsr)::"memory");
  return (mxcsr & ~0x3fu) | 0x1f80;
}
/// Sets the modes, and clears the status flags that belong to the same registers.
static inline void wce_set_floating_point_modes(uint64_t modes) {
  const uint32_t mxcsr = (uint32_t)modes;
  __asm__ volatile("ldmxcsr %0" ::"m"(mxcsr) : "memory");
}
/// Flush-to-zero and denormals-are-zero, as bits of the modes.
enum { WCE_FLUSH_TO_ZERO = 0x8040 };
static inline void wce_pause(void) { __asm__ volatile("pause"); }

#elif defined(__aarch64__)
static inline uint64_t wce_floating_point_modes(void) {
  uint64_t fpcr;
  __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr)::"memory");
  return fpcr & ~UINT64_C(0x9f00);
}
static inline void wce_set_floating_point_modes(uint64_t modes) {
  __asm__ volatile("msr fpcr, %0\n\tmsr fpsr, xzr" ::"r"(modes) : "memory");
}
enum { WCE_FLUSH_TO_ZERO = 1 << 24 };
static inline void wce_pause(void) { __asm__ volatile("yield"); }

#else
#include <fenv.h>
static inline uint64_t wce_floating_point_modes(void) { return (uint64_t)fegetround(); }
static inline void wce_set_floating_point_modes(uint64_t modes) {
  fesetround((int)modes);
  feclearexcept(FE_ALL_EXCEPT);
}
enum { WCE_FLUSH_TO_ZERO = 0 };
static inline void wce_pause(void) {}
#endif

#endif
