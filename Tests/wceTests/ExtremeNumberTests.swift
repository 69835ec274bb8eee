// SPDX-License-Identifier: Apache-2.0
import Foundation
import LinearClassification
import Testing
import _TestSupport

/// Numbers at the ends of their types, from every option and in every place of a model. Each gives
/// a result or an error of one line; none overflows.
@Suite struct ExtremeNumberTests {
  private static let numbers = [
    "-9223372036854775808", "9223372036854775807", "9223372036854775808", "18446744073709551615",
    "-1", "0", "5e-324", "1e308", "-1e308", "nan", "inf", "4294967296",
  ]

  /// `@` stands for the number.
  @Test(arguments: [
    "loss t.csv:@ t.csv:2", "loss t.csv:1 t.csv:@", "loss x.npy z.npy --weights t.csv:@",
    "loss x.npy z.npy --pos-weight @", "loss t.csv:1 t.csv:2 --pos-weight @ --gradient g.csv",
    "loss x.npy z.npy --pos-weights 1,@,1 --axis 1", "loss x.npy z.npy --pos-weights 1,1 --axis @",
    "loss x.npy z.npy --label-smoothing @", "loss x.npy z.npy --threads @",
    "fit t.csv --target @ --model m.json", "fit t.csv --target label --weights @ --model m.json",
    "fit t.csv --target label --exclude @ --model m.json",
    "fit t.csv --target w --positive @ --model m.json",
    "fit t.csv --target label --pos-weight @ --model m.json",
    "fit t.csv --target label --l2 @ --model m.json",
    "fit t.csv --target label --max-iterations @ --model m.json",
    "fit t.csv --target label --threads @ --model m.json",
    "predict t.csv --model old.json --threshold @", "predict t.csv --model old.json --threads @",
    "evaluate t.csv --model old.json --threshold @", "evaluate t.csv --model old.json --target @",
    "evaluate t.csv --model old.json --positive @", "evaluate t.csv --model old.json --weights @",
    "tradeoff t.csv --target label --folds @", "tradeoff t.csv --target label --folds 2 --seed @",
    "tradeoff t.csv --target label --folds 2 --recall-at-least @",
    "tradeoff t.csv --target label --folds 2 --precision-at-least @",
    "tradeoff t.csv --target label --folds 2 --l2 @",
    "tradeoff t.csv --target label --folds 2 --pos-weights @ --report r.html",
    "tradeoff t.csv --target label --folds 2 --pos-weights @...1:3 --report r.html --json r.json",
    "tradeoff t.csv --target label --folds 2 --pos-weights 1...@:3 --picture r.svg",
    "tradeoff t.csv --target label --folds 2 --pos-weights 1...2:@",
  ])
  func options(_ command: String) throws {
    var place = try Workplace()
    place.tool.timeLimit = .seconds(60)
    #expect(
      try place.tool.run("fit", "t.csv", "--target", "label", "--model", "old.json").status == 0)
    for number in Self.numbers {
      let words = command.split(separator: " ").map { String($0.replacing("@", with: number)) }
      let outcome = try place.tool.run(words)
      #expect([0, 64, 65].contains(outcome.status), "\(words): \(outcome)")
      if outcome.status == 65 {
        #expect(outcome.errors.split(separator: "\n").last?.hasPrefix("wce: ") == true)
      }
    }
  }

  @Test func models() throws {
    let place = try Workplace()
    let table = place.directory.file("t.csv")
    let training = try TrainingTable(contentsOf: table, target: TargetColumn(name: "label"))
    let model = try Classifier(training, settings: LogisticRegression()).json()
    // Every number, and every text, which may be the number of a column.
    let places = model.matches(of: /: ("[^"]*"|-?[0-9.e+-]+)/).map { $0.output.1 }
    #expect(places.count > 40)
    var readable = 0
    for old in places {
      for number in Self.numbers where Double(number)?.isFinite == true {
        let new = old.hasPrefix("\"") ? "\"\(number)\"" : number
        let changed = model.replacingCharacters(in: old.startIndex..<old.endIndex, with: new)
        guard let classifier = try? Classifier(json: changed.utf8) else { continue }
        readable += 1
        _ = try? classifier.json()
        _ = (classifier.notices, classifier.model.originalIntercept)
        let labels = try? classifier.labels(contentsOf: table)
        guard let features = try? classifier.features(contentsOf: table) else { continue }
        for kind in Classifier.Probabilities.allCases {
          _ = classifier.defaultThreshold(for: kind)
          let predictions = try? classifier.predictions(for: features, kind)
          if let labels { _ = try? predictions?.evaluation(of: labels).json() }
        }
      }
    }
    #expect(readable > 100)
  }
}
