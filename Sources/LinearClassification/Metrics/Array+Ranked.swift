// SPDX-License-Identifier: Apache-2.0

extension [Double] {
  /// The indices of some of the elements, which must be finite, in descending order of the
  /// elements. Of equal elements the one with the lower index is first.
  ///
  /// The elements are distributed among buckets of equal width, one for every four, and each bucket
  /// is sorted.
  ///
  /// - Precondition: There are at most 2³² elements.
  /// - Complexity: O(n) for a smooth distribution, else up to O(n log n). Besides the result it
  ///   takes a byte for each element.
  func ranked(where isIncluded: (Int) -> Bool) -> [UInt32] {
    var total = 0
    var (lowest, highest) = (Double.infinity, -Double.infinity)
    for index in indices where isIncluded(index) {
      total += 1
      lowest = Swift.min(lowest, self[index])
      highest = Swift.max(highest, self[index])
    }
    return withUnsafeBufferPointer { elements in
      func precedes(_ first: UInt32, _ second: UInt32) -> Bool {
        let (a, b) = (elements[Int(first)], elements[Int(second)])
        return a > b || a == b && first < second
      }
      let scale = Double((total + 3) / 4) / (highest - lowest)
      guard scale > 0, scale.isFinite else {
        return indices.filter(isIncluded).map { UInt32($0) }.sorted(by: precedes)
      }
      // Rounding keeps the order of the buckets.
      func bucket(_ element: Double) -> Int { Int((highest - element) * scale) }
      var ends = [UInt32](repeating: 0, count: bucket(lowest) + 1)
      for index in indices where isIncluded(index) { ends[bucket(elements[index])] += 1 }
      var next: UInt32 = 0
      for index in ends.indices { (ends[index], next) = (next, next + ends[index]) }
      return [UInt32](unsafeUninitializedCapacity: total) { sorted, count in
        for index in indices where isIncluded(index) {
          let bucket = bucket(elements[index])
          sorted.initializeElement(at: Int(ends[bucket]), to: UInt32(index))
          ends[bucket] += 1
        }
        count = total
        var start = 0
        for end in ends {
          let end = Int(end)
          if end - start > 32 {
            sorted[start..<end].sort(by: precedes)
          } else {
            // An insertion sort.
            for position in start..<end {
              let row = sorted[position]
              let element = elements[Int(row)]
              var hole = position
              while hole > start, elements[Int(sorted[hole - 1])] < element {
                sorted[hole] = sorted[hole - 1]
                hole -= 1
              }
              sorted[hole] = row
            }
          }
          start = end
        }
      }
    }
  }
}
