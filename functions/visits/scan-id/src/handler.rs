//! Handles `POST /v1/id-scans` and `POST /v1/visits/{visit_id}/id-scan`. Contract in `functions/visits/scan-id/README.md`.
//! Promises O1, O2, T4, E1.

use shared::{
    Error, Result,
    access::Permission,
    documents::Document,
    http::{Reply, Request},
    id::{IdScanId, PersonId, VisitId},
};

use crate::{
    Deps,
    owner::{LIFETIME_S, Owner},
    reading::Budget,
    scan, store,
    submission::{ScanBody, Submission, VisitScanBody},
};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/id-scans" => before_a_visit(deps, request).await,
        "POST /v1/visits/{visit_id}/id-scan" => for_a_visit(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

/// A document that is scanned before its holder checks in: a person of its own, or the other side of one that is there.
async fn before_a_visit(deps: &Deps, request: &Request) -> Result<Reply> {
    let body: ScanBody = request.json()?;
    let (site, earlier) = (body.site_id, body.id_scan_id);
    let submission = Submission::parse(body, &request.credential()?)?;
    let budget = Budget::of(request.remaining);

    let notice = submission.face.as_ref().map(|face| store::load_face_notice(face.notice));
    let lookups = (store::load_site(site, earlier, deps.door.now()), earlier.map(store::load_scan), notice);
    let (admitted, (site, scan, is_retired)) = deps.door.admit(request, Permission::VisitCheckIn, lookups).await?;
    site.expect_face_allowed(is_retired)?;
    let scan = scan.map(|scan| scan.expect_open(&admitted, &submission)).transpose()?;

    let (now, tenant) = (admitted.now(), admitted.tenant_key().await?);
    let owner = match (earlier, scan) {
        (Some(id), Some(scan)) => {
            let person = tenant.unwrap_person(scan.person, &scan.wrapped_key)?;
            let before = scan.open(id, &person)?;
            Owner {
                id,
                person,
                before,
                sealed_before: scan.values,
                visit: None,
                is_new: false,
                expires_at: scan.expires_at,
            }
        }
        _ => Owner {
            id: IdScanId::new(now),
            person: tenant.new_person(PersonId::new(now))?,
            before: Document::default(),
            sealed_before: None,
            visit: None,
            is_new: true,
            expires_at: now.plus_seconds(LIFETIME_S),
        },
    };
    scan::record(deps, admitted, &submission, &site, owner, &budget).await
}

/// A document that the desk adds to a visit, and compares with what the visitor said.
async fn for_a_visit(deps: &Deps, request: &Request) -> Result<Reply> {
    let submission = Submission::parse_for_visit(request.json::<VisitScanBody>()?)?;
    let budget = Budget::of(request.remaining);
    let id: VisitId = request.target("visit_id");

    let notice = submission.face.as_ref().map(|face| store::load_face_notice(face.notice));
    let lookups = (store::load_visit(id), store::load_site_of(id, deps.door.now()), notice);
    let (admitted, (visit, site, is_retired)) = deps.door.admit(request, Permission::VisitCheckIn, lookups).await?;
    site.expect_face_allowed(is_retired)?;

    let (now, tenant) = (admitted.now(), admitted.tenant_key().await?);
    let said = visit.open(id, &tenant)?;
    let owner = Owner {
        id: IdScanId::new(now),
        person: tenant.new_person(PersonId::new(now))?,
        before: Document::default(),
        sealed_before: None,
        visit: Some((id, said)),
        is_new: true,
        expires_at: now.plus_seconds(LIFETIME_S),
    };
    scan::record(deps, admitted, &submission, &site, owner, &budget).await
}
