//! E0624: An audit entry becomes a statement only inside a record.

use shared::audit::{Action, Actor, AuditEvent, TargetKind};

fn main() {
    let entry = AuditEvent::new(Action::VisitCheckedIn, TargetKind::Visit, "1");
    let _ = entry.into_statement(&Actor::System { function: "check-in" }, "request");
}
