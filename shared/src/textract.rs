//! The way to Textract: fields of an identity document, and text of any other. It sees the image and keeps, by its terms,
//! what docs/DEPLOY.md says.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;

pub use crate::aws_json::Unanswered;
use crate::{
    aws_json::{Name, Refusal, Service},
    clock::Clock,
    documents::{analyze_id::AnalyzeIdAnswer, detect_text::DetectTextAnswer},
    error::Result,
    settings::AwsSettings,
    wiring::{Fatal, Needs, Part, Right, Start},
};

/// Neither operation has a resource. No other region may be asked.
const READ: Right = Right::new(&["textract:AnalyzeID", "textract:DetectDocumentText"], &["*"]).only(&[(
    "StringEquals",
    "aws:RequestedRegion",
    "AWS::Region",
)]);

/// Reads documents.
#[derive(Clone)]
pub struct DocumentText(Service);

impl Part for DocumentText {
    fn needs() -> Needs {
        Needs::of(&[], &[READ])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self::new(&AwsSettings::read(start.told())?, start.common().clock))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AnalyzeId {
    document_pages: [Page; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DetectDocumentText {
    document: Page,
}

/// An image, in base64.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    bytes: String,
}

impl Page {
    fn of(image: &[u8]) -> Self {
        Self { bytes: BASE64_STANDARD.encode(image) }
    }
}

impl DocumentText {
    /// Textract of these settings; nothing is called yet, and nothing connected.
    #[must_use]
    pub fn new(settings: &AwsSettings, clock: Clock) -> Self {
        let name = Name { host: "textract", target: "Textract" };
        Self(Service::new(name, settings, settings.textract_endpoint.as_deref(), clock))
    }

    /// The same, its breaker included, at the time of another clock.
    #[must_use]
    pub fn at(&self, clock: Clock) -> Self {
        Self(self.0.at(clock))
    }

    /// The fields of an identity document, which the service knows best when the United States issued it.
    ///
    /// # Errors
    /// [`Unanswered`] at the latest after 4 s.
    pub async fn analyze_id(&self, image: &[u8]) -> Result<AnalyzeIdAnswer, Unanswered> {
        let input = AnalyzeId { document_pages: [Page::of(image)] };
        self.0.call("AnalyzeID", &input).await.map_err(|refusal: Refusal| refusal.unanswered())
    }

    /// The lines of text on any document.
    ///
    /// # Errors
    /// [`Unanswered`] at the latest after 4 s.
    pub async fn detect_text(&self, image: &[u8]) -> Result<DetectTextAnswer, Unanswered> {
        let input = DetectDocumentText { document: Page::of(image) };
        self.0.call("DetectDocumentText", &input).await.map_err(|refusal: Refusal| refusal.unanswered())
    }
}
