//! Ends the break of a log, when the operator invokes it. Contract in `functions/evidence/recover-log/README.md`.
//! Promise E1.
//!
//! The anchored entries are proved before anything is changed. Then they are put back, some at a time: no other session writes while
//! the log is broken, and a recovery that is cut off is run again. The last transaction lets writers in.

use std::collections::BTreeMap;

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, TargetKind, tree::Hash},
    broken_logs,
    id::OrganizationId,
    runtime::Invocation,
    work::SystemWork,
};

use crate::{
    Deps,
    history::{History, Replay, refusal},
    recovery::{Recovered, Recovery},
    store::{self, Restored, signed},
};

/// Entries that are put back in one transaction.
const PAGE: usize = 2_000;

/// Root and link of the log at each anchored size.
type Reached = BTreeMap<u64, (Hash, Hash)>;

/// Puts back what was anchored, and lets the log go on with the entry `log.recovered`.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, invocation: &Invocation, recovery: Recovery) -> Result<Recovered> {
    let work = find(deps, invocation, &recovery).await?;

    let history = History::read(deps, work.organization()).await?;
    let reached = history.prove(deps).await?;
    let notes = missing_notes(deps, &work, &history, &reached).await?;

    let restored = put_back(deps, &work, &history).await?;

    end(deps, &work, &history, recovery, restored, notes).await
}

/// Work in the organization that the handle names, whose log is broken.
async fn find(deps: &Deps, invocation: &Invocation, recovery: &Recovery) -> Result<SystemWork> {
    // Its id is not known yet, and every query has a tenant: this one has an id that no organization has.
    let no_organization = invocation.work(&deps.db, OrganizationId::new(deps.clock.now()));
    let found = no_organization.with_tenant(async |tx| tx.find(store::by_slug(&recovery.slug)).await).await?;
    let organization = found.ok_or_else(|| refusal("unknown_value"))?;
    let work = invocation.work(&deps.db, organization);
    match work.with_tenant(async |tx| tx.find(broken_logs::since()).await).await? {
        Some(_) => Ok(work),
        None => Err(refusal("not_broken")),
    }
}

/// Puts the anchored entries back where they are not there, and makes the tree anew.
async fn put_back(deps: &Deps, work: &SystemWork, history: &History) -> Result<Restored> {
    work.with_tenant(async |tx| tx.write(store::forget_tiles()).await).await?;
    let (mut replay, mut sum) = (Replay::new(work.organization()), Restored::default());
    for run in history.runs() {
        for page in history.entries(deps, run).await?.chunks(PAGE) {
            let first = replay.tree.size();
            page.iter().for_each(|entry| replay.append(entry));
            let tiles = replay.tree.take_finished().into_iter().chain(replay.tree.unfinished());
            let tiles: Result<Vec<_>> =
                tiles.map(|(id, hashes)| store::keep_tile(replay.organization(), id, hashes)).collect();
            let (tiles, restore) = (tiles?, store::restore(first, page.to_vec())?);
            let restored = work.with_tenant(async |tx| {
                for tile in tiles {
                    tx.write(tile).await?;
                }
                tx.find(restore).await
            });
            let restored = restored.await?;
            sum.restored += restored.restored;
            sum.replaced += restored.replaced;
            sum.first = sum.first.or(restored.first);
        }
    }
    Ok(sum)
}

/// The notes of anchored checkpoints that are not stored as they were signed; that of the newest in any case, since the
/// sealer goes on from its very bytes.
async fn missing_notes(
    deps: &Deps,
    work: &SystemWork,
    history: &History,
    reached: &Reached,
) -> Result<Vec<(u64, (Hash, Hash), String)>> {
    let stored: Reached = work.with_tenant(async |tx| tx.find(store::checkpoints()).await).await?.into_iter().collect();
    if !stored.is_empty() && history.size() == 0 {
        // Another bucket than the one that this log was anchored in.
        return Err(refusal("anchors_missing"));
    }
    let mut missing = Vec::new();
    for (size, hashes) in
        reached.iter().filter(|(size, hashes)| **size == history.size() || stored.get(size) != Some(*hashes))
    {
        let signed = history.note(deps, *size).await?;
        if let Some((_, note)) = signed.filter(|(signed, _)| (signed.root, signed.chain) == *hashes) {
            missing.push((*size, *hashes, note));
        }
    }
    Ok(missing)
}

/// Lets writers in, and says in the log what was done.
async fn end(
    deps: &Deps,
    work: &SystemWork,
    history: &History,
    recovery: Recovery,
    restored: Restored,
    notes: Vec<(u64, (Hash, Hash), String)>,
) -> Result<Recovered> {
    let (organization, now, size) = (work.organization(), deps.clock.now(), history.size());
    let anchored: Result<Vec<i64>> = history.sizes().map(signed).collect();
    let (anchored, anchored_size) = (anchored?, signed(size)?);
    work.with_tenant(async |tx| {
        tx.write(store::forget_checkpoints(anchored)).await?;
        for (size, hashes, note) in notes {
            tx.write(store::keep_checkpoint(organization, size, hashes, note, now)?).await?;
        }
        let settled = tx.find(store::settle(size, now)?).await?;
        if settled.lost > 0 && !recovery.gives_up_unproven {
            return Err(Error::unprocessable("/gives_up_unproven", "unproven_entries"));
        }
        let unmatched = tx.find(store::unmatched(restored.first.unwrap_or(anchored_size))).await?;
        let recovered = Recovered {
            organization_id: organization,
            broken_since: settled.broken_since,
            cause: settled.cause,
            anchored_size,
            restored: restored.restored,
            replaced: restored.replaced,
            kept: settled.kept,
            lost: settled.lost,
            visits_without_entry: unmatched.visits_without_entry,
            entries_without_visit: unmatched.entries_without_visit,
        };
        let entry = AuditEvent::new(Action::LogRecovered, TargetKind::AuditLog, organization);
        work.audit(tx, "recover-log", entry.because(&recovery.reason).with(facts(&recovered))).await?;
        Ok(recovered)
    })
    .await
}

fn facts(recovered: &Recovered) -> Diff {
    Diff::new()
        .added("broken_since", recovered.broken_since)
        .added("cause", recovered.cause)
        .added("anchored_size", recovered.anchored_size)
        .added("restored", recovered.restored)
        .added("replaced", recovered.replaced)
        .added("kept", recovered.kept)
        .added("lost", recovered.lost)
        .added("visits_without_entry", recovered.visits_without_entry)
        .added("entries_without_visit", recovered.entries_without_visit)
}
