//! Mail as it left, read as its receiver would; and the sending of it.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    Result,
    clock::Clock,
    id::{MailId, MemberId},
    queue::MAIL_REQUEST,
    runtime::{self, Fired},
};

use super::{
    World,
    stack::{self, CONSOLE_ORIGIN},
};

/// A mail that SES was handed.
#[derive(Clone, Debug, serde::Deserialize)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Mail {
    /// The link in it, which has a line of its own.
    pub(crate) fn link(&self) -> &str {
        let is_link = |line: &&str| line.starts_with(CONSOLE_ORIGIN) && line.contains('#');
        self.text.lines().find(is_link).unwrap_or_else(|| panic!("no link in {}", self.text))
    }

    /// The credential that the link carries.
    pub(crate) fn credential(&self) -> &str {
        self.link().split_once('#').expect("a link with a credential").1
    }
}

/// Every mail that a stack's stand-in of SES keeps in this file, oldest first.
pub(crate) fn all_in(file: &Path) -> Vec<Mail> {
    let text = std::fs::read_to_string(file).expect("the file of the mail");
    // A line that is being written is not there yet.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(|line| serde_json::from_str(line).expect("a line is a mail")).collect()
}

/// Every mail to an address, oldest first.
pub(crate) fn to(address: &str) -> Vec<Mail> {
    let all = all_in(Path::new(&stack::variable("DOORBOOK_TEST_MAIL_FILE")));
    all.into_iter().filter(|mail| mail.to == address).collect()
}

/// The newest mail to an address.
pub(crate) fn newest_to(address: &str) -> Mail {
    to(address).pop().unwrap_or_else(|| panic!("no mail to {address}"))
}

/// A sender with some settings changed.
pub(crate) async fn sender(changes: &[(&str, &str)]) -> send_mail::Deps {
    let variables = stack::variables("fn_send_mail", changes);
    stack::connect::<send_mail::Deps>(&variables).await
}

/// What Lambda is answered when it hands over a batch, or anything else for a tick.
pub(crate) async fn fire(deps: &send_mail::Deps, event: Value) -> Result<Value> {
    let fired = Fired { event, request_id: "test".to_owned(), remaining: Duration::from_secs(60) };
    runtime::work(deps.clock, deps, send_mail::consume, send_mail::sweep, fired).await
}

/// A batch of one message that asks for the mail of a world.
pub(crate) fn request(world: &World) -> Value {
    let body = json!({
        "v": 1, "id": uuid::Uuid::new_v4(), "organization_id": world.organization, "kind": MAIL_REQUEST,
        "ref": world.organization, "request_id": "test", "traceparent": null,
    });
    json!({ "Records": [{ "messageId": "one", "body": body.to_string() }] })
}

/// Sends what waits in a world, as a message asks for it; true where nothing of ours failed.
pub(crate) async fn send(world: &World, deps: &send_mail::Deps) -> bool {
    fire(deps, request(world)).await.expect("an answer") == json!({ "batchItemFailures": [] })
}

/// Sends what waits in a world, and gives the newest mail to an address.
pub(crate) async fn sent_to(world: &World, address: &str) -> Mail {
    assert!(send(world, &sender(&[]).await).await);
    newest_to(address)
}

impl World {
    /// The address of a member.
    pub(crate) async fn address_of(&self, member: MemberId) -> String {
        self.rows("SELECT email FROM members WHERE member_id = $1", &[&member]).await[0].get(0)
    }

    /// Asks for a mail to a member, as the function that causes it does.
    pub(crate) async fn ask_for_mail(&self, member: MemberId, kind: &str) -> MailId {
        let mail = MailId::new(Clock::System { offset_s: 0 }.now());
        self.execute(
            "INSERT INTO mails (organization_id, mail_id, member_id, kind, requested_at, not_before)
             VALUES ($1, $2, $3, $4, now(), now())",
            &[&self.organization, &mail, &member, &kind],
        )
        .await;
        mail
    }
}
