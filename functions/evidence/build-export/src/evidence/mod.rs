//! The evidence of one visit: its entries with their proofs, its sealed values opened, what was signed, and a page for a
//! person to read and print.

mod entry;
mod openings;
mod page;
mod rendering;
mod store;

use shared::{
    Error,
    audit::{
        hex, tiles,
        tree::{self, Tiles},
    },
    domain::export::ExportFailure,
    id::VisitId,
    queue::SystemWork,
    vault::{PersonKey, WrappedTenantKey},
};

use crate::{Deps, build::VERIFY, bundle::Bundle, cover::Coverage, job::Stop, log::link_line, manifest::Counts};
use entry::Shown;
use openings::Opened;
use store::{Signed, VisitRow};

/// Everything that the evidence of a visit is made of.
struct Evidence<'c> {
    visit: VisitId,
    row: VisitRow,
    /// What was signed, if anything was.
    signed: Option<Signed>,
    entries: Vec<Shown>,
    opened: Opened,
    coverage: &'c Coverage,
}

/// Adds the members of the evidence. `visit.revealed` stands in the log since it was asked for: only now is anything opened.
pub(crate) async fn add(
    deps: &Deps,
    work: &SystemWork,
    (visit, tenant): (VisitId, &WrappedTenantKey),
    coverage: &Coverage,
    bundle: &mut Bundle,
) -> Result<Counts, Stop> {
    let size = i64::try_from(coverage.checkpoint.size).map_err(Error::internal)?;
    let (row, signed, logged) = work
        .with_tenant(async |tx| {
            let row = tx.find(store::visit(visit)).await?;
            let signed = tx.find(store::signed(visit)).await?;
            Ok((row, signed, tx.find(store::entries(visit, size)).await?))
        })
        .await?;
    let tiles = tiles_of_proofs(work, &logged, coverage).await?;
    let mut entries = Vec::new();
    for logged in logged {
        entries.push(Shown::new(logged, &tiles, &coverage.checkpoint)?);
    }
    let person = person(deps, tenant, &row).await?;
    let opened = openings::open(deps, person.as_ref(), &entries).await?;
    let mut counts = Counts::default();
    counts.first_seq = entries.first().map(|entry| entry.logged.seq);
    counts.set("entries", u64::try_from(entries.len()).map_err(Error::internal)?);
    counts.set("openings", u64::try_from(opened.values.len()).map_err(Error::internal)?);
    let evidence = Evidence { visit, row, signed, entries, opened, coverage };
    for (name, bytes) in members(&evidence)? {
        bundle.add(&name, &bytes).await?;
    }
    Ok(counts)
}

/// The tiles that the proofs of these entries are made of.
async fn tiles_of_proofs(work: &SystemWork, logged: &[store::Logged], coverage: &Coverage) -> Result<Tiles, Stop> {
    let size = coverage.checkpoint.size;
    let spans: Vec<_> = logged.iter().filter_map(|entry| tree::inclusion(entry.seq, size)).flatten().collect();
    let ids: Vec<_> = tree::tiles_of(&spans).into_iter().collect();
    Ok(work.with_tenant(async |tx| tx.find(tiles::by_id(&ids)).await).await?)
}

/// The person's key; none once the person is erased.
async fn person(deps: &Deps, tenant: &WrappedTenantKey, row: &VisitRow) -> Result<Option<PersonKey>, Stop> {
    let Some(wrapped) = &row.wrapped_key else { return Ok(None) };
    Ok(Some(deps.vault.tenant_key(tenant).await?.unwrap_person(row.person, wrapped)?))
}

/// The members in the order of their names.
fn members(evidence: &Evidence<'_>) -> Result<Vec<(String, Vec<u8>)>, Stop> {
    let (mut lines, mut links, mut rows) =
        (String::new(), String::new(), crate::csv::ENTRY_COLUMNS.as_bytes().to_vec());
    for shown in &evidence.entries {
        lines.push_str(&shown.logged.text);
        lines.push('\n');
        link_line(&mut links, &shown.logged.seq.to_string(), &shown.logged.leaf, &shown.logged.link);
        crate::csv::entry(&shown.logged.text, &mut rows)?;
    }
    let openings: String = evidence.opened.values.iter().map(|value| value.line() + "\n").collect();
    let mut members = vec![
        ("VERIFY.md".to_owned(), VERIFY.as_bytes().to_vec()),
        ("audit/checkpoint.note".to_owned(), evidence.coverage.checkpoint.note.clone().into_bytes()),
        ("audit/entries.csv".to_owned(), rows),
        ("audit/entries.jsonl".to_owned(), lines.into_bytes()),
        ("audit/links.txt".to_owned(), links.into_bytes()),
        ("audit/openings.jsonl".to_owned(), openings.into_bytes()),
        ("audit/proofs.json".to_owned(), proofs(evidence)),
        ("evidence.html".to_owned(), page::render(evidence).into_bytes()),
        // No identity document is compared yet.
        ("id-check.json".to_owned(), b"{\"checks\":[]}\n".to_vec()),
        ("visit.json".to_owned(), format!("{}\n", evidence.row.json).into_bytes()),
    ];
    if let Some(signed) = &evidence.signed {
        members.push(("nda.txt".to_owned(), signed.text.clone().into_bytes()));
    }
    for file in &evidence.opened.files {
        members.push((file.name.clone(), file.bytes.expose_secret().clone()));
    }
    members.sort();
    Ok(members)
}

fn proofs(evidence: &Evidence<'_>) -> Vec<u8> {
    let proof = |shown: &Shown| {
        let hashes: Vec<String> = shown.proof.iter().map(|hash| hex(hash)).collect();
        serde_json::json!({ "seq": shown.logged.seq, "leaf": hex(&shown.logged.leaf), "proof": hashes })
    };
    let proofs: Vec<_> = evidence.entries.iter().map(proof).collect();
    format!("{}\n", serde_json::Value::Array(proofs)).into_bytes()
}

/// What does not lead to its checkpoint is not handed out.
const fn differs() -> Stop {
    Stop::GivenUp(ExportFailure::LogDiffers)
}
