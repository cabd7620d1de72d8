//! What is sent, and how an answer is taken. Here a connector stands for the service.

use std::sync::Mutex;

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture},
    orchestrator::HttpResponse,
    result::ConnectorError,
};
use serde_json::{Value, json};

use super::*;
use crate::clock::Timestamp;

/// What stands for the service: the requests that it saw, and the answers that it gives in turn, the last one for ever.
#[derive(Clone, Debug, Default)]
struct Stand {
    seen: Arc<Mutex<Vec<HttpRequest>>>,
    answers: Vec<(u16, String)>,
}

impl Stand {
    fn service(answers: &[(u16, &str)]) -> (Self, Service) {
        let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        let stand = Self { answers, ..Self::default() };
        let clock = Clock::Fixed(Timestamp::parse("2026-11-01T12:00:00Z").unwrap());
        let name = Name { host: "textract", target: "Textract" };
        let service = Service::new(name, &AwsSettings::of_tests(), None, clock);
        service.connector.set(SharedHttpConnector::new(stand.clone())).unwrap();
        (stand, service)
    }

    fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

impl HttpConnector for Stand {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut seen = self.seen.lock().unwrap();
        seen.push(request);
        let answer = self.answers.get(seen.len() - 1).or(self.answers.last());
        HttpConnectorFuture::ready(match answer {
            Some((status, body)) => Ok(HttpResponse::new((*status).try_into().unwrap(), body.clone().into())),
            None => Err(ConnectorError::io("connection refused".into())),
        })
    }
}

async fn call(service: &Service) -> Result<Value, Refusal> {
    service.call("AnalyzeID", &json!({"DocumentPages": [{"Bytes": "AA=="}]})).await
}

#[tokio::test]
async fn a_call_is_one_signed_post_to_the_configured_region() {
    let (stand, service) = Stand::service(&[(200, "{}")]);

    call(&service).await.unwrap();

    let seen = stand.seen.lock().unwrap();
    let sent = seen.first().unwrap();
    assert_eq!((sent.method(), sent.uri()), ("POST", "https://textract.eu-central-1.amazonaws.com/"));
    let header = |name| sent.headers().get(name).unwrap();
    assert_eq!((header("x-amz-target"), header("content-type")), ("Textract.AnalyzeID", CONTENT_TYPE));
    let authorization = header("authorization");
    assert!(authorization.contains("/20261101/eu-central-1/textract/aws4_request"), "{authorization}");
    assert!(authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-target"), "{authorization}");
    assert_eq!(sent.body().bytes().unwrap(), br#"{"DocumentPages":[{"Bytes":"AA=="}]}"#);
}

#[tokio::test]
async fn what_may_pass_is_asked_twice_and_what_is_refused_for_good_once() {
    let throttled = (400, r#"{"__type":"ThrottlingException"}"#);
    for (answers, is_answered, calls) in [
        (&[throttled, (200, "{}")][..], true, 2),
        (&[(503, ""), (200, "{}")], true, 2),
        (&[(200, "{\"Identity"), (200, "{}")], true, 2),
        (&[throttled], false, 2),
        (&[], false, 2),
        (&[(400, r#"{"__type":"AccessDeniedException"}"#)], false, 1),
        (&[(400, r#"{"__type":"BadDocumentException"}"#)], false, 1),
        (&[(301, "")], false, 1),
    ] {
        let (stand, service) = Stand::service(answers);
        assert_eq!(call(&service).await.is_ok(), is_answered, "{answers:?}");
        assert_eq!(stand.calls(), calls, "{answers:?}");
    }
}

#[tokio::test]
async fn a_picture_that_is_none_opens_no_breaker_and_an_outage_does() {
    let (stand, service) = Stand::service(&[(400, r#"{"__type":"BadDocumentException"}"#)]);
    for _ in 0..2 * breaker::FAILURES_MAX {
        assert_eq!(call(&service).await.unwrap_err().unanswered(), Unanswered::BadImage);
    }
    assert_eq!(stand.calls(), 10);

    let (stand, service) = Stand::service(&[(400, r#"{"__type":"AccessDeniedException"}"#)]);
    for _ in 0..2 * breaker::FAILURES_MAX {
        assert_eq!(call(&service).await.unwrap_err().unanswered(), Unanswered::Unavailable);
    }
    assert_eq!(stand.calls(), 5);
}

#[tokio::test]
async fn an_answer_that_is_longer_than_any_is_dropped() {
    let long = format!("\"{}\"", "a".repeat(ANSWER_BYTES_MAX));
    let (_, service) = Stand::service(&[(200, &long)]);
    assert_eq!(call(&service).await.unwrap_err(), Refusal::ours(Word::BrokenAnswer));
}
