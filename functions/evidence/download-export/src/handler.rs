//! Handles `POST /v1/exports/{export_id}/download`. Contract in `functions/evidence/download-export/README.md`.
//! Promises E3, T3.

use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, PublicHash, TargetKind, hex},
    domain::export::LINK_SECONDS,
    http::{Nothing, Reply, Request},
    id::ExportId,
};

use crate::{BundleLink, Deps, store};

/// Gives a link, after the log says who got it and to what.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;
    let export: ExportId = request.target("export_id");

    let (admitted, found) = deps.door.admit(request, Permission::ExportRequest, store::load_export(export)).await?;
    admitted.caller().expect_fresh(admitted.now())?;
    let bundle = found.bundle.ok_or_else(|| Error::conflict("not_built"))?;

    let url = deps.bundles.link(admitted.caller().organization, export, LINK_SECONDS).await?;

    let link = |url| BundleLink {
        export_id: export,
        url,
        expires_at: admitted.now().plus_seconds(LINK_SECONDS.into()),
        bytes: bundle.bytes,
        manifest_sha256: hex(&bundle.manifest_sha256),
    };
    let reply = Reply::ok(&link(Some(url)))?.replayed_as(&link(None))?;
    let taken = Diff::new().added("manifest_sha256", PublicHash(&bundle.manifest_sha256)).added("bytes", bundle.bytes);
    let entry = AuditEvent::new(Action::ExportDownloaded, TargetKind::Export, export).with(taken);
    admitted.record(reply, |batch| batch.audit(entry)).await
}
