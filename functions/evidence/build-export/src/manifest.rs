//! What a bundle says of itself: every member with its digest, signed by us and under the organization's own key.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::{
    Error, Result,
    audit::{checkpoint::bundle_key_name, hex, note::VerifierKey, tree::Hash},
    clock::Timestamp,
    domain::export::ExportKind,
    id::{ExportKeyId, OrganizationId},
    secret::Secret,
    vault::{WrappedTenantKey, mac},
};

use crate::{
    bundle::Bundle,
    counts::Counts,
    cover::Coverage,
    job::Attempt,
    member::Listed,
    stop::Stop,
    store::{self, Requester, SealedExportKey},
};

/// A key of HMACs, and its id.
type ExportKey = (ExportKeyId, Secret<[u8; 32]>);

/// `manifest.json`, its fields in the order of the contract.
#[derive(Serialize)]
struct Manifest<'m> {
    v: u8,
    kind: ExportKind,
    organization_id: OrganizationId,
    created_at: Timestamp,
    created_by: Requester,
    first_seq: u64,
    tree_size: u64,
    root: String,
    chain: String,
    counts: &'m BTreeMap<String, u64>,
    hmac_key_id: ExportKeyId,
    files: Vec<File>,
}

#[derive(Serialize)]
struct File {
    name: String,
    bytes: u64,
    sha256: String,
}

impl File {
    fn of(listed: Listed) -> Self {
        Self { name: listed.name, bytes: listed.bytes, sha256: hex(&listed.sha256) }
    }
}

/// Adds the three members that speak of all the others, and gives the digest of the first.
pub(crate) async fn add(
    attempt: Attempt<'_>,
    tenant: &WrappedTenantKey,
    coverage: &Coverage,
    counts: &Counts,
    bundle: &mut Bundle,
) -> Result<Hash, Stop> {
    let Attempt { deps, work, job } = attempt;
    let (created_by, (hmac_key_id, hmac_key)) = requester_and_key(attempt, tenant).await?;
    let checkpoint = &coverage.checkpoint;
    let manifest = Manifest {
        v: 1,
        kind: job.kind,
        organization_id: work.organization(),
        // When it was asked for, not when it is made: made again, it is the same.
        created_at: job.created_at,
        created_by,
        first_seq: counts.first_seq.unwrap_or(coverage.first_seq()),
        tree_size: checkpoint.size,
        root: hex(&checkpoint.root),
        chain: hex(&checkpoint.link),
        counts: &counts.counts,
        hmac_key_id,
        files: bundle.members().into_iter().map(File::of).collect(),
    };
    let json = serde_json::to_string(&manifest).map_err(Error::internal)? + "\n";
    let digest: Hash = Sha256::digest(json.as_bytes()).into();
    let hmac = hex(&mac(&hmac_key, json.as_bytes()));
    let name = bundle_key_name(&deps.log.origin, work.organization());
    let text = format!("{name}\nsha256 {}\nhmac {hmac}\n", hex(&digest));
    let key = VerifierKey::new(&name, deps.signer.0.public_key().await?);
    let note = key.signed(&text, &deps.signer.0.sign(&text).await?);
    bundle.add("manifest.json", json.as_bytes()).await?;
    bundle.add("manifest.hmac", format!("{hmac}\n").as_bytes()).await?;
    bundle.add("manifest.sig", note.as_str().as_bytes()).await?;
    Ok(digest)
}

/// Who asked, and the organization's key of HMACs. Where there is no key yet, one is made and shown to no caller.
async fn requester_and_key(attempt: Attempt<'_>, tenant: &WrappedTenantKey) -> Result<(Requester, ExportKey), Stop> {
    let Attempt { deps, work, job } = attempt;
    let tenant = deps.vault.tenant_key(tenant).await?;
    let (requester, found) = work
        .with_tenant(async |tx| Ok((tx.find(store::requester(job.export)).await?, tx.find(store::export_key()).await?)))
        .await?;
    if let Some(SealedExportKey { id, sealed }) = found {
        return Ok((requester, (id, tenant.open_export_key(id, &sealed)?)));
    }
    let now = deps.clock.now();
    let id = ExportKeyId::new(now);
    let (_, sealed) = tenant.new_export_key(id)?;
    let insert = store::insert_export_key(SealedExportKey { id, sealed }, tenant.id(), now);
    // Another worker may have been first: its key is the one that counts.
    let kept = work.with_tenant(async |tx| {
        tx.write(insert).await?;
        tx.find(store::export_key()).await
    });
    let SealedExportKey { id, sealed } = kept.await?.ok_or_else(|| Error::internal("an export key was not kept"))?;
    Ok((requester, (id, tenant.open_export_key(id, &sealed)?)))
}
