//! The identity document that was scanned before the check-in, against what the visitor says now.

use shared::{
    Error, Result,
    documents::{
        Document,
        cross_check::{self, Compared, CrossCheck, Person},
        decision::{self, Cause, Outcome, Rules},
        faces::FaceVerdict,
        names::Name,
    },
    domain::BoundedText,
    error::FieldError,
    id::{IdScanId, PersonId},
    vault::{ID_SCAN_VALUES, PersonKey, Sealed},
};
use time::Date;

use crate::arrival::Arrival;

/// A scan that no check-in has cited yet, and what the site does about documents.
#[derive(Debug)]
pub(crate) struct ScannedDocument {
    pub(crate) id: IdScanId,
    /// Whose key sealed it: a person of the document's own.
    pub(crate) holder: PersonId,
    pub(crate) wrapped_key: Vec<u8>,
    pub(crate) values: Option<Sealed>,
    /// What the comparison of faces found, where there was one.
    pub(crate) face: Option<FaceVerdict>,
    /// The site's day.
    pub(crate) today: Date,
    pub(crate) age_min: Option<u8>,
    pub(crate) rules: Rules,
}

/// What the comparison found and decided.
pub(crate) struct CheckedDocument {
    pub(crate) id: IdScanId,
    /// What was read of it.
    pub(crate) document: Document,
    pub(crate) check: CrossCheck,
    pub(crate) face: Option<FaceVerdict>,
    /// True where the desk decides.
    pub(crate) is_held: bool,
}

impl ScannedDocument {
    /// Compares the document with what the visitor says.
    ///
    /// # Errors
    /// Unprocessable, naming the fields, where the site's rules refuse the visitor. What stands on the document is not said.
    pub(crate) fn check(&self, arrival: &Arrival, holder: &PersonKey) -> Result<CheckedDocument> {
        let document = match &self.values {
            Some(values) => Document::of_kept(holder.open(ID_SCAN_VALUES.of(self.id.uuid()), values)?.expose_secret())?,
            None => Document::default(),
        };
        let said = Person {
            name: Name { full: arrival.name.as_str(), ..Name::default() },
            document_number: arrival.driver.as_ref().map_or("", |driver| driver.licence_number.as_str()),
            ..Person::default()
        };
        let check = cross_check::cross_check(&document.sources(Some(said), self.age_min, self.today));
        let decided = decision::decide(&check, self.face, &self.rules);
        if decided.outcome == Outcome::Refused {
            return Err(Error::Unprocessable(decided.because.into_iter().map(fault).collect()));
        }
        Ok(CheckedDocument { id: self.id, document, check, face: self.face, is_held: decided.outcome == Outcome::Held })
    }
}

impl CheckedDocument {
    /// What was found, in words for the log.
    pub(crate) fn words(&self) -> Vec<String> {
        let face = self.face.map(|face| format!("face.{}", face.verdict.name()));
        self.check.to_words().into_iter().chain(face).collect()
    }
}

/// The field to blame, and in one word why. Doubts of the document itself are at the scan.
fn fault(cause: Cause) -> FieldError {
    match cause {
        Cause::Field(Compared::Name, verdict) => FieldError::new("/name", verdict.name()),
        Cause::Field(Compared::DocumentNumber, verdict) => FieldError::new("/licence_number", verdict.name()),
        Cause::Field(_, verdict) => FieldError::new("/id_scan_id", verdict.name()),
        Cause::Face(doubt) => FieldError::new("/id_scan_id", doubt.name()),
        Cause::Warning(warning) => FieldError::new("/id_scan_id", warning.name()),
    }
}

/// What is written of the scan, as `app.record_check_in` reads it.
#[derive(serde::Serialize)]
pub(crate) struct AdoptedScan {
    id_scan_id: IdScanId,
    verdicts: serde_json::Value,
    algorithm: &'static str,
    score: Option<u32>,
}

impl AdoptedScan {
    pub(crate) fn of(checked: &CheckedDocument) -> Self {
        let check = &checked.check;
        Self {
            id_scan_id: checked.id,
            verdicts: check.to_stored(),
            algorithm: cross_check::VERSION,
            score: check.score(),
        }
    }
}
