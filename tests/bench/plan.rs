//! How long and how often; `QUICK=1` shortens everything and says less.

use std::{path::PathBuf, time::Duration};

/// The shape of one run.
pub(crate) struct Plan {
    /// False where only other rows are asked for.
    pub(crate) is_of_check_ins: bool,
    /// False where only other rows are asked for.
    pub(crate) is_of_sign_ins: bool,
    /// False where only other rows are asked for.
    pub(crate) is_of_the_log: bool,
    /// False where only other rows are asked for.
    pub(crate) is_of_the_watchlist: bool,
    /// Connections of the throughput rows.
    pub(crate) connections: usize,
    /// Organizations that check-ins are spread over.
    pub(crate) organizations: usize,
    /// Rounds in which the contestants take turns.
    pub(crate) rounds: usize,
    /// How long one contestant's turn takes.
    pub(crate) turn: Duration,
    /// Cold starts of ours and of Node.
    pub(crate) cold_starts: (usize, usize),
    /// Sign-ins of each kind.
    pub(crate) sign_ins: usize,
    /// Entries of the long log.
    pub(crate) log_entries: i64,
    /// Check-ins timed against each of the two logs.
    pub(crate) log_check_ins: usize,
    /// Entries of the long watchlist.
    pub(crate) listed: usize,
    /// Check-ins timed against it.
    pub(crate) listed_check_ins: usize,
    /// What is deployed: a folder for each function.
    pub(crate) deployed: PathBuf,
    /// Where the run keeps its files.
    pub(crate) scratch: PathBuf,
    /// This folder.
    pub(crate) sources: PathBuf,
}

impl Plan {
    /// The file that `sam deploy` uploads for a function.
    pub(crate) fn binary(&self, function: &str) -> PathBuf {
        self.deployed.join(function).join("bootstrap")
    }

    /// As the environment says.
    pub(crate) fn read() -> Self {
        #[expect(clippy::disallowed_methods, reason = "a benchmark is told by the environment how long it may take")]
        let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|text| text == value);
        let is_quick = is("QUICK", "1");
        let kinds = ["check-in", "log", "sign-in", "watchlist"];
        let is_asked = |kind: &str| is("ONLY", kind) || !kinds.iter().any(|kind| is("ONLY", kind));
        let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let common = Self {
            is_of_check_ins: is_asked("check-in"),
            is_of_sign_ins: is_asked("sign-in"),
            is_of_the_log: is_asked("log"),
            is_of_the_watchlist: is_asked("watchlist"),
            connections: 16,
            organizations: 1000,
            rounds: 5,
            turn: Duration::from_secs(4),
            cold_starts: (40, 12),
            sign_ins: 100,
            log_entries: 1_000_000,
            log_check_ins: 1500,
            listed: 100_000,
            listed_check_ins: 300,
            deployed: root.join("target/lambda"),
            scratch: root.join("target/bench"),
            sources: root.join("tests/bench"),
        };
        if is_quick {
            Self {
                rounds: 2,
                turn: Duration::from_secs(2),
                cold_starts: (8, 3),
                sign_ins: 30,
                log_entries: 100_000,
                log_check_ins: 300,
                listed_check_ins: 100,
                ..common
            }
        } else {
            common
        }
    }
}
