// SPDX-License-Identifier: Apache-2.0

extension [Double] {
  /// Some of the elements, which must be finite, in descending order, with their indices. Of equal
  /// elements the one with the lower index is first.
  ///
  /// The elements are distributed among as many buckets of equal width, and each bucket is sorted.
  ///
  /// - Complexity: O(n) for a smooth distribution, else up to O(n log n).
  func ranked(where isIncluded: (Int) -> Bool) -> [(element: Double, index: Int)] {
    typealias Entry = (element: Double, index: Int)
    var total = 0
    var (lowest, highest) = (Double.infinity, -Double.infinity)
    for index in indices where isIncluded(index) {
      total += 1
      lowest = Swift.min(lowest, self[index])
      highest = Swift.max(highest, self[index])
    }
    let scale = Double(total) / (highest - lowest)
    guard scale > 0, scale.isFinite else {
      return indices.filter(isIncluded).map { (self[$0], $0) }
        .sorted { ($0.element, $1.index) > ($1.element, $0.index) }
    }
    // Rounding keeps the order of the buckets.
    func bucket(_ element: Double) -> Int { Int((highest - element) * scale) }
    var ends = [Int](repeating: 0, count: bucket(lowest) + 1)
    for index in indices where isIncluded(index) { ends[bucket(self[index])] += 1 }
    var next = 0
    for index in ends.indices { (ends[index], next) = (next, next + ends[index]) }
    return [Entry](unsafeUninitializedCapacity: total) { sorted, count in
      for index in indices where isIncluded(index) {
        let bucket = bucket(self[index])
        sorted.initializeElement(at: ends[bucket], to: (self[index], index))
        ends[bucket] += 1
      }
      count = total
      var start = 0
      for end in ends {
        if end - start > 16 {
          sorted[start..<end].sort { ($0.element, $1.index) > ($1.element, $0.index) }
        } else {
          // An insertion sort.
          for position in start..<end {
            let entry = sorted[position]
            var hole = position
            while hole > start, sorted[hole - 1].element < entry.element {
              sorted[hole] = sorted[hole - 1]
              hole -= 1
            }
            sorted[hole] = entry
          }
        }
        start = end
      }
    }
  }
}
