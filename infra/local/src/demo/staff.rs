//! The operator's own organization, and one of its staff who helps a customer: a reason, a token, and an end.

use std::net::SocketAddr;
use std::path::Path;

use hyper::StatusCode;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::caller::{invoke, text};
use super::member::{self, Browser, Owner};
use super::seed::Organization;
use crate::error::{Error, Result};
use crate::lambda::Lambda;
use crate::report::say;

/// Handle of the operator's own organization.
const SLUG: &str = "operator";
const REASON: &str = "A badge does not print at the main gate, ticket 4711.";

/// A member of the operator's staff.
#[derive(Debug, Serialize)]
pub struct Staff {
    /// The operator's own organization.
    #[serde(skip)]
    organization_id: String,
    /// Its handle.
    #[serde(rename = "staff_slug")]
    slug: &'static str,
    /// What they sign in with there.
    #[serde(flatten, serialize_with = "as_staff")]
    credentials: Owner,
}

impl Staff {
    /// As it stands in `demo.json`.
    pub(super) fn to_json(&self) -> Value {
        let Owner { email, password, totp_secret } = &self.credentials;
        json!({"organization_id": self.organization_id, "slug": SLUG, "email": email, "password": password,
            "totp_secret": totp_secret})
    }
}

/// The credentials under names that an owner's do not have.
fn as_staff<S: Serializer>(credentials: &Owner, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    let mut fields = serializer.serialize_map(Some(3))?;
    fields.serialize_entry("staff_email", &credentials.email)?;
    fields.serialize_entry("staff_password", &credentials.password)?;
    fields.serialize_entry("staff_totp_secret", &credentials.totp_secret)?;
    fields.end()
}

/// Makes the operator's own organization, and appoints its owner.
pub(super) async fn appoint(gateway: SocketAddr, lambda: &Lambda, mail: &Path) -> Result<Staff> {
    let email = format!("sam@{SLUG}.example");
    let owner = json!({"name": "Sam Staff", "email": email});
    let event =
        json!({"slug": SLUG, "name": "Operator Example", "plan": "standard", "environment": "test", "owner": owner});
    let made = invoke(lambda, "create-organization", &event).await?;
    let credentials = member::join(gateway, lambda, mail, SLUG, &email).await?;
    invoke(lambda, "appoint-staff", &json!({"slug": SLUG, "email": email, "is_staff": true})).await?;
    Ok(Staff { organization_id: text(&made, "/organization_id")?, slug: SLUG, credentials })
}

/// Staff act for the organization until its owner ends it.
///
/// # Errors
/// When something does not go as promised.
pub(super) async fn tell(gateway: SocketAddr, staff: &Staff, ours: &Organization, owner: &mut Browser) -> Result<()> {
    say("9. The operator's staff help: for a written reason, by a token of five minutes, for half an hour at most.");
    // The present code confirmed the app a moment ago, and each is taken once.
    let mut browser = member::sign_in(gateway, SLUG, &staff.credentials, 1).await?;
    let wanted = json!({"slug": ours.slug, "role": "owner", "reason": REASON});
    let asked = browser.succeed("POST", "/v1/mission-control/impersonations", &wanted).await?;
    let id = text(&asked, "/impersonation_id")?;
    let hand_off = format!("/v1/mission-control/impersonations/{id}/hand-off");
    let handed = browser.succeed("POST", &hand_off, &json!({"slug": ours.slug})).await?;
    let token = json!({"token": text(&handed, "/token")?});
    browser.succeed("POST", "/v1/session/impersonation", &token).await?;

    let session = browser.succeed("GET", "/v1/session", &Value::Null).await?;
    let banner = |field: &str| text(&session, &format!("/banner/{field}"));
    say(format_args!(
        "   banner: {} acts as {} until {}",
        banner("staff_name")?,
        banner("role")?,
        banner("expires_at")?
    ));
    say(format_args!("           {}", banner("reason")?));
    let visits = browser.succeed("GET", "/v1/visits", &Value::Null).await?;
    let seen = visits.get("items").and_then(Value::as_array).map_or(0, Vec::len);
    say(format_args!("   sees {seen} visits, and nothing that is sealed in them"));
    let wanted = json!({"name": "Left behind", "scopes": ["visit.read"]});
    expect(&mut browser, ("POST", "/v1/api-tokens", &wanted), StatusCode::FORBIDDEN).await?;
    say("   asks for an API token: 403");

    owner.succeed("POST", &format!("/v1/impersonations/{id}/end"), &json!({})).await?;
    expect(&mut browser, ("GET", "/v1/visits", &Value::Null), StatusCode::UNAUTHORIZED).await?;
    say("   the owner ends it, and the next request is 401");
    Ok(())
}

async fn expect(browser: &mut Browser, (method, path, body): (&str, &str, &Value), expected: StatusCode) -> Result<()> {
    let (status, _) = browser.send(method, path, body).await?;
    if status != expected {
        return Err(Error::stack(format!("{method} {path} was answered {status} to staff")));
    }
    Ok(())
}
