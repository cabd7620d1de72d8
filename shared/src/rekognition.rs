//! The way to Rekognition: how many faces there are on a picture, and how alike two are. No collection is made and no
//! template kept; a score comes back, and the pictures stay where they were.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;

pub use crate::aws_json::Unanswered;
use crate::{
    aws_json::{Name, Refusal, Service},
    clock::Clock,
    documents::faces::{CompareFacesAnswer, DetectFacesAnswer, ServiceError},
    error::Result,
    settings::AwsSettings,
    wiring::{Fatal, Needs, Part, Right, Start},
};

/// Neither operation has a resource where the images are sent along. No other region may be asked.
const COMPARE: Right = Right::new(&["rekognition:CompareFaces", "rekognition:DetectFaces"], &["*"]).only(&[(
    "StringEquals",
    "aws:RequestedRegion",
    "AWS::Region",
)]);

/// The service leaves out faces that are less alike. Every score is wanted: the site's threshold is ours to apply.
const SIMILARITY_MIN: f32 = 0.0;

/// Counts and compares faces.
#[derive(Clone)]
pub struct Faces(Service);

impl Part for Faces {
    fn needs() -> Needs {
        Needs::of(&[], &[COMPARE])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self::new(&AwsSettings::read(start.told())?, start.common().clock))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DetectFaces {
    image: Image,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CompareFaces {
    source_image: Image,
    target_image: Image,
    similarity_threshold: f32,
}

/// An image, in base64.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Image {
    bytes: String,
}

impl Image {
    fn of(image: &[u8]) -> Self {
        Self { bytes: BASE64_STANDARD.encode(image) }
    }
}

impl Faces {
    /// Rekognition of these settings; nothing is called yet, and nothing connected.
    #[must_use]
    pub fn new(settings: &AwsSettings, clock: Clock) -> Self {
        let name = Name { host: "rekognition", target: "RekognitionService" };
        Self(Service::new(name, settings, settings.rekognition_endpoint.as_deref(), clock))
    }

    /// The same, its breaker included, at the time of another clock.
    #[must_use]
    pub fn at(&self, clock: Clock) -> Self {
        Self(self.0.at(clock))
    }

    /// Every face on a picture.
    ///
    /// # Errors
    /// [`Unanswered`] at the latest after 4 s.
    pub async fn detect(&self, image: &[u8]) -> Result<DetectFacesAnswer, Unanswered> {
        let input = DetectFaces { image: Image::of(image) };
        self.0.call("DetectFaces", &input).await.map_err(|refusal: Refusal| refusal.unanswered())
    }

    /// The largest face on the document, beside every face on the photo. What went wrong stands in the answer's `error`,
    /// as [`crate::documents::faces::read`] takes it: the service says "no face" by an error. It ends after 4 s.
    pub async fn compare(&self, document: &[u8], photo: &[u8]) -> CompareFacesAnswer {
        let (source_image, target_image) = (Image::of(document), Image::of(photo));
        let input = CompareFaces { source_image, target_image, similarity_threshold: SIMILARITY_MIN };
        self.0.call("CompareFaces", &input).await.unwrap_or_else(|refusal: Refusal| CompareFacesAnswer {
            error: Some(ServiceError { code: refusal.code.into_owned(), status: refusal.status }),
            ..CompareFacesAnswer::default()
        })
    }
}
