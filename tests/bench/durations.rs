//! How long statements took, as the server writes it down where `log_min_duration_statement` is 0.

use std::collections::BTreeMap;

/// Milliseconds by the name that a statement opens with: parsing, planning and running it together. BEGIN and COMMIT have no name;
/// what they wait for is the disk, which the rows of flushes and latency show, so they are left out.
pub(crate) fn by_statement(log: &str) -> BTreeMap<String, f64> {
    let mut names = BTreeMap::new();
    for line in log.lines() {
        let Some((_, rest)) = line.split_once("LOG:  duration: ") else { continue };
        let Some((ms, step)) = rest.split_once(" ms  ") else { continue };
        let Some((_, name)) = step.split_once(": -- ") else { continue };
        let ms: f64 = ms.parse().expect("milliseconds");
        *names.entry(name.trim_end().to_owned()).or_insert(0.0) += ms;
    }
    names
}
