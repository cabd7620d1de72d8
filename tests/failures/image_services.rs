//! Textract and Rekognition, each slow, throttled, broken or gone: what a caller hears, how soon, and how often they are
//! asked. The stand-ins speak the services' own format over real HTTP.

use std::time::{Duration, Instant};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use shared::{
    clock::{Clock, Timestamp},
    documents::{
        Field, analyze_id, detect_text,
        faces::{self, FaceReason},
    },
    rekognition::Faces,
    textract::{DocumentText, Unanswered},
};
use time::{Date, macros::date};

use crate::harness::{loopback, pictures, stack};

const TODAY: Date = date!(2026 - 11 - 01);

/// Where a service is, asked to fail so; and where it says how often it was asked.
struct Failing {
    endpoint: String,
    counts: String,
}

impl Failing {
    fn new(service: &str, fault: &str) -> Self {
        let counts = format!("/faults/{}", uuid::Uuid::new_v4());
        Self { endpoint: format!("{}{counts}/{fault}", stack::variable(service)), counts }
    }

    fn textract(fault: &str) -> Self {
        Self::new("AWS_ENDPOINT_URL_TEXTRACT", fault)
    }

    async fn calls(&self, service: &str) -> u64 {
        let answer = loopback::send(&stack::variable(service), hyper::Request::get(&self.counts), String::new()).await;
        let answer: serde_json::Value = serde_json::from_slice(&answer).expect("the stand-in answers JSON");
        answer["calls"].as_u64().expect("a count")
    }
}

async fn document_text(failing: &Failing) -> DocumentText {
    let changes = [("AWS_ENDPOINT_URL_TEXTRACT", failing.endpoint.as_str())];
    stack::connect(&stack::variables("fn_scan_id", &changes)).await
}

/// The way to Rekognition, which is asked to see this.
async fn seeing(wanted: &str) -> Faces {
    let failing = Failing::new("AWS_ENDPOINT_URL_REKOGNITION", wanted);
    let changes = [("AWS_ENDPOINT_URL_REKOGNITION", failing.endpoint.as_str())];
    stack::connect(&stack::variables("fn_scan_id", &changes)).await
}

fn picture() -> Vec<u8> {
    BASE64_STANDARD.decode(pictures::jpeg()).expect("base64")
}

fn sample(name: &str) -> Vec<u8> {
    let path = format!("{}/../../shared/vectors/licences/{name}.jpg", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).expect("a sample")
}

#[tokio::test]
async fn a_licences_front_is_read_by_its_labels_and_what_is_absent_stays_absent() {
    let textract = document_text(&Failing::textract("none")).await;

    let answer = textract.analyze_id(&sample("licence-1-00-front")).await.expect("an answer");

    let reading = analyze_id::read(&answer, analyze_id::CONFIDENCE_FLOOR, TODAY).expect("a document");
    let value = |field| reading.entry(field).map(|entry| entry.value.expose_secret());
    assert_eq!(value(Field::FamilyName), Some("NOVAK"));
    assert_eq!(value(Field::GivenName), Some("IVAN"));
    assert_eq!(value(Field::DocumentNumber), Some("E6L1110RD"));
    assert_eq!(value(Field::DateOfBirth), Some("1986-02-09"));
    assert_eq!(value(Field::ExpiresOn), Some("2025-02-09"));
    assert_eq!(value(Field::Issuer), Some("CA"));
    assert_eq!((value(Field::Suffix), value(Field::Endorsements)), (None, None));
}

#[tokio::test]
async fn a_passports_zone_is_found_in_plain_text() {
    let textract = document_text(&Failing::textract("none")).await;

    let answer = textract.detect_text(&sample("licence-1-03-passport")).await.expect("an answer");

    let reading = detect_text::read(&answer, TODAY).expect("a zone");
    assert_eq!(reading.entry(Field::FamilyName).map(|entry| entry.value.expose_secret()), Some("AL HASHIMI"));
    assert!(reading.checks().iter().all(|(_, passed)| *passed != Some(false)), "every check digit is right");
}

#[tokio::test]
async fn a_slow_service_is_given_up_after_four_seconds_and_asked_once() {
    let failing = Failing::textract("slow");
    let begun = Instant::now();

    let answered = document_text(&failing).await.analyze_id(&picture()).await;

    assert_eq!(answered.err(), Some(Unanswered::Unavailable));
    let took = begun.elapsed();
    assert!((Duration::from_secs(4)..Duration::from_secs(6)).contains(&took), "{took:?}");
    assert_eq!(failing.calls("AWS_ENDPOINT_URL_TEXTRACT").await, 1);
}

#[tokio::test]
async fn each_failure_is_told_by_one_word_and_asked_as_often_as_helps() {
    for (fault, expected, calls) in [
        ("throttled", Unanswered::Throttled, 2),
        ("unavailable", Unanswered::Unavailable, 2),
        ("broken", Unanswered::Unavailable, 2),
        ("denied", Unanswered::Unavailable, 1),
    ] {
        let failing = Failing::textract(fault);
        assert_eq!(document_text(&failing).await.analyze_id(&picture()).await.err(), Some(expected), "{fault}");
        assert_eq!(failing.calls("AWS_ENDPOINT_URL_TEXTRACT").await, calls, "{fault}");
    }
}

#[tokio::test]
async fn one_failure_in_between_is_not_noticed() {
    for fault in ["throttled/1", "unavailable/1", "broken/1"] {
        assert!(document_text(&Failing::textract(fault)).await.analyze_id(&picture()).await.is_ok(), "{fault}");
    }
}

#[tokio::test]
async fn what_is_no_picture_is_said_to_be_none() {
    let textract = document_text(&Failing::textract("none")).await;
    for image in [&b"%PDF-1.7"[..], b"\xff\xd8\xff\xe0cut", b"\x89PNG\r\n\x1a\n"] {
        assert_eq!(textract.analyze_id(image).await.err(), Some(Unanswered::BadImage), "{image:?}");
    }
}

#[tokio::test]
async fn the_breaker_opens_after_five_failures_and_closes_by_one_answer() {
    let service = "AWS_ENDPOINT_URL_TEXTRACT";
    // Each call is two attempts: five fail, and so does the first that tries half a minute later.
    let failing = Failing::textract("unavailable/12");
    let begun = Timestamp::parse("2026-11-01T12:00:00Z").expect("a time");
    let textract = document_text(&failing).await;
    let ask_at = async |seconds| {
        let textract = textract.at(Clock::Fixed(begun.plus_seconds(seconds)));
        textract.analyze_id(&picture()).await.err()
    };
    for _ in 0..7 {
        assert_eq!(ask_at(0).await, Some(Unanswered::Unavailable));
    }
    assert_eq!(failing.calls(service).await, 10, "the last two were refused at once");

    assert_eq!(ask_at(30).await, Some(Unanswered::Unavailable));
    assert_eq!(ask_at(31).await, Some(Unanswered::Unavailable));
    assert_eq!(failing.calls(service).await, 12, "one try, and it failed");

    assert_eq!((ask_at(60).await, ask_at(60).await), (None, None));
    assert_eq!(failing.calls(service).await, 14);
}

#[tokio::test]
async fn faces_are_counted_and_compared_and_no_face_is_no_failure() {
    let photo = sample("licence-1-00-front");
    for (wanted, count, reason) in [
        ("none", 1, FaceReason::Score),
        ("several-faces", 2, FaceReason::SeveralFaces),
        ("small-face", 1, FaceReason::Small),
        ("blurred-face", 1, FaceReason::Blurred),
        ("no-face", 0, FaceReason::NoFace),
    ] {
        let rekognition = seeing(wanted).await;
        let seen = rekognition.detect(&photo).await.expect("an answer").count();
        let found = faces::read(&rekognition.compare(&photo, &photo).await, 90.0, Some(seen));
        assert_eq!((seen, found.reason), (count, reason), "{wanted}");
    }
}

#[tokio::test]
async fn a_comparison_without_an_answer_is_no_mismatch() {
    for (fault, expected) in [
        ("throttled", FaceReason::Unavailable),
        ("denied", FaceReason::Unavailable),
        ("broken", FaceReason::Unavailable),
    ] {
        let answer = seeing(fault).await.compare(&picture(), &picture()).await;
        assert_eq!(faces::read(&answer, 90.0, None).reason, expected, "{fault}");
    }
    let answer = seeing("none").await.compare(b"%PDF-1.7", &picture()).await;
    assert_eq!(faces::read(&answer, 90.0, None).reason, FaceReason::BadImage);
}

#[tokio::test]
async fn the_stand_ins_say_that_they_are_none_of_the_services() {
    for (service, target) in [
        ("AWS_ENDPOINT_URL_TEXTRACT", "Textract.AnalyzeID"),
        ("AWS_ENDPOINT_URL_REKOGNITION", "RekognitionService.DetectFaces"),
    ] {
        let image = format!(r#"{{"Bytes":"{}"}}"#, pictures::jpeg());
        let body = format!(r#"{{"DocumentPages":[{image}],"Image":{image}}}"#);
        let request = hyper::Request::post("/").header("x-amz-target", target);
        let (headers, _) = loopback::exchange(&stack::variable(service), request, body).await;
        let said = headers.get("x-doorbook-local").and_then(|header| header.to_str().ok()).unwrap_or_default();
        assert!(said.starts_with("a stand-in"), "{target}: {said}");
    }
}
