//! Handles `GET /v1/reconciliation`. Contract in `functions/evidence/reconcile-records/README.md`. Promises W5, E2, T4.

use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, TargetKind},
    clock::Timestamp,
    http::{List, Page, Reply, Request},
    tenant::TenantTx,
};

use crate::{
    Deps, Finding, Period, Reconciliation,
    period::{EVENT_SECONDS, Place},
    store,
};

/// Answers a page of what is missing, and writes in the same transaction that it was looked for.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let (period, page) = Period::parse(request.query()?)?;

    let (admitted, ()) = deps.door.admit(request, Permission::AuditRead, ()).await?;

    let entry = AuditEvent::new(Action::ReconciliationRead, TargetKind::Organization, admitted.caller().organization);
    let events_from = admitted.now().plus_seconds(-EVENT_SECONDS);
    let look = async |tx: &mut TenantTx<'_>| compare(tx, period, events_from, &page).await;
    let findings = admitted.read_recorded(entry.with(period.facts()), look).await?;

    let List { items, next_cursor } = List::cut(&page, findings, |finding| finding.place)?;
    Reply::ok(&Reconciliation { from: period.from, to: period.to, events_from, items, next_cursor })
}

/// Each kind of record in turn, until the page is full. Whatever was committed together is seen together, since each
/// statement sees a record and its counterparts at one moment.
async fn compare(
    tx: &mut TenantTx<'_>,
    period: Period,
    events_from: Timestamp,
    page: &Page<Place>,
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for question in store::questions(page.after.as_ref()) {
        let room = page.probe() - i64::try_from(findings.len()).unwrap_or(i64::MAX);
        if room <= 0 {
            break;
        }
        findings.extend(tx.find(question(period, events_from, page.after.as_ref(), room)).await?);
    }
    Ok(findings)
}
