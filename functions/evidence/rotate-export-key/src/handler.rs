//! Handles `POST /v1/export-keys`. Contract in `functions/evidence/rotate-export-key/README.md`. Promise E3.

use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind, hex},
    http::{Nothing, Reply, Request},
    id::ExportKeyId,
};

use crate::{Deps, ExportKey, store};

/// Makes a key that bundles are made with from now on, and shows it once.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (admitted, before) = deps.door.admit(request, Permission::TokenManage, store::current_key()).await?;

    let (id, now) = (ExportKeyId::new(admitted.now()), admitted.now());
    let tenant = admitted.tenant_key().await?;
    let (key, sealed) = tenant.new_export_key(id)?;

    let shown = |key| ExportKey { export_key_id: id, key, created_at: now };
    let reply = Reply::created(&shown(Some(hex(key.expose_secret()))))?.replayed_as(&shown(None))?;
    let entry = AuditEvent::new(Action::ExportKeyRotated, TargetKind::ExportKey, id);
    let entry = entry.with(Diff::new().added_if_some("in_place_of", before));
    admitted
        .record(reply, |batch| {
            batch.write(store::retire_keys(now));
            batch.write(store::insert_key(id, tenant.id(), sealed, now));
            batch.audit(entry);
        })
        .await
}
