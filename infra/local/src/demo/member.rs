//! The owner of an organization of the demonstration, as a person at a browser: a link in a mail, a password, an app.

use std::net::SocketAddr;
use std::path::Path;

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::SET_COOKIE;
use serde::Serialize;
use serde_json::{Value, json};
use shared::authn::totp::TotpSecret;
use shared::clock::Clock;

use super::caller::{invoke, text};
use crate::error::{Error, Result};
use crate::lambda::Lambda;
use crate::{http, machine};

/// A password that a person at the demonstration would choose.
const PASSWORD: &str = "purple elephants never queue";

/// What an owner signs in with.
#[derive(Debug, Serialize)]
pub struct Owner {
    /// E-mail address.
    #[serde(rename = "owner_email")]
    pub email: String,
    /// Password.
    #[serde(rename = "owner_password")]
    pub password: String,
    /// Secret of the authenticator app, in base32.
    #[serde(rename = "owner_totp_secret")]
    pub totp_secret: String,
}

/// A browser at the console.
pub(super) struct Browser {
    gateway: SocketAddr,
    cookie: Option<String>,
    csrf_token: String,
}

impl Browser {
    /// One without a session.
    pub(super) const fn new(gateway: SocketAddr) -> Self {
        Self { gateway, cookie: None, csrf_token: String::new() }
    }

    /// Sends a request that must succeed.
    pub(super) async fn succeed(&mut self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let (status, answer) = self.send(method, path, body).await?;
        match status.is_success() {
            true => Ok(answer),
            false => Err(Error::stack(format!("{method} {path} answered {status}: {answer}"))),
        }
    }

    /// Sends a request, and keeps the session that the answer may bring.
    pub(super) async fn send(&mut self, method: &str, path: &str, body: &Value) -> Result<(StatusCode, Value)> {
        let origin = format!("http://{}", self.gateway);
        let key = machine::id().to_string();
        let json = ("content-type", "application/json");
        let mut headers = vec![json, ("origin", origin.as_str()), ("idempotency-key", key.as_str())];
        if let Some(cookie) = &self.cookie {
            headers.extend([("cookie", cookie.as_str()), ("x-csrf-token", self.csrf_token.as_str())]);
        }
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let request = http::request(method, self.gateway, path, &headers, body)?;
        let (head, body) = http::send_whole(self.gateway, request).await?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let cookie = head.headers.get(SET_COOKIE).and_then(|value| value.to_str().ok());
        if let Some(cookie) = cookie.and_then(|cookie| cookie.split(';').next()) {
            self.cookie = Some(cookie.to_owned());
            self.csrf_token = text(&answer, "/csrf_token")?;
        }
        Ok((head.status, answer))
    }
}

/// Follows the link of the invitation, chooses a password, signs in and enrols an app.
///
/// # Errors
/// When no mail came, or a function refuses.
pub(super) async fn join(gateway: SocketAddr, lambda: &Lambda, mail: &Path, slug: &str, email: &str) -> Result<Owner> {
    invoke(lambda, "send-mail", &json!({})).await?;
    let mut browser = Browser::new(gateway);
    let accepted = json!({"invitation": invitation(mail, email)?, "password": PASSWORD});
    browser.succeed("POST", "/v1/member-invitations/accept", &accepted).await?;
    offer_password(&mut browser, slug, email).await?;
    let begun = browser.succeed("POST", "/v1/session/totp", &json!({})).await?;
    let owner = Owner { email: email.to_owned(), password: PASSWORD.to_owned(), totp_secret: text(&begun, "/secret")? };
    let code = json!({"code": owner.code(0)?});
    browser.succeed("POST", "/v1/session/totp/confirm", &code).await?;
    Ok(owner)
}

/// Opens a session with the password; what is still to be done is in the answer.
pub(super) async fn offer_password(browser: &mut Browser, slug: &str, email: &str) -> Result<Value> {
    let entry = json!({"slug": slug, "email": email, "password": PASSWORD});
    browser.succeed("POST", "/v1/session", &entry).await
}

/// Signs a member in by their password and the code that their app shows in so many steps.
pub(super) async fn sign_in(gateway: SocketAddr, slug: &str, member: &Owner, steps: i64) -> Result<Browser> {
    let mut browser = Browser::new(gateway);
    offer_password(&mut browser, slug, &member.email).await?;
    browser.succeed("POST", "/v1/session/second-factor", &json!({"code": member.code(steps)?})).await?;
    Ok(browser)
}

impl Owner {
    /// The code that the app shows in so many steps of 30 seconds.
    pub(super) fn code(&self, steps: i64) -> Result<String> {
        let moment = Clock::System { offset_s: 0 }.now().plus_seconds(30 * steps);
        let code = TotpSecret::of_base32(&self.totp_secret).and_then(|secret| secret.code_at(moment));
        let code = code.map_err(|error| Error::stack(error.to_string()))?;
        Ok(code.digits().expose_secret().clone())
    }
}

/// What the link carries that was mailed to this address.
fn invitation(mail: &Path, email: &str) -> Result<String> {
    let mails = std::fs::read_to_string(mail).map_err(Error::io(format!("cannot read {}", mail.display())))?;
    let sent = mails.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let to_owner = sent.rev().find(|mail| mail.get("to").and_then(Value::as_str) == Some(email));
    let text = to_owner.as_ref().and_then(|mail| mail.get("text")).and_then(Value::as_str).unwrap_or_default();
    let link = text.split_whitespace().find_map(|word| word.split_once("/join#"));
    let (_, credential) = link.ok_or_else(|| Error::stack(format!("no invitation was mailed to {email}")))?;
    Ok(credential.to_owned())
}
