// SPDX-License-Identifier: Apache-2.0
import Testing
import _TestSupport
import _Version

/// Help, version and completions.
@Suite struct LossCommandHelpTests {
  @Test func version() throws {
    #expect(try Tool().run("--version") == Outcome(output: "\(WCE_VERSION)\n"))
    #expect(try Tool().run("loss", "--version") == Outcome(output: "\(WCE_VERSION)\n"))
  }

  @Test func overview() throws {
    let help = try Tool().run("--help")
    #expect(help.status == 0 && help.errors == "")
    #expect(
      help.output.hasPrefix(
        """
        OVERVIEW: Weighted cross entropy: the logistic loss whose positive weight
        trades recall against precision.

        Exit status: 0 success, 64 wrong usage, 65 bad data, 66 missing input, 71 not
        enough memory, 73 cannot create output, 74 input/output error, 128 + n stopped
        by signal n.

        WCE_INSTRUCTION_SET=baseline|avx2|avx512 selects the kernels.

        USAGE: wce <subcommand>

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.

        SUBCOMMANDS:
          loss                    Compute the weighted cross entropy of logits and
                                  targets in files.

        """))
    #expect(help.output.contains("\n  info                    Print the version, "))
    #expect(try Tool().run([]) == help)
    #expect(try Tool().run("help") == help)
  }

  @Test func help() throws {
    let help = try Tool().run("loss", "--help")
    #expect(
      help
        == Outcome(
          output: """
            OVERVIEW: Compute the weighted cross entropy of logits and targets in files.

            An input is FILE.npy or FILE.csv:COLUMN, with the name of the column or its
            number from 1. Results have the type of the logits, float64 for a table. Files
            may be larger than memory. A table whose first row has only numbers has no
            header. Standard input is -, or /dev/stdin:COLUMN for a table.

            wce loss logits.npy targets.npy --pos-weight 9
            wce loss t.csv:logit t.csv:label --pos-weight 9 --gradient gradient.npy

            USAGE: wce loss [<options>] <logits> <targets>

            ARGUMENTS:
              <logits>                The logits x.
              <targets>               The targets z, in [0, 1].

            OPTIONS:
              --probabilities         The first input holds probabilities p; the logits are
                                      log(p / (1 - p)). Gradients are still those in the
                                      logits.
              --pos-weight <Q>        The weight q of the positive class. (default: 1)
              --pos-weights <Q1,Q2,...|FILE>
                                      One positive weight for each class along an axis:
                                      numbers separated by commas, or a file; wce weights
                                      writes one.
              --axis <A>              The axis of the classes, counted from the end if
                                      negative.
              --weights <FILE>        A weight for each element; 0 masks it.
              --label-smoothing <E>   Label smoothing in [0, 1]: z becomes z (1 - E) + E /
                                      2. (default: 0.0)
              --reduction <reduction> The result to report, and the function that
                                      --gradient differentiates. (values: mean, sum, none;
                                      default: mean)
              --normalize <normalize> The divisor of the mean: the number of elements or
                                      the sum of the weights. (values: count, weights;
                                      default: count)
              --output <FILE>         The file for the loss of each element, .npy or .csv.
              --gradient <FILE>       The file for the gradient in the logits, .npy or .csv.
              --name <NAME>           The name of the operation in errors. (default:
                                      logistic_loss)
              --delimiter <C>         The character between cells, or comma, semicolon,
                                      tab, space. (default: detected)
              --header/--no-header    Whether the first row has the names of the columns;
                                      without them they are 1, 2, 3 and so on. (default: a
                                      first row of numbers is data, unless it is 0, 1, 2,
                                      ... or its first cell is blank)
              --decimal <decimal>     The sign before the decimals, . or a comma. (default:
                                      .) (values: ., ,)
              --threads <N>           The maximum number of threads. (default: all
                                      processors)
              --json                  Print one JSON object. An undefined mean is null;
                                      infinities and NaN are the strings inf, -inf and nan.
              --version               Show the version.
              -h, --help              Show help information.


            """))
    #expect(try Tool().run("help", "loss") == help)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completions(_ shell: String) throws {
    let script = try Tool().run("--generate-completion-script", shell)
    #expect(script.status == 0 && script.errors == "")
    for word in ["loss", "info", "pos-weights", "label-smoothing", "npy"] {
      #expect(script.output.contains(word), "\(word)")
    }
    // The shell, if it is installed, accepts the script.
    let place = try Workplace()
    try place.write(script.output, to: "script")
    #expect(
      try place.tool.shell("! command -v \(shell) > /dev/null || \(shell) -n script") == Outcome())
  }

  @Test func bashCompletion() throws {
    let place = try Workplace()
    try place.write(
      """
      source <("$WCE" --generate-completion-script bash)
      complete -p wce | grep -q -- '-F _wce wce' || exit 1
      for words in "loss --pos" "loss --reduction "; do
        COMP_LINE="wce $words"; COMP_POINT=${#COMP_LINE}
        IFS=' ' read -ra COMP_WORDS <<< "$COMP_LINE"
        [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
        _wce wce "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\\n' "${COMPREPLY[@]}" | sort | tr '\\n' ' '
      done
      """, to: "script")
    let outcome = try place.tool.shell("command -v bash > /dev/null || exit 0; bash script")
    if outcome.output.isEmpty && outcome.status == 0 { return }
    #expect(outcome == Outcome(output: "--pos-weight --pos-weights mean none sum "))
  }
}
