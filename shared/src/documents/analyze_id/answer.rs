//! The part of the service's answer that is read, in its wire names. Unknown keys are ignored: the service adds some.

use serde::Deserialize;

use super::super::tables::or_default;

/// An answer of AnalyzeID.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AnalyzeIdAnswer {
    /// The documents on the picture.
    #[serde(deserialize_with = "or_default")]
    pub identity_documents: Vec<AnsweredDocument>,
}

/// One document.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AnsweredDocument {
    /// Its fields.
    #[serde(deserialize_with = "or_default")]
    pub identity_document_fields: Vec<AnsweredField>,
}

/// One field.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AnsweredField {
    /// Which field.
    #[serde(deserialize_with = "or_default")]
    pub r#type: FieldType,
    /// What stands there.
    #[serde(deserialize_with = "or_default")]
    pub value_detection: AnsweredText,
}

/// The key of a field: `FIRST_NAME`, in the guide also `first name`.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FieldType {
    /// The key.
    #[serde(deserialize_with = "or_default")]
    pub text: String,
}

/// A value as it was seen.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AnsweredText {
    /// As printed.
    #[serde(deserialize_with = "or_default")]
    pub text: String,
    /// In percent.
    #[serde(deserialize_with = "or_default")]
    pub confidence: f64,
    /// As the service understood it; dates only.
    pub normalized_value: Option<NormalizedText>,
}

/// A value as the service understood it.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NormalizedText {
    /// `1984-03-07T00:00:00`.
    #[serde(deserialize_with = "or_default")]
    pub value: String,
}

impl AnsweredField {
    pub(super) fn kind(&self) -> String {
        self.r#type.text.trim().to_ascii_uppercase().replace([' ', '-'], "_")
    }

    pub(super) fn text(&self) -> &str {
        self.value_detection.text.trim()
    }

    pub(super) const fn confidence(&self) -> f64 {
        self.value_detection.confidence
    }

    pub(super) fn normalized(&self) -> Option<&str> {
        self.value_detection.normalized_value.as_ref().map(|value| value.value.as_str())
    }
}
