//! Gathers everything that the evidence of a visit is made of.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    Error,
    audit::{
        tiles,
        tree::{self, Tiles},
    },
    id::VisitId,
    vault::WrappedTenantKey,
    work::SystemWork,
};

use super::{
    entry::{Shown, walk},
    openings::{self, Keys, Opened},
};
use crate::{
    Deps,
    cover::Coverage,
    job::Attempt,
    stop::Stop,
    store::{self, Logged, Signed, VisitRow},
};

/// Everything that the evidence of a visit is made of.
pub(super) struct Evidence<'c> {
    pub(super) visit: VisitId,
    pub(super) row: VisitRow,
    /// What was signed, if anything was.
    pub(super) signed: Option<Signed>,
    pub(super) entries: Vec<Shown>,
    pub(super) opened: Opened,
    pub(super) coverage: &'c Coverage,
    /// What the things of ids are called now.
    pub(super) names: BTreeMap<String, String>,
    /// Moments as a clock at the site shows them.
    pub(super) local_times: BTreeMap<String, String>,
}

/// Reads the visit, proves its entries and opens what is sealed in them. The entry `visit.revealed` was written when the
/// evidence was asked for, so it precedes every opening.
pub(super) async fn gather<'c>(
    attempt: Attempt<'_>,
    visit: VisitId,
    tenant: &WrappedTenantKey,
    coverage: &'c Coverage,
) -> Result<Evidence<'c>, Stop> {
    let Attempt { deps, work, .. } = attempt;
    let size = i64::try_from(coverage.checkpoint.size).map_err(Error::internal)?;
    let (row, signed, logged) = work
        .with_tenant(async |tx| {
            let row = tx.find(store::visit(visit)).await?;
            let signed = tx.find(store::signed(visit)).await?;
            Ok((row, signed, tx.find(store::entries_of_visit(visit, size)).await?))
        })
        .await?;
    let tiles = tiles_of_proofs(work, &logged, coverage).await?;
    let mut entries = Vec::new();
    for logged in logged {
        entries.push(Shown::new(logged, &tiles, &coverage.checkpoint)?);
    }
    let keys = keys(deps, tenant, &row).await?;
    let opened = openings::open(deps, &keys, &entries).await?;
    let (ids, moments) = named_and_timed(&entries, signed.as_ref());
    let zone = row.time_zone.clone();
    let (names, local_times) = work
        .with_tenant(async |tx| {
            Ok((tx.find(store::names(ids)).await?, tx.find(store::local_times(moments, zone)).await?))
        })
        .await?;
    let (names, local_times) = (names.into_iter().collect(), local_times.into_iter().collect());
    Ok(Evidence { visit, row, signed, entries, opened, coverage, names, local_times })
}

/// The ids that stand in the entries, and the moments: those of the entries, those that they tell of, and that of signing.
fn named_and_timed(entries: &[Shown], signed: Option<&Signed>) -> (Vec<String>, Vec<String>) {
    let (mut ids, mut moments) = (BTreeSet::new(), BTreeSet::new());
    for shown in entries {
        let mut found = Vec::new();
        walk(String::new(), &shown.entry, &mut found);
        for (pointer, text) in found.iter().filter_map(|(pointer, value)| Some((pointer, value.as_str()?))) {
            if pointer == "/at" || (pointer.starts_with("/diff/") && pointer.ends_with("_at")) {
                moments.insert(text.to_owned());
            } else if text.parse::<VisitId>().is_ok() {
                ids.insert(text.to_owned());
            }
        }
    }
    moments.extend(signed.map(|signed| signed.signed_at.to_string()));
    (ids.into_iter().collect(), moments.into_iter().collect())
}

/// The tiles that the proofs of these entries are made of.
async fn tiles_of_proofs(work: &SystemWork, logged: &[Logged], coverage: &Coverage) -> Result<Tiles, Stop> {
    let size = coverage.checkpoint.size;
    let spans: Vec<_> = logged.iter().filter_map(|entry| tree::inclusion(entry.seq, size)).flatten().collect();
    let ids: Vec<_> = tree::tiles_of(&spans).into_iter().collect();
    Ok(work.with_tenant(async |tx| tx.find(tiles::by_id(&ids)).await).await?)
}

/// The keys of what is sealed; none that are destroyed.
async fn keys(deps: &Deps, tenant: &WrappedTenantKey, row: &VisitRow) -> Result<Keys, Stop> {
    if row.wrapped_key.is_none() && row.licence_key.is_none() {
        return Ok(Keys { person: None, licence: None });
    }
    let tenant = deps.vault.tenant_key(tenant).await?;
    let unwrap = |person, wrapped: &Option<Vec<u8>>| {
        wrapped.as_ref().map(|wrapped| tenant.unwrap_person(person, wrapped)).transpose()
    };
    Ok(Keys { person: unwrap(row.person, &row.wrapped_key)?, licence: unwrap(row.licence_holder, &row.licence_key)? })
}
