//! `manifest.json`: what the bundle says it holds.

use std::collections::BTreeMap;

use crate::at::is_moment;
use crate::encoding::{base64_hash, is_uuid, unhex};
use crate::finding::{Checked, Finding, Reason};
use crate::hash::Hash;
use crate::json::{Fault, Raw, Rules};

const TOTAL_MAX: u64 = 8 << 30;
const OPENINGS_MAX: u64 = 100_000;
const SHOWN_MAX: u64 = 100_000;

/// What a bundle is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The log of a period, or all of it.
    Audit,
    /// The log and everything else.
    Data,
    /// The entries of one visit, each with its proof.
    Evidence,
}

impl Kind {
    /// The word of the manifest.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Data => "data",
            Self::Evidence => "evidence",
        }
    }

    fn read(word: &str) -> Option<Self> {
        [Self::Audit, Self::Data, Self::Evidence].into_iter().find(|kind| kind.word() == word)
    }
}

/// A member as the manifest has it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its name.
    pub(crate) name: String,
    /// Its length.
    pub(crate) bytes: u64,
    /// Its digest.
    pub(crate) sha256: Hash,
}

/// The manifest, well-formed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// What the bundle is for.
    pub(crate) kind: Kind,
    /// Whose it is.
    pub(crate) organization: String,
    /// When it was made.
    pub(crate) created_at: String,
    /// The `seq` of the first entry in it.
    pub(crate) first_seq: u64,
    /// The size of its checkpoint.
    pub(crate) tree_size: u64,
    /// The root of its checkpoint.
    pub(crate) root: Hash,
    /// The chain of its checkpoint.
    pub(crate) chain: Hash,
    /// How many there are of what.
    pub(crate) counts: BTreeMap<String, u64>,
    /// Which export key made `manifest.hmac`.
    pub(crate) hmac_key_id: String,
    /// Every member but the three that speak of the others.
    pub(crate) files: Vec<Listed>,
}

impl Manifest {
    /// Reads the manifest.
    ///
    /// # Errors
    /// [`Reason::ManifestForm`].
    pub(crate) fn read(bytes: &[u8]) -> Checked<Self> {
        let refused = |why| Finding::new(Reason::ManifestForm, format!("manifest.json {why}"));
        let line = bytes.strip_suffix(b"\n").filter(|line| !line.contains(&b'\n'));
        let line = line.ok_or_else(|| refused("is not one line"))?;
        let json = Raw::parse(line, Rules::Manifest).map_err(|fault| match fault {
            Fault::Malformed => refused("is no JSON, or has a key twice"),
            Fault::Limit => Finding::beyond("manifest.json is too deep, or has too many values"),
        })?;
        match json.field("v").and_then(Raw::integer) {
            Some(1) => Self::read_fields(json).ok_or_else(|| refused("lacks a field, or has one that is malformed")),
            _ => Err(refused("is of a version that is not known here")),
        }
    }

    fn read_fields(json: Raw<'_>) -> Option<Self> {
        let text = |name| json.field(name)?.string().map(std::borrow::Cow::into_owned);
        let created_by = json.field("created_by")?;
        created_by.field("kind")?.string()?;
        created_by.field("id")?.string()?;
        let counts = json.field("counts")?.object()?.into_iter();
        let counts = counts.map(|(word, count)| Some((word.into_owned(), count.integer()?))).collect::<Option<_>>()?;
        let manifest = Self {
            kind: Kind::read(&text("kind")?)?,
            organization: text("organization_id").filter(|id| is_uuid(id))?,
            created_at: text("created_at").filter(|at| is_moment(at))?,
            first_seq: json.field("first_seq")?.integer()?,
            tree_size: json.field("tree_size")?.integer()?,
            root: read_hash(json.field("root")?)?,
            chain: read_hash(json.field("chain")?)?,
            counts,
            hmac_key_id: text("hmac_key_id").filter(|id| is_uuid(id))?,
            files: json.field("files")?.list()?.into_iter().map(Listed::read).collect::<Option<_>>()?,
        };
        let counted = ["entries", "openings"].iter().all(|word| manifest.counts.contains_key(*word));
        (counted && manifest.first_seq <= manifest.tree_size).then_some(manifest)
    }

    /// That one run takes it on: memory and time are bounded by what was signed, and by this.
    ///
    /// # Errors
    /// [`Reason::Limit`].
    pub(crate) fn expect_bounded(&self) -> Checked {
        let count = |word: &str| self.counts.get(word).copied().unwrap_or_default();
        if self.files.iter().fold(0, |total: u64, file| total.saturating_add(file.bytes)) > TOTAL_MAX {
            return Err(Finding::beyond("The files together are larger than 8 GiB"));
        }
        if count("openings") > OPENINGS_MAX {
            return Err(Finding::beyond(format_args!("More than {OPENINGS_MAX} values are opened")));
        }
        if self.kind == Kind::Evidence && count("entries") > SHOWN_MAX {
            return Err(Finding::beyond(format_args!("The evidence has more than {SHOWN_MAX} entries")));
        }
        Ok(())
    }

    /// What the manifest says of a member.
    #[must_use]
    pub(crate) fn listed(&self, name: &str) -> Option<&Listed> {
        self.files.iter().find(|file| file.name == name)
    }
}

impl Listed {
    fn read(json: Raw<'_>) -> Option<Self> {
        Some(Self {
            name: json.field("name")?.string()?.into_owned(),
            bytes: json.field("bytes")?.integer()?,
            sha256: unhex(json.field("sha256")?.string()?.as_bytes())?,
        })
    }
}

/// Hexadecimal, as an exporter writes it, or base64, as in a checkpoint.
fn read_hash(json: Raw<'_>) -> Option<Hash> {
    let text = json.string()?;
    unhex(text.as_bytes()).or_else(|| base64_hash(&text))
}
