// SPDX-License-Identifier: Apache-2.0
/// The JSON of a column is an object: `{"name": "age", "kind": "number", "fill": 41.5}` or
/// `{"name": "city", "kind": "categories", "categories": ["Oslo", "Turin"], "fill": "Oslo"}`.
extension FeatureEncoding.Column {
  private enum Key: String, CodingKey { case name, kind, categories, fill, occurrence, other }
  private enum Kind: String, Codable { case number, categories }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    name = try container.decode(String.self, forKey: .name)
    occurrence = try container.decodeIfPresent(Int.self, forKey: .occurrence)
    if let occurrence, occurrence < 1 {
      throw DecodingError.dataCorruptedError(
        forKey: .occurrence, in: container, debugDescription: "an occurrence must be at least 1")
    }
    other = try container.decodeIfPresent(String.self, forKey: .other)
    switch try container.decode(Kind.self, forKey: .kind) {
    case .number: content = .number(fill: try container.decode(Double.self, forKey: .fill))
    case .categories:
      let categories = try container.decode([String].self, forKey: .categories)
      guard Set(categories).count == categories.count else {
        throw DecodingError.dataCorruptedError(
          forKey: .categories, in: container, debugDescription: "a category occurs twice")
      }
      content = .categories(categories, fill: try container.decode(String.self, forKey: .fill))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encodeIfPresent(occurrence, forKey: .occurrence)
    try container.encodeIfPresent(other, forKey: .other)
    switch content {
    case .number(let fill):
      try container.encode(Kind.number, forKey: .kind)
      try container.encode(fill, forKey: .fill)
    case .categories(let categories, let fill):
      try container.encode(Kind.categories, forKey: .kind)
      try container.encode(categories, forKey: .categories)
      try container.encode(fill, forKey: .fill)
    }
  }
}
