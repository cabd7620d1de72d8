//! What a site does about a cross-check: one table, with defaults in code, that a site can tighten and never loosen.

use std::collections::BTreeMap;

use super::cross_check::{Compared, CrossCheck, Warning};
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

/// What an outcome is for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Cause {
    /// A field is not simply the same.
    Field(Compared, Verdict),
    /// A single source said something.
    Warning(Warning),
}

impl Cause {
    /// The stable name, as `name.near` and `expired`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Field(field, verdict) => format!("{}.{}", field.name(), verdict.name()),
            Self::Warning(warning) => warning.name().to_owned(),
        }
    }

    /// The cause of a stable name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match name.split_once('.') {
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
    /// The first cause or outcome that is none.
    pub fn of_words(words: &BTreeMap<String, String>) -> Result<Self, String> {
        let rule = |(cause, outcome): (&String, &String)| {
            let known = Cause::of_name(cause).ok_or_else(|| cause.clone())?;
            Ok((known, Outcome::of_name(outcome).ok_or_else(|| cause.clone())?))
        };
        words.iter().map(rule).collect::<Result<_, String>>().map(Self)
    }

    fn outcome(&self, cause: Cause) -> Outcome {
        default_outcome(cause).max(self.0.get(&cause).copied().unwrap_or(Outcome::OnSite))
    }
}

/// The defaults. A document alone refuses only visitors who are too young. The desk mends the rest.
const fn default_outcome(cause: Cause) -> Outcome {
    match cause {
        Cause::Field(_, Verdict::Mismatch) | Cause::Field(Compared::Name | Compared::DateOfBirth, Verdict::Near) => {
            Outcome::Held
        }
        Cause::Field(_, Verdict::Near | Verdict::Match | Verdict::Absent) => Outcome::OnSite,
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

/// Decides by a site's rules.
#[must_use]
pub fn decide(check: &CrossCheck, rules: &Rules) -> Decision {
    let fields = Compared::ALL.iter().map(|field| Cause::Field(*field, check.verdict(*field).verdict));
    let causes: Vec<Cause> = fields.chain(check.warnings.iter().map(|warning| Cause::Warning(*warning))).collect();
    let outcome = causes.iter().map(|cause| rules.outcome(*cause)).max().unwrap_or(Outcome::OnSite);
    let is_why = |cause: &Cause| outcome > Outcome::OnSite && rules.outcome(*cause) == outcome;
    Decision { outcome, because: causes.into_iter().filter(is_why).collect() }
}
