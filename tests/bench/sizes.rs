//! Bytes of the binaries that are deployed.

use crate::{
    plan::Plan,
    table::{Table, Target},
};

const ROWS: [(&str, f64); 3] = [("check-in", 11.0), ("list-visits", 5.0), ("scan-id", 14.0)];

/// Adds a row for a binary with AWS clients and image codecs, and for one with PostgreSQL only.
pub(crate) fn measure(plan: &Plan, table: &mut Table) {
    for (name, most) in ROWS {
        let what = format!("binary of {name}");
        match std::fs::metadata(plan.binary(name)) {
            Ok(file) => {
                let bytes = f64::from(u32::try_from(file.len()).expect("a binary below 4 GB"));
                table.add(&what, (Target::AtMost(most), " MB"), bytes / 1e6);
            }
            Err(_) => table.skip(&what, &format!("≤ {most} MB"), "not built"),
        }
    }
}
