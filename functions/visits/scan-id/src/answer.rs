//! The answer to a scan: fields for the form, with where each came from, and what the comparison found.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::{
    clock::Timestamp,
    documents::{Field, cross_check::Compared, finding::Finding, reading::Kind},
    id::{IdScanId, SiteId},
};
use utoipa::ToSchema;

use crate::record::Scan;

/// What was read of a document. The values are answered once, to the credential that scanned; a replay has null in their place.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Scanned {
    /// The scan; a check-in cites it.
    pub id_scan_id: IdScanId,
    /// Where.
    pub site_id: SiteId,
    /// What was read, the most trusted source first; empty where nothing was.
    pub documents: Vec<ReadDocument>,
    /// Fields to fill the form with, each from the most trusted source that has it.
    pub fields: Vec<ReadField>,
    /// How the sources stand to each other, by field.
    pub verdicts: BTreeMap<&'static str, ComparedField>,
    /// What a single source is enough for, as `expired` and `checksum_failed`.
    pub warnings: Vec<&'static str>,
    /// Why a source said nothing, as `nothing_found` and `not_aamva`.
    pub not_read: Vec<&'static str>,
    /// True where a person has to type what stands on the document.
    pub needs_manual_entry: bool,
    /// How the face on the front and the photo stand to each other, where they were compared.
    pub face: Option<ComparedField>,
    /// When it is destroyed, unless a check-in cites it; null for the scan of a visit.
    pub expires_at: Option<Timestamp>,
}

/// One source that was read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadDocument {
    /// `barcode`, `mrz` or `printed`.
    pub source: &'static str,
    /// `aamva`, `magnetic_stripe`, `analyzed`, or the layout of Doc 9303, as `TD3`.
    pub kind: &'static str,
    /// Version of the AAMVA standard, where the barcode names one.
    pub version: Option<u8>,
    /// True for the text of a device that no image confirms.
    pub is_device_text: bool,
    /// Check digits: right, wrong, or null where it cannot be checked.
    pub checks: BTreeMap<&'static str, Option<bool>>,
    /// What to know before trusting it.
    pub doubts: Vec<&'static str>,
    /// What was put right about the transport; values never are.
    pub repairs: Vec<&'static str>,
}

/// A field, and where it stood.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadField {
    /// Its name, as `family_name`.
    pub field: &'static str,
    /// Its value; dates are ISO. Restricted: answered once.
    pub value: Option<String>,
    /// The source.
    pub source: &'static str,
    /// Where in the source it stood: an element, or positions in a line.
    pub stood_at: String,
}

/// How the sources of one field stand to each other.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ComparedField {
    /// `match`, `near`, `mismatch` or `absent`.
    pub verdict: &'static str,
    /// The one word that explains it.
    pub reason: &'static str,
}

impl From<Finding> for ComparedField {
    fn from(finding: Finding) -> Self {
        Self { verdict: finding.verdict.name(), reason: finding.reason.name() }
    }
}

impl Scanned {
    pub(crate) fn new(scan: &Scan<'_>, not_read: Vec<&'static str>) -> Self {
        let (document, check) = (scan.document, &scan.check);
        let fields = Field::ALL.iter().filter_map(|field| {
            let found = document.readings().find_map(|(source, reading)| Some((source, reading.entry(*field)?)));
            found.map(|(source, entry)| ReadField {
                field: field.name(),
                value: Some(entry.value.expose_secret().to_owned()),
                source: source.name(),
                stood_at: entry.origin.to_string(),
            })
        });
        Self {
            id_scan_id: scan.owner.id,
            site_id: scan.site.id,
            documents: documents(scan),
            fields: fields.collect(),
            verdicts: Compared::ALL.iter().map(|field| (field.name(), check.verdict(*field).into())).collect(),
            warnings: check.warnings.iter().map(|warning| warning.name()).collect(),
            not_read,
            needs_manual_entry: document.readings().next().is_none(),
            face: scan
                .face
                .as_ref()
                .map(|face| ComparedField { verdict: face.finding.verdict.name(), reason: face.finding.reason.name() }),
            expires_at: scan.owner.visit.is_none().then_some(scan.owner.expires_at),
        }
    }

    /// The same with null in place of each value.
    pub(crate) fn without_values(&self) -> Self {
        let mut shown = self.clone();
        shown.fields.iter_mut().for_each(|field| field.value = None);
        shown
    }
}

fn documents(scan: &Scan<'_>) -> Vec<ReadDocument> {
    let one = |(source, reading): (shared::documents::cross_check::Source, &shared::documents::Reading)| {
        let (kind, version) = match reading.kind {
            Kind::Aamva(version) => ("aamva", version),
            Kind::Analyzed => ("analyzed", None),
            Kind::MagneticStripe => ("magnetic_stripe", None),
            Kind::Mrz(format) => (format.name(), None),
        };
        ReadDocument {
            source: source.name(),
            kind,
            version,
            is_device_text: scan.document.is_device_text && source.name() != "printed",
            checks: reading.checks().iter().map(|(check, passed)| (check.name(), *passed)).collect(),
            doubts: reading.doubts().iter().map(|doubt| doubt.name()).collect(),
            repairs: reading.repairs().iter().map(|repair| repair.name()).collect(),
        }
    };
    scan.document.readings().map(one).collect()
}
