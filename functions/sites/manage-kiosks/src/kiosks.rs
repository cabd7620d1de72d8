//! Handles `GET /v1/sites/{site_id}/kiosks`, `PATCH /v1/kiosks/{kiosk_id}` and `POST /v1/kiosks/{kiosk_id}/revoke`.

use serde::Deserialize;
use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    domain::{BoundedText as _, text::Name},
    http::{List, Nothing, Reply, Request},
    id::KioskId,
};
use utoipa::ToSchema;

use crate::{
    Deps,
    kiosk::Kiosk,
    store::{self, KioskRow},
};

/// What changes of a kiosk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KioskChange {
    /// Its new name.
    name: Name,
}

/// Lists the kiosks of a site, the oldest first.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<KioskId>()?;
    query.finish()?;

    let site = request.target("site_id");
    let lookups = (store::find_site(site), store::list_kiosks(site, &page));
    let (admitted, (_, rows)) = deps.reads.admit(request, Permission::KioskManage, lookups).await?;

    let kiosks = rows.into_iter().map(|row| row.at(admitted.now())).collect();
    Reply::ok(&List::cut(&page, kiosks, |kiosk: &Kiosk| kiosk.kiosk_id)?)
}

/// Gives a kiosk another name.
pub(crate) async fn rename(deps: &Deps, request: &Request) -> Result<Reply> {
    let change: KioskChange = request.json()?;

    let lookup = store::load_kiosk(request.target("kiosk_id"));
    let (admitted, found) = deps.door.admit(request, Permission::KioskManage, lookup).await?;
    if found.revoked_at.is_some() {
        return Err(Error::conflict("revoked"));
    }

    let name = change.name.as_str();
    let renamed = KioskRow { name: name.to_owned(), ..found.clone() };
    let diff = Diff::new().changed("name", Internal(&found.name), Internal(name));
    let reply = Reply::ok(&renamed.at(admitted.now()))?;
    admitted
        .record(reply, |batch| {
            if found.name != name {
                store::rename_kiosk(batch, &found, &change.name);
                batch.audit(AuditEvent::new(Action::KioskRenamed, TargetKind::Kiosk, found.kiosk_id).with(diff));
            }
        })
        .await
}

/// Revokes a kiosk and its credential, at once. A kiosk that is revoked already stays so.
pub(crate) async fn revoke(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let lookup = store::load_kiosk(request.target("kiosk_id"));
    let (admitted, found) = deps.door.admit(request, Permission::KioskManage, lookup).await?;

    let now = admitted.now();
    let was_revoked = found.revoked_at.is_some();
    let kiosk = KioskRow { revoked_at: found.revoked_at.or(Some(now)), ..found.clone() };
    let diff = Diff::new().added("revoked_at", now).added_if_some("credential_id", found.credential_id);
    let reply = Reply::ok(&kiosk.at(now))?;
    admitted
        .record(reply, |batch| {
            if !was_revoked {
                store::revoke_kiosk(batch, &found, now);
                batch.audit(AuditEvent::new(Action::KioskRevoked, TargetKind::Kiosk, found.kiosk_id).with(diff));
            }
        })
        .await
}
