import DataFiles

/// Standard output, with failures reported: a full disk behind a redirection is an error, not silence.
enum Output {
  static func write(_ text: String) throws(ToolError) {
    do throws(DataFileError) { try AtomicFile.write(text, to: "/dev/stdout") } catch {
      throw ToolError(error)
    }
  }
}
