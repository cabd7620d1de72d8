//! From the newest anchor to the newest entry: recompute, compare, sign, anchor, keep.
//!
//! The anchor comes before the row, and both say the same however often they are written: Ed25519 gives one size one
//! note. So a sealer that crashes, loses an answer or meets another sealer leaves only what the next one continues.

use shared::{
    Error, Result,
    anchors::{Anchored, Placed},
    audit::{
        checkpoint::{Checkpoint, log_key_name},
        note::{SignedNote, VerifierKey},
        tiles,
        tree::GrowingTree,
    },
    work::SystemWork,
};

use crate::{
    Deps,
    log::{Broken, Log},
    store::{self, Sealed},
};

/// Entries of one checkpoint at most: a longer backlog is sealed in several, so that memory stays flat.
pub const STEP: u64 = 20_000;

/// Seals what is new, and says how many entries that were.
pub(crate) async fn seal(deps: &Deps, work: &SystemWork, goes_on: impl Fn() -> bool) -> Result<u64> {
    let (newest, length) = kept(work).await?;
    let size = newest.as_ref().map_or(0, |sealed| sealed.size);
    if length < size {
        return Err(refused(Broken::LogShorter(size)));
    }
    if length == size {
        // Row and entries may have gone together, so that nothing but an anchor tells of them.
        let beyond = deps.anchors.largest_beyond(work.organization(), size).await?;
        return refuse_missing(deps, work, beyond.as_ref()).await.map(|()| 0);
    }
    let (own, later) = anchors(deps, work, size).await?;
    let key = own_key(deps, work).await?;
    let mut previous = newest.as_ref().map(|sealed| SignedNote::of_stored(sealed.note.clone()));
    let mut log = match (&newest, &own) {
        (Some(sealed), Some(own)) => resume(deps, work, &key, sealed, own).await?,
        _ => Log::empty(work.organization(), key.name().to_owned()),
    };
    let mut later = later.into_iter();
    while log.size() < length {
        let adopted = later.next();
        let to = adopted.as_ref().map_or(length.min(log.size() + STEP), |one| one.size);
        extend(work, &mut log, to).await?;
        let signing = Signing { key: &key, previous: previous.as_ref() };
        previous = Some(sign_and_anchor(deps, work, &mut log, signing, adopted).await?);
        if !goes_on() {
            break;
        }
    }
    if log.size() == length {
        refuse_missing(deps, work, later.last().as_ref()).await?;
    }
    Ok(log.size() - size)
}

/// The key that signs this log.
async fn own_key(deps: &Deps, work: &SystemWork) -> Result<VerifierKey> {
    let name = log_key_name(&deps.log.origin, work.organization());
    Ok(VerifierKey::new(&name, deps.signers.current.public_key().await?))
}

/// What the database keeps: the newest checkpoint, and how many entries there are.
async fn kept(work: &SystemWork) -> Result<(Option<Sealed>, u64)> {
    work.with_tenant(async |tx| Ok((tx.find(store::newest_checkpoint()).await?, tx.find(store::length()).await?))).await
}

/// The anchor of a size, and those of larger ones.
async fn anchors(deps: &Deps, work: &SystemWork, size: u64) -> Result<(Option<Anchored>, Vec<Anchored>)> {
    let mut anchored = deps.anchors.checkpoints_from(work.organization(), size).await?;
    if anchored.iter().any(|one| one.is_disturbed) {
        return Err(refused(Broken::AnchorDisturbed));
    }
    if size == 0 {
        return Ok((None, anchored));
    }
    if anchored.first().is_none_or(|one| one.size != size) {
        return Err(refused(Broken::AnchorMissing));
    }
    let own = anchored.remove(0);
    Ok((Some(own), anchored))
}

/// An anchor beyond the newest entry is of entries that were taken away. Another sealer may have anchored new ones
/// meanwhile; those are there by now, since an entry is committed before it is anchored.
async fn refuse_missing(deps: &Deps, work: &SystemWork, largest: Option<&Anchored>) -> Result<()> {
    let Some(largest) = largest else { return Ok(()) };
    let (_, length) = kept(work).await?;
    if length >= largest.size {
        return Ok(());
    }
    // Anybody who can write to the bucket can put a large number there; only what is signed says that there were so many.
    let note = SignedNote::of_stored(deps.anchors.note(work.organization(), largest).await?);
    let signed = signed_by_ours(deps, &note, &own_key(deps, work).await?).await?;
    let is_signed = signed.is_some_and(|signed| signed.size == largest.size);
    Err(refused(if is_signed { Broken::LogShorter(largest.size) } else { Broken::AnchorUnsigned }))
}

/// The log as it was sealed last, when row, tree and anchor agree. Only what is signed is believed: root and link beside
/// the note could be made to agree with a tree of another history.
async fn resume(deps: &Deps, work: &SystemWork, key: &VerifierKey, sealed: &Sealed, own: &Anchored) -> Result<Log> {
    let note = SignedNote::of_stored(deps.anchors.note(work.organization(), own).await?);
    let Some(signed) = signed_by_ours(deps, &note, key).await? else {
        return Err(refused(Broken::AnchorUnsigned));
    };
    if signed.size != sealed.size {
        return Err(refused(Broken::AnchorTaken));
    }
    if (signed.root, signed.chain) != (sealed.root, sealed.link) || note.as_str() != sealed.note {
        return Err(refused(Broken::AnchorDiffers));
    }
    let ids = GrowingTree::edge(sealed.size);
    let tiles = work.with_tenant(async |tx| tx.find(tiles::by_id(&ids)).await).await?;
    Log::resume(work.organization(), signed, &tiles).map_err(refused)
}

/// Adds the entries up to a size.
async fn extend(work: &SystemWork, log: &mut Log, to: u64) -> Result<()> {
    while log.size() < to {
        let page = store::entries(log.size(), STEP.min(to - log.size()))?;
        let entries = work.with_tenant(async |tx| tx.find(page).await).await?;
        if entries.is_empty() {
            return Err(refused(Broken::EntryMissing(log.size())));
        }
        for entry in &entries {
            log.append(entry).map_err(refused)?;
        }
    }
    Ok(())
}

/// What a checkpoint is signed with.
#[derive(Clone, Copy)]
struct Signing<'k> {
    key: &'k VerifierKey,
    /// The checkpoint before it, if there is one.
    previous: Option<&'k SignedNote>,
}

/// Signs and anchors the log as it is now, or takes up the anchor of a seal that was not finished; then keeps it.
async fn sign_and_anchor(
    deps: &Deps,
    work: &SystemWork,
    log: &mut Log,
    signing: Signing<'_>,
    adopted: Option<Anchored>,
) -> Result<SignedNote> {
    let organization = work.organization();
    let checkpoint = log.checkpoint();
    let lines = log.take_lines();
    let note = match adopted {
        Some(anchored) => {
            let note = SignedNote::of_stored(deps.anchors.note(organization, &anchored).await?);
            let ours = signed_by_ours(deps, &note, signing.key).await?;
            match ours {
                Some(ours) if ours == checkpoint => note,
                Some(ours) if ours.size == checkpoint.size => return Err(refused(Broken::AnchorDiffers)),
                Some(_) => return Err(refused(Broken::AnchorTaken)),
                None => return Err(refused(Broken::AnchorUnsigned)),
            }
        }
        None => {
            let note = sign(deps, &checkpoint, signing).await?;
            let from = checkpoint.size - line_count(&lines);
            let entries = deps.anchors.place_entries(organization, from..checkpoint.size, lines).await?;
            let placed = deps.anchors.place_checkpoint(organization, checkpoint.size, note.as_str()).await?;
            if [entries, placed].contains(&Placed::Other) {
                return Err(refused(Broken::AnchorTaken));
            }
            note
        }
    };
    keep(deps, work, log, &checkpoint, &note).await?;
    Ok(note)
}

/// The checkpoint of a note, when a key of ours signed it.
async fn signed_by_ours(deps: &Deps, note: &SignedNote, key: &VerifierKey) -> Result<Option<Checkpoint>> {
    let mut text = note.text_signed_by(key);
    if let (None, Some(retiring)) = (text, &deps.signers.retiring) {
        text = note.text_signed_by(&VerifierKey::new(key.name(), retiring.public_key().await?));
    }
    Ok(text.and_then(Checkpoint::parse))
}

/// Signs. The first checkpoint after a rotation carries the signature of the key before it too, so that a verifier who
/// trusts the old key learns the new one.
async fn sign(deps: &Deps, checkpoint: &Checkpoint, signing: Signing<'_>) -> Result<SignedNote> {
    let Signing { key, previous } = signing;
    let text = checkpoint.text();
    let note = key.signed(&text, &deps.signers.current.sign(&text).await?);
    let is_first = previous.is_some_and(|previous| previous.text_signed_by(key).is_none());
    match &deps.signers.retiring {
        Some(retiring) if is_first => {
            let key = VerifierKey::new(key.name(), retiring.public_key().await?);
            Ok(note.also_signed_by(&key, &retiring.sign(&text).await?))
        }
        _ => Ok(note),
    }
}

/// Keeps tree and checkpoint, in one transaction.
async fn keep(deps: &Deps, work: &SystemWork, log: &mut Log, checkpoint: &Checkpoint, note: &SignedNote) -> Result<()> {
    let (organization, now) = (work.organization(), deps.clock.now());
    let sealed =
        Sealed { size: checkpoint.size, root: checkpoint.root, link: checkpoint.chain, note: note.as_str().to_owned() };
    let mut statements = vec![store::enter_key(deps.signers.current.public_key().await?, now)];
    for (id, hashes) in log.tree.take_finished().into_iter().chain(log.tree.unfinished()) {
        statements.push(store::keep_tile(organization, id, hashes)?);
    }
    statements.push(store::keep_checkpoint(organization, &sealed, now)?);
    work.with_tenant(async |tx| {
        for statement in statements {
            tx.write(statement).await?;
        }
        Ok(())
    })
    .await
}

fn line_count(lines: &[u8]) -> u64 {
    lines.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

fn refused(broken: Broken) -> Error {
    Error::internal(broken)
}
