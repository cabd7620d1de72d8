//! A mail as `SendEmail` carries it, as far as the application sends it: one plain text to one address.

use hyper::StatusCode;
use serde_json::{Value, json};

/// Addresses that are refused: no domain ends so (RFC 2606).
const REFUSED: &str = "@refused.invalid";

/// Why a mail is not taken, by the name that the SDK matches on.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn bad_request(message: &str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "BadRequestException", message: message.to_owned() }
    }
}

/// What SES makes of a mail.
pub(super) type Taken<T> = Result<T, Refusal>;

/// One mail.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mail {
    from: String,
    to: String,
    subject: String,
    text: String,
}

impl Mail {
    /// Reads the input of `SendEmail`.
    pub(super) fn read(input: &Value) -> Taken<Self> {
        let (simple, destination) = ("/Content/Simple", input.get("Destination"));
        if input.pointer(&format!("{simple}/Body/Html")).is_some() {
            return Err(Refusal::bad_request("the local SES takes plain text only"));
        }
        let fields = destination.and_then(Value::as_object).into_iter().flatten();
        let recipients: Vec<_> = fields.filter_map(|(_, list)| list.as_array()).flatten().collect();
        let to = destination.and_then(|destination| destination.pointer("/ToAddresses/0"));
        if recipients.len() != 1 {
            return Err(Refusal::bad_request("the local SES takes a mail for one recipient"));
        }
        let to = address(to)?;
        // As SES answers for good, for an address that a test chooses.
        if to.ends_with(REFUSED) {
            let message = "the address is refused".to_owned();
            return Err(Refusal { status: StatusCode::BAD_REQUEST, code: "MessageRejected", message });
        }
        Ok(Self {
            from: address(input.get("FromEmailAddress"))?,
            to,
            subject: content(input.pointer(&format!("{simple}/Subject")))?,
            text: content(input.pointer(&format!("{simple}/Body/Text")))?,
        })
    }

    /// The line by which it is kept.
    pub(super) fn line(&self, id: &str) -> Value {
        json!({"message_id": id, "from": self.from, "to": self.to, "subject": self.subject, "text": self.text})
    }
}

/// An address that is one: as SES, without letters beyond ASCII, spaces or line ends.
fn address(given: Option<&Value>) -> Taken<String> {
    let given = given.and_then(Value::as_str).unwrap_or_default();
    let (local, domain) = given.split_once('@').unwrap_or_default();
    if local.is_empty() || domain.is_empty() || !given.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Refusal::bad_request("an address is missing or none"));
    }
    Ok(given.to_owned())
}

/// A text in UTF-8, which must be said: SES takes anything else for ASCII.
fn content(given: Option<&Value>) -> Taken<String> {
    let field = |name: &str| given.and_then(|content| content.get(name)).and_then(Value::as_str);
    match (field("Data"), field("Charset")) {
        (Some(data), Some("UTF-8")) if !data.is_empty() => Ok(data.to_owned()),
        _ => Err(Refusal::bad_request("a text is missing, empty or not said to be in UTF-8")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> Value {
        let text = |data: &str| json!({"Data": data, "Charset": "UTF-8"});
        json!({
            "FromEmailAddress": "doorbook@example.com",
            "Destination": {"ToAddresses": ["ada@example.com"]},
            "Content": {"Simple": {"Subject": text("Für Ada"), "Body": {"Text": text("Guten Tag\n")}}},
        })
    }

    #[test]
    fn a_mail_is_kept_with_everything_that_its_reader_sees() {
        let mail = Mail::read(&input()).unwrap();
        let line = mail.line("one");
        assert_eq!(
            (&line["to"], &line["subject"], &line["text"]),
            (&json!("ada@example.com"), &json!("Für Ada"), &json!("Guten Tag\n"))
        );
        assert!(!line.to_string().contains('\n'));
    }

    #[test]
    fn what_ses_would_not_send_is_refused() {
        let changed = |pointer: &str, value: Value| {
            let mut input = input();
            *input.pointer_mut(pointer).unwrap() = value;
            input
        };
        for input in [
            json!({}),
            changed("/FromEmailAddress", json!("Doorbook")),
            changed("/Destination", json!({})),
            changed("/Destination", json!({"ToAddresses": ["ada@example.com"], "BccAddresses": ["eve@example.com"]})),
            changed("/Destination/ToAddresses", json!(["ada@example.com", "eve@example.com"])),
            changed("/Destination/ToAddresses/0", json!("ada@example.com\r\nBcc: eve@example.com")),
            changed("/Destination/ToAddresses/0", json!("adä@example.com")),
            changed("/Destination/ToAddresses/0", json!("ada@refused.invalid")),
            changed("/Content/Simple/Subject/Data", json!("")),
            changed("/Content/Simple/Subject", json!({"Data": "Für Ada"})),
            changed("/Content/Simple/Body", json!({"Html": {"Data": "<p>", "Charset": "UTF-8"}})),
        ] {
            assert_eq!(Mail::read(&input).unwrap_err().status, StatusCode::BAD_REQUEST, "{input}");
        }
    }
}
