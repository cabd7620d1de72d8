//! A ZIP that is written into the bucket while its members are made, in parts, several members at a time.
//!
//! Members stand in the order in which they were begun, whichever is finished first: each that grows has a range of part
//! numbers of its own. At no time is more of a bundle in memory than the heads and tails of the members that are being made.

use std::collections::VecDeque;

use shared::{
    Error, Result,
    bundles::{BundleKey, BundleWriter, PlacedPart},
    domain::export::ExportFailure,
};
use tokio::task::JoinSet;

use crate::{
    member::{Growing, Listed, PART_BYTES},
    numbers::Numbers,
    stop::Stop,
    zip,
};

/// The member that tells the reader of a bundle how to check it.
pub(crate) const VERIFY: &str = include_str!("VERIFY.md");
/// Parts on their way to the bucket at a time.
const UPLOADS_MAX: usize = 2;
/// What the number of an upload's answer belongs to.
type Upload = Result<PlacedPart>;

/// A member by the order in which it was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Slot(pub(crate) i32);

/// A bundle in the making.
pub(crate) struct Bundle {
    pub(crate) bundles: BundleWriter,
    pub(crate) key: BundleKey,
    pub(crate) upload: String,
    /// Members that are not written out yet, the first of them first.
    pub(crate) growing: VecDeque<Growing>,
    /// Which member that first one is.
    pub(crate) front: i32,
    /// What is written out and not in the bucket yet.
    pub(crate) pending: Vec<u8>,
    /// Where the next byte will stand.
    pub(crate) offset: u64,
    pub(crate) directory: Vec<(zip::Header, u32)>,
    pub(crate) listed: Vec<Listed>,
    pub(crate) placed: Vec<PlacedPart>,
    pub(crate) numbers: Numbers,
    uploads: JoinSet<Upload>,
}

impl Bundle {
    /// Begins one.
    pub(crate) fn new(bundles: BundleWriter, key: BundleKey, upload: String) -> Self {
        Self {
            bundles,
            key,
            upload,
            growing: VecDeque::new(),
            front: 0,
            pending: Vec::new(),
            offset: 0,
            directory: Vec::new(),
            listed: Vec::new(),
            placed: Vec::new(),
            numbers: Numbers::default(),
            uploads: JoinSet::new(),
        }
    }

    /// Begins a member, behind all that were begun before it.
    pub(crate) fn begin(&mut self, name: &str) -> Slot {
        let slot = self.front.saturating_add(i32::try_from(self.growing.len()).unwrap_or(i32::MAX));
        let first = self.numbers.begin(self.growing.back().map(|last| last.first));
        self.growing.push_back(Growing::new(name, first));
        Slot(slot)
    }

    /// Adds a piece to a member.
    pub(crate) async fn write(&mut self, slot: Slot, piece: &[u8]) -> Result<(), Stop> {
        let member = self.member(slot)?;
        if let Some(part) = member.write(piece) {
            let (first, taken) = (member.first, member.taken);
            self.place(first, taken, part).await?;
        }
        Ok(())
    }

    /// Ends a member, and writes out what is whole.
    pub(crate) async fn end(&mut self, slot: Slot) -> Result<(), Stop> {
        self.member(slot)?.is_whole = true;
        while self.growing.front().is_some_and(|first| first.is_whole) {
            let Some(first) = self.growing.pop_front() else { break };
            self.front += 1;
            self.write_out(first).await?;
        }
        Ok(())
    }

    /// A member that is whole already.
    pub(crate) async fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Stop> {
        let slot = self.begin(name);
        for piece in bytes.chunks(PART_BYTES) {
            self.write(slot, piece).await?;
        }
        self.end(slot).await
    }

    /// Every member so far, by name.
    pub(crate) fn members(&self) -> Vec<Listed> {
        let mut members = self.listed.clone();
        members.sort_by(|one, other| one.name.cmp(&other.name));
        members
    }

    /// Ends the archive, and gives its size.
    pub(crate) async fn finish(mut self) -> Result<u64, Stop> {
        let directory = zip::directory(&self.directory, zip::size(self.offset)?)?;
        self.pending.extend_from_slice(&directory);
        let bytes = self.offset + u64::try_from(directory.len()).map_err(Error::internal)?;
        zip::size(bytes)?;
        let last = std::mem::take(&mut self.pending);
        self.place(self.numbers.begin(None), 0, last).await?;
        self.settle().await?;
        self.placed.sort_by_key(|part| part.number);
        match self.bundles.complete(&self.key, &self.upload, &self.placed).await {
            // An answer that was lost: the upload is gone because it is what lies there.
            Err(Error::NotFound) if self.is_in_bucket(bytes).await? => Ok(bytes),
            Err(error) => Err(self.refused(error).await),
            Ok(()) => Ok(bytes),
        }
    }

    /// Waits for everything that is on its way to the bucket.
    pub(crate) async fn settle(&mut self) -> Result<(), Stop> {
        while !self.uploads.is_empty() {
            self.take_answer().await?;
        }
        Ok(())
    }

    async fn is_in_bucket(&self, bytes: u64) -> Result<bool, Stop> {
        let there = self.bundles.bytes_of(&self.key).await?;
        Ok(there.and_then(|there| u64::try_from(there).ok()) == Some(bytes))
    }

    fn member(&mut self, slot: Slot) -> Result<&mut Growing, Stop> {
        let index = slot.0.checked_sub(self.front).and_then(|index| usize::try_from(index).ok());
        let member = index.and_then(|index| self.growing.get_mut(index));
        member.ok_or_else(|| Error::internal("a member was written to after its end").into())
    }

    async fn write_out(&mut self, member: Growing) -> Result<(), Stop> {
        let header = member.header()?;
        let local = header.local();
        self.directory.push((header, zip::size(self.offset)?));
        self.offset += u64::try_from(local.len()).map_err(Error::internal)? + member.bytes;
        zip::size(self.offset)?;
        self.listed.push(member.listed());
        self.pending.extend_from_slice(&local);
        self.pending.extend_from_slice(&member.head);
        if member.taken > 0 || self.pending.len() >= PART_BYTES {
            let part = std::mem::take(&mut self.pending);
            self.place(member.first, 0, part).await?;
        }
        self.pending.extend_from_slice(&member.tail);
        Ok(())
    }

    /// Sends a part of the member that begins with a number: 0 is the part in which it begins.
    async fn place(&mut self, first: i32, part: i32, bytes: Vec<u8>) -> Result<(), Stop> {
        let number = self.numbers.take(first, part).ok_or(Stop::GivenUp(ExportFailure::TooLarge))?;
        while self.uploads.len() >= UPLOADS_MAX {
            self.take_answer().await?;
        }
        let (bundles, key, upload) = (self.bundles.clone(), self.key.clone(), self.upload.clone());
        self.uploads.spawn(async move { bundles.place_part(&key, &upload, number, bytes).await });
        Ok(())
    }

    async fn take_answer(&mut self) -> Result<(), Stop> {
        let Some(answer) = self.uploads.join_next().await else { return Ok(()) };
        match answer.map_err(Error::internal)? {
            Ok(placed) => self.placed.push(placed),
            Err(error) => return Err(self.refused(error).await),
        }
        Ok(())
    }

    /// What the store refuses it may refuse for ever, since a rule of the bucket ends uploads that are not completed in
    /// time: the next attempt begins anew.
    async fn refused(&self, error: Error) -> Stop {
        let forgotten = self.bundles.forget_progress(&self.key).await;
        Stop::Fault(forgotten.err().unwrap_or(error))
    }
}
