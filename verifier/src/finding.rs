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
    /// One of the three files of the manifest is missing, or is none of a known version.
    ManifestForm = "manifest_form", 2;
    /// No given key signed it: keys are mixed up more often than logs are forged.
    Keys = "keys", 2;
    /// Larger than this verifier takes; nothing is said about whether it is right.
    Limit = "limit", 2;
    /// The bundle is another organization's.
    Organization = "organization", 1;
    /// `manifest.sig` is not of the key that it names, or does not fit.
    ManifestSignature = "manifest_signature", 1;
    /// `manifest.hmac` is not what the export key makes of the manifest.
    Hmac = "hmac", 1;
    /// A member is unlisted, missing, doubled, or other than the manifest says.
    Members = "members", 1;
    /// A checkpoint cannot be read.
    CheckpointForm = "checkpoint_form", 1;
    /// A checkpoint is not signed by the key that it names.
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
    /// An entry does not name the one before it of the same target.
    Prev = "prev", 1;
    /// An opened value is not the one that was committed to.
    Opening = "opening", 1;
    /// `nda.txt` is not the text that an entry says was signed.
    Nda = "nda", 1;
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

    /// Something that is larger than this verifier takes.
    #[must_use]
    pub fn beyond(what: impl std::fmt::Display) -> Self {
        Self::new(Reason::Limit, format!("{what}: it was not checked"))
    }

    /// Something that no given key signed. It is no sign of a change.
    #[must_use]
    pub fn unsigned(what: impl std::fmt::Display) -> Self {
        let needed = "two keys are needed, of the log and of bundles, for this organization and that time";
        let message = format!("None of your keys signed this. Check them first. {what} is signed by another: {needed}");
        Self::new(Reason::Keys, message)
    }

    /// Something that shows at one entry.
    #[must_use]
    pub fn at(reason: Reason, seq: u64, message: impl Into<String>) -> Self {
        Self { first_bad_seq: Some(seq), ..Self::new(reason, message) }
    }
}
