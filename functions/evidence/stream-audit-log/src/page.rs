//! What goes to a destination at once, computed from the entries' own bytes and refused where it does not chain.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use shared::{
    audit::{
        hex,
        tree::{self, Hash},
    },
    id::OrganizationId,
};

use crate::store::{Checkpoint, Entry, Reached, Stream};

/// Why a log is not streamed any further. Each means that the log was changed in a way that no function can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("a checkpoint says something else than was delivered")]
    CheckpointDiffers,
    #[error("an entry is missing, or of another log")]
    EntryMissing,
    #[error("an entry does not have the hashes that were written with it, or does not continue what was delivered")]
    EntryChanged,
}

/// One delivery.
#[derive(Debug)]
pub(crate) enum Parcel {
    /// Entries, one a line.
    Entries {
        from: u64,
        /// The number after the last one.
        to: u64,
        /// Link of the last one.
        link: Hash,
        lines: Vec<u8>,
    },
    /// A checkpoint of the entries that were delivered before it.
    Checkpoint { size: u64, note: String },
}

impl Parcel {
    /// The entries, if they continue what the stream delivered last; none where there are none. Leaf and link are
    /// computed from each entry's text; the columns beside it are only compared.
    pub(crate) fn of_entries(
        organization: OrganizationId,
        stream: &Stream,
        entries: &[Entry],
    ) -> Result<Option<Self>, Broken> {
        let (mut to, mut link, mut lines) = (stream.next_seq, stream.link, Vec::new());
        for entry in entries {
            let head = format!("{{\"v\": 1, \"org\": \"{organization}\", \"seq\": {to}, \"at\": \"");
            if entry.seq != to || !entry.text.starts_with(&head) {
                return Err(Broken::EntryMissing);
            }
            let leaf = tree::leaf_hash(entry.text.as_bytes());
            link = tree::link_hash(&link, &leaf);
            if (leaf, link) != (entry.leaf, entry.link) || entry.text.contains('\n') {
                return Err(Broken::EntryChanged);
            }
            let (leaf, link, text) = (hex(&leaf), hex(&link), &entry.text);
            let line = format!("{{\"seq\": {to}, \"leaf\": \"{leaf}\", \"link\": \"{link}\", \"entry\": {text}}}\n");
            lines.extend_from_slice(line.as_bytes());
            to += 1;
        }
        let from = stream.next_seq;
        if to == from && stream.sending_to.is_some() {
            return Err(Broken::EntryMissing);
        }
        Ok((to > from).then_some(Self::Entries { from, to, link, lines }))
    }

    /// The checkpoint, if its chain is the link of the entry that it ends with: the link that was delivered last where it
    /// ends there, else the one that stands in the log.
    pub(crate) fn of_checkpoint(
        stream: &Stream,
        checkpoint: &Checkpoint,
        logged: Option<Hash>,
    ) -> Result<Self, Broken> {
        let link = if checkpoint.size == stream.next_seq { Some(stream.link) } else { logged };
        let chain = format!("\nchain {}\n", BASE64_STANDARD.encode(checkpoint.link));
        if link != Some(checkpoint.link) || !checkpoint.note.contains(&chain) {
            return Err(Broken::CheckpointDiffers);
        }
        Ok(Self::Checkpoint { size: checkpoint.size, note: checkpoint.note.clone() })
    }

    /// The name of the delivery within its stream: the same for the same delivery, whenever it is made.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Entries { from, to, .. } => format!("entries/{from:020}-{to:020}.jsonl"),
            Self::Checkpoint { size, .. } => format!("checkpoints/{size:020}.note"),
        }
    }
}

impl Stream {
    /// How far the stream is once a delivery was acknowledged.
    pub(crate) fn reached_with(&self, parcel: &Parcel) -> Reached {
        let (next_seq, link, checkpoint_size) = match parcel {
            Parcel::Entries { to, link, .. } => (*to, *link, self.checkpoint_size),
            Parcel::Checkpoint { size, .. } => (self.next_seq, self.link, *size),
        };
        Reached { next_seq, link, checkpoint_size }
    }

    /// The stream after a delivery was acknowledged.
    pub(crate) fn moved(&mut self, parcel: &Parcel, lease: shared::clock::Timestamp) {
        self.lease = lease;
        self.failures = 0;
        match parcel {
            Parcel::Entries { to, link, .. } => {
                self.next_seq = *to;
                self.link = *link;
                self.sending_to = None;
            }
            Parcel::Checkpoint { size, .. } => self.checkpoint_size = *size,
        }
    }
}
