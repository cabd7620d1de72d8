//! Our reading of an answer of Amazon Rekognition CompareFaces: the document's picture against the photo taken.
//!
//! A low score holds and never refuses. The service says "no face" as a 400, takes the largest face of the source without a word, and
//! counts everybody behind the visitor: all of that is named, and none of it is a mismatch.

use serde::Deserialize;

use super::finding::Verdict;
use super::tables::or_default;
use crate::documents::named::named;

/// What the service takes for "the same" by itself, in percent; between it and the site's threshold a person decides.
const SIMILARITY_FLOOR: f64 = 80.0;
/// A face that fills less of the picture, in each direction, is small.
const SIDE_MIN: f64 = 0.04;
/// The service's own measure, 0 to 100.
const SHARPNESS_MIN: f64 = 10.0;

named! {
    /// Why a comparison of faces is not simply a score.
    FaceReason {
        /// The picture is none that the service reads.
        BadImage = "bad_image",
        /// A face is blurred.
        Blurred = "blurred",
        /// The score lies below the threshold.
        LowScore = "low_score",
        /// There is no face on one of the pictures.
        NoFace = "no_face",
        /// Another person.
        OtherPerson = "other_person",
        /// The same person, as far as a score says so.
        Score = "score",
        /// Several faces on one of the pictures.
        SeveralFaces = "several_faces",
        /// A face is small.
        Small = "small",
        /// The service did not answer.
        Unavailable = "unavailable",
    }
}

/// An answer of CompareFaces, in its wire names, or its error.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CompareFacesAnswer {
    /// The largest face on the document.
    pub source_image_face: Option<Face>,
    /// Faces on the photo above the threshold of the call.
    #[serde(deserialize_with = "or_default")]
    pub face_matches: Vec<FaceMatch>,
    /// All others on the photo.
    #[serde(deserialize_with = "or_default")]
    pub unmatched_faces: Vec<Face>,
    /// An error instead of all that.
    #[serde(rename = "error")]
    pub error: Option<ServiceError>,
}

/// A face that is like the document's.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FaceMatch {
    /// In percent.
    #[serde(deserialize_with = "or_default")]
    pub similarity: f64,
    /// The face.
    #[serde(deserialize_with = "or_default")]
    pub face: Face,
}

/// A face on a picture.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Face {
    /// Where it is.
    pub bounding_box: Option<BoundingBox>,
    /// How good it is.
    pub quality: Option<Quality>,
}

/// A place, as parts of the picture.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BoundingBox {
    /// Part of the width.
    #[serde(deserialize_with = "or_default")]
    pub width: f64,
    /// Part of the height.
    #[serde(deserialize_with = "or_default")]
    pub height: f64,
}

/// How good a picture of a face is.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Quality {
    /// 0 to 100.
    #[serde(deserialize_with = "or_default")]
    pub sharpness: f64,
}

/// An answer of DetectFaces, in its wire names: asked about the document, because CompareFaces does not say how many it saw.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DetectFacesAnswer {
    /// Every face on the picture.
    #[serde(deserialize_with = "or_default")]
    pub face_details: Vec<Face>,
}

impl DetectFacesAnswer {
    /// How many faces there are; ghost portraits count, so that a person looks.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.face_details.len()
    }
}

/// What the service answers instead.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ServiceError {
    /// `InvalidParameterException` and the like.
    pub code: String,
    /// HTTP status.
    pub status: u16,
}

/// What is kept of a comparison, and decided by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FaceVerdict {
    /// Match, near, mismatch, or absent when nothing could be compared.
    pub verdict: Verdict,
    /// Why.
    pub reason: FaceReason,
}

impl FaceVerdict {
    /// The verdict of these stable names; none where one is unknown.
    #[must_use]
    pub fn of_names(verdict: &str, reason: &str) -> Option<Self> {
        Some(Self { verdict: Verdict::of_name(verdict)?, reason: FaceReason::of_name(reason)? })
    }
}

/// What a comparison of faces found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceFinding {
    /// Match, near, mismatch, or absent when nothing could be compared.
    pub verdict: Verdict,
    /// Why.
    pub reason: FaceReason,
    /// The best similarity in percent, kept with the verdict.
    pub similarity: Option<f64>,
    /// Whether asking again can help, within the budget.
    pub may_retry: bool,
}

impl FaceFinding {
    /// A comparison that could not be asked for.
    #[must_use]
    pub const fn unavailable() -> Self {
        Self::new(Verdict::Absent, FaceReason::Unavailable, None)
    }

    /// The similarity as it is stored: whole percent, rounded down so that no score is told better than it is.
    #[must_use]
    pub fn score(&self) -> Option<u8> {
        let similarity = self.similarity?;
        (0..=100_u8).rev().find(|percent| f64::from(*percent) <= similarity)
    }

    const fn new(verdict: Verdict, reason: FaceReason, similarity: Option<f64>) -> Self {
        Self { verdict, reason, similarity, may_retry: false }
    }
}

/// Reads an answer. `threshold` is the site's, in percent; `source_faces` is what DetectFaces counted on the document, if it was asked.
#[must_use]
pub fn read(answer: &CompareFacesAnswer, threshold: f64, source_faces: Option<usize>) -> FaceFinding {
    if let Some(error) = &answer.error {
        return read_error(error);
    }
    let best = answer.face_matches.iter().map(|matched| matched.similarity).reduce(f64::max);
    if source_faces == Some(0) || (answer.face_matches.is_empty() && answer.unmatched_faces.is_empty()) {
        return FaceFinding::new(Verdict::Absent, FaceReason::NoFace, None);
    }
    let matched = |face: &FaceMatch| face.similarity >= SIMILARITY_FLOOR;
    let several =
        source_faces.is_some_and(|count| count > 1) || answer.face_matches.len() + answer.unmatched_faces.len() > 1;
    match best.filter(|_| answer.face_matches.iter().any(matched)) {
        Some(best) if several => FaceFinding::new(Verdict::Near, FaceReason::SeveralFaces, Some(best)),
        Some(best) if best < threshold => {
            FaceFinding::new(Verdict::Near, poor(answer).unwrap_or(FaceReason::LowScore), Some(best))
        }
        Some(best) => match poor(answer) {
            Some(reason) => FaceFinding::new(Verdict::Near, reason, Some(best)),
            None => FaceFinding::new(Verdict::Match, FaceReason::Score, Some(best)),
        },
        // A bad picture of the right person looks like another person.
        None => match poor(answer) {
            Some(reason) => FaceFinding::new(Verdict::Near, reason, best),
            None => FaceFinding::new(Verdict::Mismatch, FaceReason::OtherPerson, best),
        },
    }
}

/// Whether a face is too small or too blurred to say much.
fn poor(answer: &CompareFacesAnswer) -> Option<FaceReason> {
    let mut faces = answer
        .source_image_face
        .iter()
        .chain(answer.face_matches.iter().map(|matched| &matched.face))
        .chain(&answer.unmatched_faces);
    faces.find_map(|face| {
        if face.bounding_box.as_ref().is_some_and(|place| place.width < SIDE_MIN || place.height < SIDE_MIN) {
            Some(FaceReason::Small)
        } else {
            face.quality.as_ref().filter(|quality| quality.sharpness < SHARPNESS_MIN).map(|_| FaceReason::Blurred)
        }
    })
}

/// A 400 with a throttling code is no fault of ours and may be asked again; "invalid parameter" is how the service says "no face".
fn read_error(error: &ServiceError) -> FaceFinding {
    let absent = |reason| FaceFinding::new(Verdict::Absent, reason, None);
    match error.code.as_str() {
        "InvalidParameterException" => absent(FaceReason::NoFace),
        "InvalidImageFormatException" | "ImageTooLargeException" | "InvalidS3ObjectException" => {
            absent(FaceReason::BadImage)
        }
        "ProvisionedThroughputExceededException"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "InternalServerError" => FaceFinding { may_retry: true, ..absent(FaceReason::Unavailable) },
        _ => FaceFinding { may_retry: error.status >= 500 || error.status == 429, ..absent(FaceReason::Unavailable) },
    }
}
