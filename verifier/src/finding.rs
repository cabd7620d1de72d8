//! What was found wrong, in words that both verifiers share.

/// Result of a check: nothing, or what was found.
pub type Checked<T = ()> = Result<T, Finding>;

macro_rules! reasons {
    ($($(#[$doc:meta])+ $name:ident = $word:literal, $exit:literal;)+) => {
        /// Why a bundle was refused, or that it was not.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Reason {
            $($(#[$doc])+ $name,)+
        }

        impl Reason {
            /// The word of the report.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// The exit code: 0 all holds, 1 something is wrong, 2 nothing was verified.
            #[must_use]
            pub fn exit(self) -> u8 {
                match self {
                    $(Self::$name => $exit,)+
                }
            }
        }
    };
}

reasons! {
    /// All holds.
    Ok = "ok", 0;
    /// The command line cannot be followed.
    Usage = "usage", 2;
    /// The input is no ZIP, or one that no exporter writes.
    Container = "container", 2;
    /// `manifest.json` is missing or is no manifest of a known version.
    ManifestForm = "manifest_form", 2;
    /// The bundle is another organization's.
    Organization = "organization", 1;
    /// `manifest.sig` is not signed by a given key, or does not fit.
    ManifestSignature = "manifest_signature", 1;
    /// `manifest.hmac` is not what the export key makes of the manifest.
    Hmac = "hmac", 1;
    /// A member is unlisted, missing, doubled, or other than the manifest says.
    Members = "members", 1;
    /// A checkpoint cannot be read.
    CheckpointForm = "checkpoint_form", 1;
    /// A checkpoint is not signed by a given key.
    CheckpointSignature = "checkpoint_signature", 1;
    /// The frontier does not fold to the root of the previous checkpoint.
    Frontier = "frontier", 1;
    /// A line is no entry, or not the one that comes next.
    EntryForm = "entry_form", 1;
    /// An entry's hash is not the one beside it.
    Leaf = "leaf", 1;
    /// The chain does not go on from one entry to the next.
    Link = "link", 1;
    /// The entries do not lead to the checkpoint.
    Tree = "tree", 1;
    /// An entry's proof does not lead to the checkpoint.
    Proof = "proof", 1;
    /// An entry between two that are shown was left out.
    Prev = "prev", 1;
    /// An opened value is not the one that was committed to.
    Opening = "opening", 1;
    /// The table is not what the entries make.
    Csv = "csv", 1;
    /// The log is not the one that was anchored.
    Anchor = "anchor", 1;
    /// Anchors are further apart than allowed.
    Gap = "gap", 1;
}

/// What was found first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Why.
    pub reason: Reason,
    /// The first entry that it shows at, where one can be named.
    pub first_bad_seq: Option<u64>,
    /// A sentence for a person.
    pub message: String,
}

impl Finding {
    /// Something that no single entry answers for.
    #[must_use]
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, first_bad_seq: None, message: message.into() }
    }

    /// Something that shows at one entry.
    #[must_use]
    pub fn at(reason: Reason, seq: u64, message: impl Into<String>) -> Self {
        Self { first_bad_seq: Some(seq), ..Self::new(reason, message) }
    }
}
