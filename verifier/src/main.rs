//! `doorbook-verify`: see the library.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use doorbook_verify::arguments::{command, is_json};

/// Nothing was verified.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    // A panic would end with a code of its own, which says nothing to who reads 0, 1 and 2.
    let ended = std::panic::catch_unwind(|| run(&std::env::args_os().skip(1).collect::<Vec<_>>()));
    ExitCode::from(ended.ok().and_then(Result::ok).unwrap_or(FAILED))
}

/// Prints the report and returns the exit code. What could not be written out must not end as verified.
fn run(words: &[OsString]) -> io::Result<u8> {
    let report = command(words);
    let text = if is_json(words) { report.to_json() } else { report.to_string().trim_end().to_owned() };
    if report.exit() == FAILED && !is_json(words) {
        writeln!(io::stderr(), "{text}")?;
    } else {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()?;
    }
    Ok(report.exit())
}
