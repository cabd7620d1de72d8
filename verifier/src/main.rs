//! `doorbook-verify`: see the library.

use std::io::Write;
use std::process::ExitCode;

use doorbook_verify::arguments::{self, Task, USAGE};
use doorbook_verify::{BundleFile, Facts, Finding, Reason, Report, verify};

fn main() -> ExitCode {
    let (report, as_json) = match arguments::read(std::env::args_os()) {
        Ok(Task::Help) => return say(format_args!("{USAGE}"), 0),
        Ok(Task::Verify(order)) => {
            let report = match BundleFile::open(&order.bundle) {
                Ok(file) => verify(&file, &order.options),
                Err(error) => refused(Reason::Container, &format!("{}: {error}.", order.bundle.display())),
            };
            (report, order.as_json)
        }
        Err(misread) => (refused(Reason::Usage, &misread.why), misread.as_json),
    };
    match (as_json, report.reason) {
        (true, _) => say(report.to_json(), report.exit()),
        (false, Reason::Usage) => complain(&report),
        (false, _) => say(report.to_string().trim_end(), report.exit()),
    }
}

fn refused(reason: Reason, why: &str) -> Report {
    Report::new(Err(Finding::new(reason, why)), Facts::default())
}

/// Prints the report. A reader who closed the pipe does not want it; the exit code says the same.
fn say(report: impl std::fmt::Display, exit: u8) -> ExitCode {
    let _closed = writeln!(std::io::stdout(), "{report}");
    ExitCode::from(exit)
}

fn complain(report: &Report) -> ExitCode {
    let _closed = writeln!(std::io::stderr(), "doorbook-verify: {} Try --help.", report.message);
    ExitCode::from(report.exit())
}
