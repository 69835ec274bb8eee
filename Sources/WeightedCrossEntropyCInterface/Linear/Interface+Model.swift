// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file: AlwaysUseLowerCamelCase

// The functions of weighted_cross_entropy_linear.h about models and studies. The compiler checks
// them against the header.

import LinearClassification
import _DataFiles
import _TradeoffReport

@c @implementation
public func wce_fit(
  _ table: OpaquePointer!, _ options: UnsafePointer<wce_training_options>!,
  _ model: UnsafeMutablePointer<OpaquePointer?>!, _ message: UnsafeMutablePointer<CChar>!,
  _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    try Handle.make(model) { () throws(CallError) in
      let table = try Handle.get(table, as: TableHandle.self)
      let options = try TrainingOptions(options)
      let rows = try TrainingRows(table, options)
      return try CallError.converting { () throws(ClassificationError) in
        let search = options.choosesPenalty ? try rows.search(options) : nil
        let classifier = try rows.fit(options.regression(rows, search), options)
        return ModelHandle(classifier, notices: rows.notices + classifier.notices)
      }
    }
  }
}

@c @implementation
public func wce_model_read(
  _ json: UnsafePointer<CChar>!, _ length: Int64, _ model: UnsafeMutablePointer<OpaquePointer?>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    try Handle.make(model) { () throws(CallError) in
      let count = try CallBuffer.count(length, of: CChar.self, named: "length")
      try CallBuffer.check(json, count: count, named: "json")
      let bytes = UnsafeRawBufferPointer(start: json, count: count)
      return try CallError.converting { () throws(ClassificationError) in
        ModelHandle(try Classifier(json: bytes), notices: [])
      }
    }
  }
}

@c @implementation
public func wce_model_json(
  _ model: OpaquePointer!, _ text: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ length: UnsafeMutablePointer<Int64>!, _ message: UnsafeMutablePointer<CChar>!,
  _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let model = try Handle.get(model, as: ModelHandle.self)
    try write(
      CallError.converting { () throws(ClassificationError) in try model.classifier.json() },
      text, length)
  }
}

@c @implementation
public func wce_model_notices(
  _ model: OpaquePointer!, _ text: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ length: UnsafeMutablePointer<Int64>!, _ message: UnsafeMutablePointer<CChar>!,
  _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let model = try Handle.get(model, as: ModelHandle.self)
    try write(model.notices.joined(separator: "\n"), text, length)
  }
}

@c @implementation
public func wce_model_free(_ model: OpaquePointer!) { Handle.free(model, as: ModelHandle.self) }

@c @implementation
public func wce_predict(
  _ model: OpaquePointer!, _ table: OpaquePointer!, _ prediction: wce_prediction,
  _ unseenIsZero: Int32, _ threads: Int64, _ output: UnsafeMutablePointer<Double>!,
  _ message: UnsafeMutablePointer<CChar>!, _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let classifier = try Handle.get(model, as: ModelHandle.self).classifier
    let handle = try Handle.get(table, as: TableHandle.self)
    guard (WCE_RAW_LOGITS.rawValue...WCE_DECISIONS.rawValue).contains(prediction.rawValue) else {
      throw CallError(WCE_ERROR_ARGUMENT, "unknown prediction \(prediction.rawValue)")
    }
    try CallBuffer.check(output, count: handle.rowCount, named: "output")
    guard classifier.isOfMatrix == handle.isMatrix else {
      throw CallError(
        WCE_ERROR_DATA,
        "the model was fitted to \(classifier.isOfMatrix ? "a matrix" : "a table"), received "
          + "\(handle.isMatrix ? "a matrix" : "a table")")
    }
    guard handle.rowCount > 0 else { return }
    let table = handle.table
    let names = Set(classifier.encoding.columns.map(\.name))
    try handle.check(used: table.columns.indices.filter { names.contains(table.columns[$0].name) })
    let isRaw = prediction == WCE_RAW_LOGITS || prediction == WCE_RAW_PROBABILITIES
    let predictions = try CallError.converting { () throws(ClassificationError) in
      let features =
        handle.isMatrix
        ? try handle.matrix()
        : try classifier.encoding.features(table, unseen: unseenIsZero != 0 ? .zero : .error)
      return try classifier.predictions(
        for: features, isRaw ? .raw : .calibrated,
        threads: threads == 0 ? nil : Int(clamping: threads))
    }
    for row in 0..<handle.rowCount {
      output[row] =
        switch prediction {
        case WCE_RAW_LOGITS, WCE_CALIBRATED_LOGITS: predictions.logits[row]
        case WCE_DECISIONS: predictions.isPositive(row) ? 1 : 0
        default: predictions.probabilities[row]
        }
    }
  }
}

@c @implementation
public func wce_tradeoff(
  _ table: OpaquePointer!, _ options: UnsafePointer<wce_training_options>!,
  _ study: UnsafeMutablePointer<OpaquePointer?>!, _ message: UnsafeMutablePointer<CChar>!,
  _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    try Handle.make(study) { () throws(CallError) in
      let table = try Handle.get(table, as: TableHandle.self)
      let options = try TrainingOptions(options)
      let rows = try TrainingRows(table, options)
      return try CallError.converting { () throws(ClassificationError) in
        StudyHandle(try rows.study(options))
      }
    }
  }
}

@c @implementation
public func wce_study_json(
  _ study: OpaquePointer!, _ text: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ length: UnsafeMutablePointer<Int64>!, _ message: UnsafeMutablePointer<CChar>!,
  _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    let study = try Handle.get(study, as: StudyHandle.self)
    try write(
      CallError.converting { () throws(ClassificationError) in try study.report.json() }, text,
      length)
  }
}

@c @implementation
public func wce_study_report(
  _ study: OpaquePointer!, _ text: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ length: UnsafeMutablePointer<Int64>!, _ message: UnsafeMutablePointer<CChar>!,
  _ capacity: Int64
) -> wce_status {
  MessageBuffer(start: message, capacity: capacity).status { () throws(CallError) in
    try write(Handle.get(study, as: StudyHandle.self).report.html(), text, length)
  }
}

@c @implementation
public func wce_study_free(_ study: OpaquePointer!) { Handle.free(study, as: StudyHandle.self) }

@c @implementation
public func wce_text_free(_ text: UnsafeMutablePointer<CChar>!) { text?.deallocate() }

/// What a `wce_model` stands for.
final class ModelHandle: Sendable {
  let classifier: Classifier
  let notices: [String]

  init(_ classifier: Classifier, notices: [String]) {
    self.classifier = classifier
    self.notices = notices
  }
}

/// What a `wce_study` stands for.
final class StudyHandle: Sendable {
  let report: TradeoffReport

  init(_ report: TradeoffReport) { self.report = report }
}

/// Writes a text to memory that `wce_text_free` frees.
func write(
  _ string: String, _ text: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ length: UnsafeMutablePointer<Int64>?
) throws(CallError) {
  guard let text else { throw CallError(WCE_ERROR_NULL_POINTER, "text is null") }
  let bytes = string.utf8CString
  let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
  for (index, byte) in bytes.enumerated() { memory[index] = byte }
  text.pointee = memory
  length?.pointee = Int64(bytes.count - 1)
}
