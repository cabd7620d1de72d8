//! Adds the members of the evidence to a bundle.

use shared::{Error, audit::hex, id::VisitId, vault::WrappedTenantKey};

use super::{
    entry::Shown,
    gathering::{Evidence, gather},
    page,
};
use crate::{
    bundle::{Bundle, VERIFY},
    counts::Counts,
    cover::Coverage,
    csv,
    job::Attempt,
    log::link_line,
    stop::Stop,
};

/// Adds the members of the evidence, and says how many entries and openings they hold.
pub(crate) async fn add(
    attempt: Attempt<'_>,
    visit: VisitId,
    tenant: &WrappedTenantKey,
    coverage: &Coverage,
    bundle: &mut Bundle,
) -> Result<Counts, Stop> {
    let evidence = gather(attempt, visit, tenant, coverage).await?;
    let first_seq = evidence.entries.first().map(|entry| entry.logged.seq);
    let mut counts = Counts { first_seq, ..Counts::default() };
    counts.set("entries", u64::try_from(evidence.entries.len()).map_err(Error::internal)?);
    counts.set("openings", u64::try_from(evidence.opened.values.len()).map_err(Error::internal)?);
    for (name, bytes) in members(&evidence)? {
        bundle.add(&name, &bytes).await?;
    }
    Ok(counts)
}

/// The members in the order of their names.
fn members(evidence: &Evidence<'_>) -> Result<Vec<(String, Vec<u8>)>, Stop> {
    let (mut lines, mut links, mut rows) =
        (String::new(), String::new(), (csv::BYTE_ORDER_MARK.to_owned() + csv::ENTRY_COLUMNS).into_bytes());
    for shown in &evidence.entries {
        lines.push_str(&shown.logged.text);
        lines.push('\n');
        link_line(&mut links, &shown.logged.seq.to_string(), &shown.logged.leaf, &shown.logged.link);
        csv::entry(&shown.logged.text, &mut rows)?;
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
