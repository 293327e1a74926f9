//! The command line: see src/cli.

use std::process::ExitCode;

fn main() -> ExitCode {
    rubric_playground::cli::main()
}
