// SPDX-License-Identifier: Apache-2.0
import _DataFiles

extension FeatureEncoding.Column {
  /// A column of text. If it has more labels than the limit, the rare ones become one category.
  init(name: String, codes: [Int32], labels: [String]) {
    var counts = [Int](repeating: 0, count: labels.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    let ranked = labels.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    let fill = ranked.first.map { labels[$0] } ?? ""
    guard labels.count > FeatureEncoding.categoryLimit else {
      self.init(name: name, content: .categories(labels, fill: fill))
      return
    }
    let other = FeatureEncoding.otherLabel
    var frequent = ranked.prefix(FeatureEncoding.categoryLimit).sorted().map { labels[$0] }
    if !frequent.contains(other) { frequent.append(other) }
    self.init(name: name, content: .categories(frequent, fill: fill))
    self.other = other
  }
}
