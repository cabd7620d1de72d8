//! The table that a run prints: each row with its target, what was measured, and whether it is met.

use std::io::Write;

/// How a number is judged.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Shown to explain the rows around it.
    None,
}

struct Row {
    what: String,
    target: String,
    measured: String,
    verdict: String,
}

/// The rows so far.
pub(crate) struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self { rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds what was measured in a unit, against a target in the same unit.
    pub(crate) fn add(&mut self, what: &str, (target, unit): (Target, &str), value: f64) {
        let wanted = match target {
            Target::AtLeast(least) => format!("≥ {}{unit}", short(least)),
            Target::AtMost(most) => format!("≤ {}{unit}", short(most)),
            Target::None => String::new(),
        };
        self.rows.push(Row {
            what: what.to_owned(),
            target: wanted,
            measured: format!("{}{unit}", short(value)),
            verdict: verdict(target, value),
        });
        self.progress(&format!("{what}: {}{unit}", short(value)));
    }

    /// Says why a row is not there.
    pub(crate) fn skip(&mut self, what: &str, target: &str, why: &str) {
        let (what, target, measured) = (what.to_owned(), target.to_owned(), why.to_owned());
        self.rows.push(Row { what, target, measured, verdict: "not measured".to_owned() });
    }

    /// Adds a line below the table.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Says what goes on, apart from the table.
    pub(crate) fn progress(&self, text: &str) {
        writeln!(std::io::stderr(), "  {text}").expect("stdout is open");
    }

    /// Prints it.
    pub(crate) fn print(&self) {
        let width = |column: fn(&Row) -> &str, title: &str| {
            self.rows.iter().map(|row| column(row).chars().count()).chain([title.len()]).max().unwrap_or_default()
        };
        let (what, target, measured) = (
            width(|row| &row.what, "what"),
            width(|row| &row.target, "target"),
            width(|row| &row.measured, "measured"),
        );
        let mut out = std::io::stdout().lock();
        let mut line = |cells: [&str; 4]| {
            let [a, b, c, d] = cells;
            writeln!(out, "| {a:what$} | {b:target$} | {c:>measured$} | {d} |").expect("stdout is open");
        };
        line(["what", "target", "measured", ""]);
        line([&"-".repeat(what), &"-".repeat(target), &"-".repeat(measured), "---"]);
        for row in &self.rows {
            line([&row.what, &row.target, &row.measured, &row.verdict]);
        }
        for note in &self.notes {
            writeln!(out, "\n{note}").expect("stdout is open");
        }
    }
}

fn verdict(target: Target, value: f64) -> String {
    let (is_met, missed_by) = match target {
        Target::AtLeast(least) => (value >= least, least / value),
        // A difference of two noisy times may come out below nothing.
        Target::AtMost(most) => (value <= most, value / most),
        Target::None => return String::new(),
    };
    if is_met { "met".to_owned() } else { format!("missed by a factor of {missed_by:.2}") }
}

/// Three digits that matter.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
