//! The only place that writes to the terminal.

/// Prints a line that the person asked for: an answer, a route, a step of the set-up.
#[expect(clippy::print_stdout, reason = "a command-line program answers on its standard output")]
pub fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

/// Prints a line beside the answer: progress, or why something failed.
#[expect(clippy::print_stderr, reason = "progress and failures must not mix with the answer of a command")]
pub fn note(line: impl std::fmt::Display) {
    eprintln!("doorbook-local: {line}");
}

/// Reports the failure of work that no caller waits for.
pub trait OrReport {
    /// Prints the failure, if it is one, together with why it may happen.
    fn or_report(self, why: &str);
}

impl<T, E: std::fmt::Display> OrReport for std::result::Result<T, E> {
    fn or_report(self, why: &str) {
        if let Err(error) = self {
            note(format_args!("{why}: {error}"));
        }
    }
}
