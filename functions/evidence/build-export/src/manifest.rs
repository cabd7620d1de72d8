//! What a bundle says of itself: every member with its digest, signed by us and under the organization's own key.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::{
    Error, Result,
    audit::{checkpoint::bundle_key_name, hex, note::VerifierKey, tree::Hash},
    clock::Timestamp,
    domain::export::ExportKind,
    id::{CredentialId, ExportKeyId, OrganizationId},
    queue::SystemWork,
    secret::Secret,
    vault::{WrappedTenantKey, mac},
};

use crate::{
    Deps,
    bundle::Bundle,
    cover::Coverage,
    job::{Job, Stop},
    member::Listed,
    store,
};

/// How many there are of what, and of evidence the number of its first entry.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Counts {
    counts: BTreeMap<String, u64>,
    pub(crate) first_seq: Option<u64>,
}

impl Counts {
    pub(crate) fn set(&mut self, what: &str, count: u64) {
        self.counts.insert(what.to_owned(), count);
    }

    pub(crate) fn of(&self, what: &str) -> i64 {
        self.counts.get(what).and_then(|count| i64::try_from(*count).ok()).unwrap_or(0)
    }
}

/// `manifest.json`, its fields in the order of the contract.
#[derive(Serialize)]
struct Manifest<'m> {
    v: u8,
    kind: ExportKind,
    organization_id: OrganizationId,
    created_at: Timestamp,
    created_by: Creator<'m>,
    first_seq: u64,
    tree_size: u64,
    root: String,
    chain: String,
    counts: &'m BTreeMap<String, u64>,
    hmac_key_id: ExportKeyId,
    files: Vec<File>,
}

#[derive(Serialize)]
struct Creator<'m> {
    kind: &'m str,
    id: CredentialId,
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
    deps: &Deps,
    work: &SystemWork,
    job: &Job,
    (tenant, coverage, first_seq, counts): (&WrappedTenantKey, &Coverage, u64, &Counts),
    bundle: &mut Bundle,
) -> Result<Hash, Stop> {
    let (hmac_key_id, hmac_key) = export_key(deps, work, tenant).await?;
    let checkpoint = &coverage.checkpoint;
    let manifest = Manifest {
        v: 1,
        kind: job.kind,
        organization_id: work.organization(),
        // Of the wish, not of the making: made again, it is the same.
        created_at: job.created_at,
        created_by: Creator { kind: &job.requested_by.0, id: job.requested_by.1 },
        first_seq,
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
    let key = VerifierKey::new(&name, deps.signer.public_key().await?);
    let note = key.signed(&text, &deps.signer.sign(&text).await?);
    bundle.add("manifest.json", json.as_bytes()).await?;
    bundle.add("manifest.hmac", format!("{hmac}\n").as_bytes()).await?;
    bundle.add("manifest.sig", note.as_str().as_bytes()).await?;
    Ok(digest)
}

/// The organization's key of HMACs. Where nobody asked for one yet, one is made that nobody has seen.
async fn export_key(
    deps: &Deps,
    work: &SystemWork,
    tenant: &WrappedTenantKey,
) -> Result<(ExportKeyId, Secret<[u8; 32]>), Stop> {
    let tenant = deps.vault.tenant_key(tenant).await?;
    let find = async || work.with_tenant(async |tx| tx.find(store::export_key()).await).await;
    if let Some((id, sealed)) = find().await? {
        return Ok((id, tenant.open_export_key(id, &sealed)?));
    }
    let now = deps.clock.now();
    let id = ExportKeyId::new(now);
    let (_, sealed) = tenant.new_export_key(id)?;
    let insert = store::insert_export_key(id, tenant.id(), sealed, now);
    work.with_tenant(async |tx| tx.write(insert).await).await?;
    let (id, sealed) = find().await?.ok_or_else(|| Error::internal("an export key was not kept"))?;
    Ok((id, tenant.open_export_key(id, &sealed)?))
}
