//! What is asked to be opened and why, and what is shown.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    domain::{Reason, visit::RestrictedField},
    id::VisitId,
};
use utoipa::ToSchema;

/// The body as it is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandBody {
    /// Which values, each once.
    #[schema(min_items = 1, max_items = 6)]
    fields: Vec<RestrictedField>,
    /// Why; it stands in the audit log, so it must not name the person.
    reason: Reason,
}

/// A demand in which everything can be.
#[derive(Debug)]
pub struct Demand {
    /// Which values.
    pub fields: Vec<RestrictedField>,
    /// Why.
    pub reason: Reason,
}

impl Demand {
    /// Reads the body.
    ///
    /// # Errors
    /// [`Error::Malformed`] when no field is named, or one twice.
    pub fn parse(body: DemandBody) -> Result<Self> {
        let DemandBody { fields, reason } = body;
        if fields.is_empty() {
            return Err(Error::malformed("/fields", "empty"));
        }
        let again = fields.iter().enumerate().position(|(at, field)| fields.iter().take(at).any(|seen| seen == field));
        match again {
            Some(at) => Err(Error::malformed(format!("/fields/{at}"), "repeated")),
            None => Ok(Self { fields, reason }),
        }
    }

    pub(crate) fn asks_for(&self, field: RestrictedField) -> bool {
        self.fields.contains(&field)
    }
}

/// What was opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Revealed {
    /// The visit.
    pub visit_id: VisitId,
    /// The values that were asked for. Null where the visit has none, where the person was erased, and in the
    /// answer to a replay.
    pub values: Values,
}

/// The values that were asked for, and no others.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Values {
    /// Number of the driver's licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence_number: Option<Option<String>>,
    /// Number of the document that was scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_number: Option<Option<String>>,
    /// Front of the document that was scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_front: Option<Option<Image>>,
    /// Back of the document that was scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_back: Option<Option<Image>>,
    /// Photo of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo: Option<Option<Image>>,
    /// Signature under a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Option<Image>>,
}

impl Values {
    /// Null for each field that is asked for.
    pub(crate) fn all_null(demand: &Demand) -> Self {
        Self {
            licence_number: demand.asks_for(RestrictedField::LicenceNumber).then_some(None),
            document_number: demand.asks_for(RestrictedField::DocumentNumber).then_some(None),
            document_front: demand.asks_for(RestrictedField::DocumentFront).then_some(None),
            document_back: demand.asks_for(RestrictedField::DocumentBack).then_some(None),
            photo: demand.asks_for(RestrictedField::Photo).then_some(None),
            signature: demand.asks_for(RestrictedField::Signature).then_some(None),
        }
    }

    /// Where the image of a field is shown; none for a field that is no image.
    pub(crate) const fn image(&mut self, field: RestrictedField) -> Option<&mut Option<Option<Image>>> {
        match field {
            RestrictedField::DocumentBack => Some(&mut self.document_back),
            RestrictedField::DocumentFront => Some(&mut self.document_front),
            RestrictedField::Photo => Some(&mut self.photo),
            RestrictedField::Signature => Some(&mut self.signature),
            RestrictedField::DocumentNumber | RestrictedField::LicenceNumber => None,
        }
    }
}

/// An image in the clear.
#[derive(Debug, Serialize, ToSchema)]
pub struct Image {
    /// `image/jpeg` or `image/png`.
    #[schema(value_type = String, example = "image/jpeg")]
    pub media_type: &'static str,
    /// The image.
    #[schema(format = Byte)]
    pub base64: String,
}
