//! The same things, done as they may be: what fails beside this fails for its own reason.

use shared::{
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    id::VisitId,
    queue::Message,
    work::SystemWork,
    secret::Secret,
    tenant::{Db, Statement},
    vault::{LICENCE_NUMBER, PersonKey, Sealed},
};

async fn work(message: &Message, db: &Db) -> shared::Result<()> {
    let work: SystemWork = message.work(db);
    work.with_tenant(async |tx| tx.write(Statement::new("SELECT 1")).await).await
}

fn seal(person: &PersonKey, visit: VisitId) -> shared::Result<Sealed> {
    person.seal(LICENCE_NUMBER.of(visit.uuid()), b"B072RRE2I55")
}

fn main() {
    let _ = (work, seal);
    let _ = AuditEvent::new(Action::VisitCheckedIn, TargetKind::Visit, "1").with(Diff::new().added("site", Internal("North")));
    let _ = format!("{:?}", Secret::new(String::from("canary")));
}
