//! CPU time, which a slow disk and busy neighbours change less than they change latency.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::tenants::Tenants;

/// Milliseconds of one tick of the kernel's accounts (`USER_HZ`, 100 on every Linux that we know).
const TICK_MS: f64 = 10.0;

/// The database server's processes, those that have ended included.
pub(crate) struct Server {
    postmaster: String,
}

impl Server {
    pub(crate) async fn of(tenants: &Tenants) -> Self {
        let backend = tenants.count("SELECT pg_backend_pid()::bigint").await;
        let fields = fields(&backend.to_string()).expect("our own server process");
        Self { postmaster: fields[PARENT].clone() }
    }

    pub(crate) fn ms(&self) -> f64 {
        loop {
            let before = self.own_and_ended();
            let running: f64 = self.children().values().sum();
            // A process that ended between the two readings stands in neither of them.
            if self.own_and_ended() == before {
                return before + running;
            }
        }
    }

    /// The server's processes of now, to be told from those that come later.
    pub(crate) fn processes(&self) -> BTreeSet<String> {
        self.children().into_keys().collect()
    }

    /// Waits until the processes that came since have ended: a client is gone before its server process is, whose time the
    /// server's own account has only then.
    pub(crate) async fn wait_for_the_end_of_others(&self, earlier: &BTreeSet<String>) {
        for _ in 0..200 {
            if self.processes().is_subset(earlier) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn own_and_ended(&self) -> f64 {
        fields(&self.postmaster).map_or(0.0, |fields| sum(&fields, &OWN_AND_ENDED))
    }

    fn children(&self) -> BTreeMap<String, f64> {
        let processes = std::fs::read_dir("/proc").expect("processes").flatten();
        let processes = processes.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let read = processes.filter_map(|process| Some((fields(&process)?, process)));
        let ours = read.filter(|(fields, _)| fields.get(PARENT) == Some(&self.postmaster));
        ours.map(|(fields, process)| (process, sum(&fields, &OWN))).collect()
    }
}

/// One process with all its threads; `self` is this one.
pub(crate) fn of_process(process: &str) -> f64 {
    fields(process).map_or(0.0, |fields| sum(&fields, &OWN))
}

/// Places in /proc/<pid>/stat, counted from the state, which follows the name.
const PARENT: usize = 1;
const OWN: [usize; 2] = [11, 12];
const OWN_AND_ENDED: [usize; 4] = [11, 12, 13, 14];

fn fields(process: &str) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    Some(rest.split(' ').map(str::to_owned).collect())
}

fn sum(fields: &[String], places: &[usize]) -> f64 {
    places.iter().map(|place| fields[*place].parse::<f64>().expect("ticks") * TICK_MS).sum()
}

/// What several turns of one contestant cost.
#[derive(Default)]
pub(crate) struct Bill {
    check_ins: f64,
    client_ms: f64,
    server_ms: f64,
}

impl Bill {
    /// Adds a turn: CPU of client and server before and after it.
    pub(crate) fn add(&mut self, check_ins: f64, before: (f64, f64), after: (f64, f64)) {
        self.check_ins += check_ins;
        self.client_ms += after.0 - before.0;
        self.server_ms += after.1 - before.1;
    }

    pub(crate) fn client_each(&self) -> f64 {
        self.client_ms / self.check_ins
    }

    pub(crate) fn server_each(&self) -> f64 {
        self.server_ms / self.check_ins
    }
}
