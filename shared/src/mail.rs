//! The way to a member's mailbox: one plain text to one address, through SES (API v2).
//!
//! SES, and every server that carries the mail on, can read it: what stands in it is worth no more than the mailbox
//! that it goes to.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::settings::{AwsSettings, MailSettings};
use crate::vault::aws;
use crate::wiring::{Fatal, Needs, Part, Right, Start, Variable};

/// One mail.
pub struct Mail {
    /// Address of whom it is for.
    pub to: String,
    /// What it is about, in one line.
    pub subject: String,
    /// What it says. A person who reads a link in it can follow it.
    pub text: Secret<String>,
}

/// The identity that SES has verified.
const IDENTITY: &str = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailFrom}";

/// Sends mail.
pub struct Mailer {
    ses: Client,
    from: String,
}

impl Part for Mailer {
    fn needs() -> Needs {
        let send = Right::new(&["ses:SendEmail"], &[IDENTITY]).only(&[("StringEquals", "ses:FromAddress", "MailFrom")]);
        Needs::of(&[Variable::required("MAIL_FROM")], &[send])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        let variables = start.told();
        Ok(Self::new(&MailSettings::read(variables)?, &AwsSettings::read(variables)?))
    }
}

impl Mailer {
    /// The mailer of these settings; nothing is called yet.
    #[must_use]
    pub fn new(settings: &MailSettings, aws: &AwsSettings) -> Self {
        let config = aws::config(aws, aws.ses_endpoint.as_deref());
        Self { ses: Client::new(&config), from: settings.from.clone() }
    }

    /// Sends one. When this returns SES has it; whether it arrives is not known. Asked again after an answer that
    /// was lost, it sends a second one.
    ///
    /// # Errors
    /// Unavailable when SES does not answer or takes nothing more for now. Unprocessable at `/to` when it refuses the mail
    /// for good because of its address. Internal when it refuses what is ours, as the sender, and before it is asked when
    /// a header would have more than its one line.
    pub async fn send(&self, mail: &Mail) -> Result<()> {
        if [&mail.to, &mail.subject].iter().any(|header| header.chars().any(char::is_control)) {
            return Err(Error::internal("a header of a mail holds a control character"));
        }
        let text = Body::builder().text(content(mail.text.expose_secret())?).build();
        let message = Message::builder().subject(content(&mail.subject)?).body(text).build();
        let call = self
            .ses
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(&mail.to).build())
            .content(EmailContent::builder().simple(message).build());
        Box::pin(call.send()).await.map(drop).map_err(refusal)
    }
}

fn content(text: &str) -> Result<Content> {
    Content::builder().data(text).charset("UTF-8").build().map_err(Error::internal)
}

/// SES's own word for why it does not take a mail. Its sentence is left out: it repeats addresses.
#[derive(Debug, thiserror::Error)]
#[error("SES answers {status} {code}")]
struct Refused {
    status: u16,
    code: String,
}

/// What a retry may mend is unavailable; what SES refuses of this mail alone stays refused; the rest is a fault of ours.
fn refusal(error: SdkError<SendEmailError, HttpResponse>) -> Error {
    let SdkError::ServiceError(refused) = &error else {
        let is_ours = matches!(error, SdkError::ConstructionFailure(_));
        return if is_ours { Error::internal(error) } else { Error::unavailable(error) };
    };
    let (status, code) = (refused.raw().status(), refused.err().code().unwrap_or("without a code"));
    let is_passing = status.is_server_error() || status.as_u16() == 429 || PASSING.contains(&code);
    let refused = Refused { status: status.as_u16(), code: code.to_owned() };
    if is_passing {
        Error::unavailable(refused)
    } else if OF_THE_ADDRESS.contains(&code) {
        tracing::info!(error.cause = %refused, "mail refused for good");
        refused_address()
    } else {
        Error::internal(refused)
    }
}

/// What is answered of a mail that its address keeps from ever being sent.
#[must_use]
pub fn refused_address() -> Error {
    Error::unprocessable("/to", "refused_for_good")
}

/// Refusals of one mail, which the next attempt would meet again. Its text and its sender are ours and the same as of every
/// other mail: what is left is its address.
const OF_THE_ADDRESS: [&str; 3] = ["BadRequestException", "InvalidParameterValue", "MessageRejected"];

/// Refusals that come with the status of a request that is at fault, and pass all the same.
const PASSING: [&str; 4] = ["LimitExceededException", "SendingPausedException", "Throttling", "ThrottlingException"];

#[cfg(test)]
#[path = "mail_tests.rs"]
mod tests;
