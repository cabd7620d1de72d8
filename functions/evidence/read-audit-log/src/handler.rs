//! Handles `GET /v1/audit-log`. Contract in `functions/evidence/read-audit-log/README.md`. Promises E1, E2, T4.

use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, TargetKind},
    http::{List, Reply, Request},
};

use crate::{Deps, Filters, store};

/// Answers a page of entries, and writes in the same transaction that they were read.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let (filters, order, page) = Filters::parse(request.query()?)?;

    let (admitted, ()) = deps.door.admit(request, Permission::AuditRead, ()).await?;

    let entry = AuditEvent::new(Action::AuditLogRead, TargetKind::AuditLog, admitted.caller().organization);
    let lookup = store::list_entries(&filters, order, &page);
    let entries = admitted.read_recorded(entry.with(filters.facts()), async |tx| tx.find(lookup).await).await?;

    Reply::ok(&List::cut(&page, entries, |entry| entry.seq)?)
}
