//! Mail through SES, which here is a connector that answers as SES does.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_types::sdk_config::RetryConfig;
use serde_json::{Value, json};

use super::*;
use crate::error::Code;

/// What stands in for SES: every mail that it was sent, and how it refuses.
#[derive(Clone, Debug, Default)]
struct Stand {
    taken: Arc<Mutex<Vec<(String, Value)>>>,
    refusal: Option<(u16, &'static str)>,
    is_unreachable: bool,
}

impl Stand {
    fn mailer(&self) -> Mailer {
        let settings = AwsSettings::of_tests();
        let connector = SharedHttpConnector::new(self.clone());
        let config = aws_sdk_sesv2::config::Builder::from(&aws::config(&settings, Some("http://127.0.0.1:1")))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .retry_config(RetryConfig::disabled());
        Mailer { ses: Client::from_conf(config.build()), from: "doorbook@example.com".to_owned() }
    }

    fn taken(&self) -> Vec<(String, Value)> {
        self.taken.lock().unwrap().clone()
    }
}

impl HttpConnector for Stand {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.is_unreachable {
            return HttpConnectorFuture::ready(Err(ConnectorError::io("connection refused".into())));
        }
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        self.taken.lock().unwrap().push((format!("{} {}", request.method(), request.uri()), body));
        let (status, body) = match self.refusal {
            Some((status, code)) => (status, json!({"__type": code, "message": "ada@example.com is not verified"})),
            None => (200, json!({"MessageId": "one"})),
        };
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), body.to_string().into())))
    }
}

fn mail(to: &str, subject: &str) -> Mail {
    Mail { to: to.to_owned(), subject: subject.to_owned(), text: Secret::new("Größe\n".to_owned()) }
}

#[tokio::test]
async fn a_mail_is_one_plain_text_to_one_address() {
    let stand = Stand::default();

    stand.mailer().send(&mail("ada@example.com", "Für Ada")).await.unwrap();

    let utf8 = |text: &str| json!({"Data": text, "Charset": "UTF-8"});
    let body = json!({
        "FromEmailAddress": "doorbook@example.com",
        "Destination": {"ToAddresses": ["ada@example.com"]},
        "Content": {"Simple": {"Subject": utf8("Für Ada"), "Body": {"Text": utf8("Größe\n")}}},
    });
    assert_eq!(stand.taken(), [("POST http://127.0.0.1:1/v2/email/outbound-emails".to_owned(), body)]);
}

#[tokio::test]
async fn a_header_of_more_than_one_line_is_refused_before_ses_is_asked() {
    let stand = Stand::default();
    for (to, subject) in [
        ("ada@example.com", "Hello\r\nBcc: eve@example.com"),
        ("ada@example.com", "Hello\u{85}Bcc: eve@example.com"),
        ("ada@example.com\nBcc: eve@example.com", "Hello"),
        ("ada@example.com\0", "Hello"),
    ] {
        let refused = stand.mailer().send(&mail(to, subject)).await.unwrap_err();
        assert_eq!(refused.code(), Code::Internal, "{to:?} {subject:?}");
        assert!(!format!("{refused:?}").contains("example.com"));
    }
    assert!(stand.taken().is_empty());
}

#[tokio::test]
async fn what_may_pass_is_unavailable_and_what_is_refused_for_good_says_whose_fault_it_is() {
    for (status, code, expected) in [
        (400, "ThrottlingException", Code::Unavailable),
        (400, "LimitExceededException", Code::Unavailable),
        (400, "SendingPausedException", Code::Unavailable),
        (429, "TooManyRequestsException", Code::Unavailable),
        (500, "InternalServiceErrorException", Code::Unavailable),
        (503, "SomethingNewException", Code::Unavailable),
        (400, "AccountSuspendedException", Code::Internal),
        (400, "BadRequestException", Code::Unprocessable),
        (400, "MailFromDomainNotVerifiedException", Code::Internal),
        (400, "MessageRejected", Code::Unprocessable),
        (403, "AccessDeniedException", Code::Internal),
    ] {
        let stand = Stand { refusal: Some((status, code)), ..Stand::default() };
        let refused = stand.mailer().send(&mail("ada@example.com", "Hello")).await.unwrap_err();
        assert_eq!(refused.code(), expected, "{code}");
        let said = format!("{refused:?}");
        assert!(said.contains(code) || expected == Code::Unprocessable, "{said}");
        assert!(!said.contains("ada@"), "{said}");
    }
    let stand = Stand { is_unreachable: true, ..Stand::default() };
    let refused = stand.mailer().send(&mail("ada@example.com", "Hello")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
}
