//! The Rekognition stand-in. It knows nothing of faces: it takes a picture that is not blank for one face, and two
//! pictures that look alike for the same one.

mod picture;

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::aws_json::{Outcome, Refusal};
use crate::error::Result;
use crate::http;
use crate::image_service::{self, Call};

use picture::Picture;

/// What stands in each answer's `x-doorbook-local`.
const HEADER: &str = "a stand-in; likeness of pictures, no faces, nothing by Rekognition";
/// What the service takes for alike where a call does not say.
const THRESHOLD: f64 = 80.0;

/// A running Rekognition stand-in.
#[derive(Debug)]
pub struct Rekognition {
    address: SocketAddr,
    _server: http::Server,
}

impl Rekognition {
    /// Serves on a free port.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Result<Self> {
        let (listener, address) = http::listen(0).await?;
        let server = image_service::serve(listener, HEADER, |asked| async move { call(&asked) });
        Ok(Self { address, _server: server })
    }

    /// The URL that the AWS SDK is given.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn call(call: &Call) -> Outcome {
    match call.operation.as_str() {
        "DetectFaces" => detect(call),
        "CompareFaces" => compare(call),
        other => {
            let message = format!("the local Rekognition does not know {other}");
            Err(Refusal::new("UnknownOperationException", message))
        }
    }
}

fn detect(call: &Call) -> Outcome {
    let picture = Picture::read(&call.image("/Image/Bytes")?)?;
    Ok(json!({"FaceDetails": faces(call, &picture)}))
}

/// One face of a picture that is not blank, or what a test asks for.
fn faces(call: &Call, picture: &Picture) -> Vec<Value> {
    match call.wanted.as_deref() {
        Some("no-face") => Vec::new(),
        _ if picture.is_blank() => Vec::new(),
        Some("blurred-face") => vec![face(0.4, 3.0)],
        Some("several-faces") => vec![face(0.4, 90.0), face(0.1, 90.0)],
        Some("small-face") => vec![face(0.02, 90.0)],
        _ => vec![face(0.4, 90.0)],
    }
}

fn face(side: f64, sharpness: f64) -> Value {
    json!({
        "BoundingBox": {"Left": 0.1, "Top": 0.2, "Width": side, "Height": side},
        "Confidence": 99.5,
        "Landmarks": [],
        "Pose": {"Roll": 0.0, "Yaw": 0.0, "Pitch": 0.0},
        "Quality": {"Brightness": 80.0, "Sharpness": sharpness},
    })
}

fn compare(call: &Call) -> Outcome {
    let source = Picture::read(&call.image("/SourceImage/Bytes")?)?;
    let target = Picture::read(&call.image("/TargetImage/Bytes")?)?;
    let (of_source, of_target) = (faces(call, &source), faces(call, &target));
    let (Some(first), Some(best)) = (of_source.first(), of_target.first()) else {
        // What the service says where one of the pictures has no face.
        return Err(Refusal::new("InvalidParameterException", "Request has invalid parameters"));
    };
    let similarity = source.similarity(&target);
    let threshold = call.input.get("SimilarityThreshold").and_then(Value::as_f64).unwrap_or(THRESHOLD);
    let is_alike = similarity >= threshold;
    let matches: Vec<_> = is_alike.then(|| json!({"Similarity": similarity, "Face": best})).into_iter().collect();
    let unmatched: Vec<_> = of_target.iter().skip(usize::from(is_alike)).collect();
    Ok(json!({
        "SourceImageFace": {"BoundingBox": first.get("BoundingBox"), "Confidence": first.get("Confidence")},
        "FaceMatches": matches,
        "UnmatchedFaces": unmatched,
    }))
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::BASE64_STANDARD};

    use super::*;

    const PHOTO: &[u8] = include_bytes!("../demo/photo.jpg");
    const CARD: &[u8] = include_bytes!("../demo/licence.jpg");

    fn asked(operation: &str, wanted: Option<&str>, images: [&[u8]; 2]) -> Outcome {
        let bytes = images.map(|image| json!({"Bytes": BASE64_STANDARD.encode(image)}));
        let input = json!({"Image": bytes[0], "SourceImage": bytes[0], "TargetImage": bytes[1]});
        call(&Call { operation: operation.to_owned(), input, wanted: wanted.map(str::to_owned) })
    }

    #[test]
    fn a_picture_is_like_itself_and_unlike_another_every_time() {
        for _ in 0..2 {
            let same = asked("CompareFaces", None, [PHOTO, PHOTO]).unwrap();
            assert_eq!(same["FaceMatches"][0]["Similarity"], 100.0);
            let other = asked("CompareFaces", None, [CARD, PHOTO]).unwrap();
            assert_eq!((&other["FaceMatches"], other["UnmatchedFaces"].as_array().unwrap().len()), (&json!([]), 1));
        }
    }

    #[test]
    fn what_a_test_asks_for_is_seen() {
        let count =
            |wanted| asked("DetectFaces", wanted, [PHOTO, PHOTO]).unwrap()["FaceDetails"].as_array().unwrap().len();
        assert_eq!([count(None), count(Some("no-face")), count(Some("several-faces"))], [1, 0, 2]);
        let refused = asked("CompareFaces", Some("no-face"), [PHOTO, PHOTO]).unwrap_err();
        assert_eq!(refused.code, "InvalidParameterException");
    }

    #[test]
    fn what_is_no_picture_is_refused_by_the_services_name_for_it() {
        let refused = asked("DetectFaces", None, [b"%PDF-1.7", PHOTO]).unwrap_err();
        assert_eq!(refused.code, "InvalidImageFormatException");
    }
}
