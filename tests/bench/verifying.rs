//! What verifying a log costs, as the verifier's own bench counts it.

use std::process::Command;

use crate::{
    harness::stack,
    table::{Table, Target},
};

pub(crate) fn measure(table: &mut Table) {
    table.progress("verifying a log");
    let output = Command::new(stack::variable("DOORBOOK_VERIFY_BENCH")).output().expect("the verifier's bench");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("text");
    let per_second = |name: &str| -> f64 {
        let line = printed.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{name} in {printed}"))
    };
    let [memory, one, two, script] = ["memory", "one", "two", "script"].map(per_second);
    let millions = " M/s";
    table.add("verifying: leaf and link in memory, one core", (Target::AtLeast(1.8), millions), memory / 1e6);
    table.add("verifying: the whole command, one core", (Target::AtLeast(0.7), millions), one / 1e6);
    table.add("verifying: two cores over one", (Target::AtLeast(1.6), " ×"), two / one);
    table.add("verifying: the command over the script, one core", (Target::AtLeast(4.0), " ×"), one / script);
    table.add("verifying: the script (Node)", (Target::AtLeast(0.2), millions), script / 1e6);
}
