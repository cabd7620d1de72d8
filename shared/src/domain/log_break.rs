//! Why a log is marked broken.

use super::visit::words;

words! {
    /// What does not fit in a log that was changed past the functions.
    BreakCause {
        /// The newest signed anchor says something else than the log does.
        AnchorDiffers = "anchor_differs",
        /// A checkpoint names another link than its entry has.
        CheckpointDiffers = "checkpoint_differs",
        /// An entry does not have the hashes that its text and the entry before it make.
        EntryChanged = "entry_changed",
        /// A number has no entry.
        EntryMissing = "entry_missing",
        /// The head names another entry than the newest.
        HeadDiffers = "head_differs",
        /// There are fewer entries than were signed.
        LogShorter = "log_shorter",
        /// The stored tree does not lead to the signed root.
        TreeDiffers = "tree_differs",
    }
}
