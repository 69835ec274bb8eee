// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import _TestSupport

/// Files written by NumPy, and outputs read by NumPy.
@Suite struct LossCommandNumPyTests {
  private static let hasNumPy = (try? Tool().shell("python3 -c 'import numpy'").status) == 0

  @Test(.enabled(if: hasNumPy, "python3 with NumPy is not installed"))
  func roundTrips() throws {
    let place = try Workplace()
    try place.write(
      """
      import numpy as np
      r = np.random.default_rng(5)
      x = r.normal(size=(3, 4, 5)) * 8
      z = r.random(size=x.shape) < 0.2
      for logits in "f2", "f4", "f8", ">f4", ">f8":
          np.save(f"x-{logits.replace('>', 'big-')}.npy", x.astype(logits))
      np.save("x-fortran.npy", np.asfortranarray(x.astype("f4")))
      np.lib.format.write_array(open("x-version2.npy", "wb"), x.astype("f4"), version=(2, 0))
      for targets in "?", "i1", "u2", ">i4", "i8", "f2", "f4", ">f8":
          np.save(f"z-{targets.replace('>', 'big-').replace('?', 'bool')}.npy", z.astype(targets))
      np.save("z-soft.npy", r.random(size=x.shape))
      """, to: "make.py")
    try place.write(
      """
      import sys, numpy as np
      for number in range(int(sys.argv[1])):
          pair = open(f"{number}-pair").read().split()
          logits, targets = map(np.load, pair)
          x, z, q = logits.astype("f8"), targets.astype("f8"), 9.0
          loss = (1 - z) * np.logaddexp(0, x) + q * z * np.logaddexp(0, -x)
          gradient = ((1 - z) / (1 + np.exp(-x)) - q * z / (1 + np.exp(x))) / x.size
          for name, expected in ("o.npy", loss), ("g.npy", gradient):
              array = np.load(f"{number}-{name}")
              assert array.dtype == logits.dtype.newbyteorder("="), (pair, array.dtype)
              assert array.shape == logits.shape and array.flags.c_contiguous, pair
              tolerance = 4 * np.finfo(logits.dtype).eps
              smallest = np.finfo(logits.dtype).smallest_subnormal
              np.testing.assert_allclose(
                  array.astype("f8"), expected, rtol=tolerance, atol=smallest, err_msg=f"{pair}")
      """, to: "check.py")
    #expect(try place.tool.shell("python3 make.py") == Outcome())
    let names = try place.directory.names()
    let (logits, targets) = (
      names.filter { $0.hasPrefix("x-") }, names.filter { $0.hasPrefix("z-") }
    )
    #expect(logits.count == 7 && targets.count == 9)
    // Every type of logits with one type of targets, and all targets with double logits.
    let pairs =
      logits.map { ($0, "z-bool.npy") } + targets.map { ("x-f8.npy", $0) } + [
        ("x-fortran.npy", "z-f4.npy")
      ]
    for (number, (x, z)) in pairs.enumerated() {
      let outputs = "--output \(number)-o.npy --gradient \(number)-g.npy"
      #expect(
        try place.tool.shell(
          "echo \(x) \(z) > \(number)-pair; wce loss \(x) \(z) --pos-weight 9 \(outputs) --json "
            + "> /dev/null") == Outcome(), "\(x) \(z)")
    }
    #expect(try place.tool.shell("python3 check.py \(pairs.count)") == Outcome())
  }
}
