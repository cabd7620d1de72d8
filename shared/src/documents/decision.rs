//! What a site does about a cross-check: one table, with defaults in code, that a site can tighten and never loosen.

use std::collections::BTreeMap;

use super::cross_check::{Compared, CrossCheck, Warning};
use super::faces::{FaceReason, FaceVerdict};
use super::finding::Verdict;
use crate::documents::named::named;

named! {
    /// What happens at the door. The later one is the stricter one.
    Outcome {
        /// The badge is given.
        OnSite = "on_site",
        /// A person decides, reason `id_check`.
        Held = "held",
        /// Not today.
        Refused = "refused",
    }
}

named! {
    /// Why a face is not simply the same.
    FaceDoubt {
        /// There was nothing to compare: no face, or a picture that cannot be read.
        Absent = "absent",
        /// Another person, as far as a score says so.
        Mismatch = "mismatch",
        /// A low score, or a picture that says little.
        Near = "near",
        /// The service was not asked, or gave no answer.
        Unavailable = "unavailable",
    }
}

impl FaceDoubt {
    const fn of(face: FaceVerdict) -> Option<Self> {
        match (face.verdict, face.reason) {
            (Verdict::Match, _) => None,
            (Verdict::Near, _) => Some(Self::Near),
            (Verdict::Mismatch, _) => Some(Self::Mismatch),
            (Verdict::Absent, FaceReason::Unavailable) => Some(Self::Unavailable),
            (Verdict::Absent, _) => Some(Self::Absent),
        }
    }
}

/// What an outcome is for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Cause {
    /// A field is not simply the same.
    Field(Compared, Verdict),
    /// The face on the document and the photo.
    Face(FaceDoubt),
    /// A single source said something.
    Warning(Warning),
}

impl Cause {
    /// The stable name, as `name.near`, `face.near` and `expired`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Field(field, verdict) => format!("{}.{}", field.name(), verdict.name()),
            Self::Face(doubt) => format!("face.{}", doubt.name()),
            Self::Warning(warning) => warning.name().to_owned(),
        }
    }

    /// The cause of a stable name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match name.split_once('.') {
            Some(("face", doubt)) => FaceDoubt::of_name(doubt).map(Self::Face),
            Some((field, verdict)) => Some(Self::Field(Compared::of_name(field)?, Verdict::of_name(verdict)?)),
            None => Warning::of_name(name).map(Self::Warning),
        }
    }
}

/// A site's rules.
#[derive(Clone, Debug, Default)]
pub struct Rules(BTreeMap<Cause, Outcome>);

impl Rules {
    /// Makes a rule stricter than it is by default; a milder outcome changes nothing.
    #[must_use]
    pub fn tightened(mut self, cause: Cause, outcome: Outcome) -> Self {
        self.0.insert(cause, outcome);
        self
    }

    /// The rules that a site wrote down: names of causes, as `name.near` and `expired`, with `held` or `refused`.
    ///
    /// # Errors
    /// The first cause or outcome that is none, and a face that is to refuse.
    pub fn of_words(words: &BTreeMap<String, String>) -> Result<Self, String> {
        let rule = |(cause, outcome): (&String, &String)| {
            let known = Cause::of_name(cause).ok_or_else(|| cause.clone())?;
            let outcome = Outcome::of_name(outcome).ok_or_else(|| cause.clone())?;
            let is_harsh = matches!(known, Cause::Face(_)) && outcome == Outcome::Refused;
            if is_harsh { Err(cause.clone()) } else { Ok((known, outcome)) }
        };
        words.iter().map(rule).collect::<Result<_, String>>().map(Self)
    }

    fn outcome(&self, cause: Cause) -> Outcome {
        let outcome = default_outcome(cause).max(self.0.get(&cause).copied().unwrap_or(Outcome::OnSite));
        // A score is no proof: whatever a site says, it refuses no visitor.
        if matches!(cause, Cause::Face(_)) { outcome.min(Outcome::Held) } else { outcome }
    }
}

/// The defaults. A document alone refuses only visitors who are too young. The desk mends the rest.
const fn default_outcome(cause: Cause) -> Outcome {
    match cause {
        Cause::Field(_, Verdict::Mismatch) | Cause::Field(Compared::Name | Compared::DateOfBirth, Verdict::Near) => {
            Outcome::Held
        }
        Cause::Field(_, Verdict::Near | Verdict::Match | Verdict::Absent) | Cause::Face(FaceDoubt::Unavailable) => {
            Outcome::OnSite
        }
        Cause::Face(FaceDoubt::Absent | FaceDoubt::Mismatch | FaceDoubt::Near) => Outcome::Held,
        Cause::Warning(warning) => match warning {
            Warning::UnderAge => Outcome::Refused,
            Warning::AgeUnknown
            | Warning::ChecksumFailed
            | Warning::DatesAbsurd
            | Warning::Expired
            | Warning::IssuerUnknown
            | Warning::SeveralDocuments
            | Warning::Specimen => Outcome::Held,
            // The site's rule for visits without a document says more; nothing is held by default where nothing was asked.
            Warning::DeviceTextUnconfirmed | Warning::NeedsManualEntry => Outcome::OnSite,
        },
    }
}

/// What happens, and what for: fields and warnings, without values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decision {
    /// The strictest outcome.
    pub outcome: Outcome,
    /// Everything that has that outcome; empty when nothing stands in the way.
    pub because: Vec<Cause>,
}

/// Decides by a site's rules, about a document and, where faces were compared, about the face.
#[must_use]
pub fn decide(check: &CrossCheck, face: Option<FaceVerdict>, rules: &Rules) -> Decision {
    let fields = Compared::ALL.iter().map(|field| Cause::Field(*field, check.verdict(*field).verdict));
    let warnings = check.warnings.iter().map(|warning| Cause::Warning(*warning));
    let face = face.and_then(FaceDoubt::of).map(Cause::Face);
    let causes: Vec<Cause> = fields.chain(warnings).chain(face).collect();
    let outcome = causes.iter().map(|cause| rules.outcome(*cause)).max().unwrap_or(Outcome::OnSite);
    let is_why = |cause: &Cause| outcome > Outcome::OnSite && rules.outcome(*cause) == outcome;
    Decision { outcome, because: causes.into_iter().filter(is_why).collect() }
}
