//! One day at a door: arrivals, a departure, a stranger, a revealed licence number, a scanned licence, a name on the watchlist, who signs in, a kiosk, the operator's
//! staff, the audit log and its evidence, and a review of access.

use std::net::SocketAddr;
use std::path::Path;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hyper::StatusCode;
use serde_json::{Value, json};

use super::caller::{Caller, text};
use super::chain;
use super::documents;
use super::evidence::{self, Places};
use super::kiosk;
use super::member::{self, Browser};
use super::review;
use super::seed::{Cast, Organization};
use super::staff;
use super::watchlist;
use crate::error::{Error, Result};
use crate::lambda::Lambda;
use crate::report::say;

/// A face of no real person.
const PHOTO: &[u8] = include_bytes!("photo.jpg");
const LICENCE_NUMBER: &str = "D1234-56789-01234";
/// A scribble, as a PNG of 32 × 16 pixels.
const SIGNATURE: &str = "iVBORw0KGgoAAAANSUhEUgAAACAAAAAQCAAAAABSayKFAAAAS0lEQVR42mP4TwAwUE8BAwNBBchKEGwUBTBhZMUou\
    iASyErRHMkABzh9gS6NxZvoviE/oOA+whVMMLcwYAYSmqexuRzd0ww44wEIALN1pmhj0vtBAAAAAElFTkSuQmCC";

/// Tells the story on the terminal.
///
/// # Errors
/// When something does not go as promised.
pub async fn tell(gateway: SocketAddr, lambda: &Lambda, cast: &Cast, directory: &Path) -> Result<()> {
    let [ours, theirs] = cast.organizations.as_slice() else {
        return Err(Error::stack("the story is one of two organizations"));
    };
    let kiosk = Caller { gateway, credential: Some(&ours.kiosk_token) };
    let owner = Caller { gateway, credential: Some(&ours.api_token) };
    let stranger = Caller { gateway, credential: Some(&theirs.api_token) };

    let visit = check_in_visitor(&kiosk, ours).await?;
    let left = kiosk.succeed("POST", &format!("/v1/visits/{visit}/check-out"), &json!({})).await?;
    say(format_args!("   left after {} s", left.get("duration_seconds").unwrap_or(&Value::Null)));

    let haul = check_in_driver(&kiosk).await?;
    refuse_stranger(&stranger, &haul).await?;
    reveal(&owner, &haul).await?;
    documents::tell(&kiosk, &owner).await?;
    watchlist::tell(&kiosk, &owner).await?;
    let mut browser = sign_in(gateway, ours).await?;
    kiosk::tell(gateway, ours, &mut browser).await?;
    staff::tell(gateway, &cast.staff, ours, &mut browser).await?;
    audit_log(&owner, ours).await?;
    let root = directory.parent().unwrap_or(directory);
    evidence::tell(&owner, ours, &visit, &Places { directory, root }).await?;
    // Last, since it ends the access that all this was done with.
    review::tell(gateway, lambda, ours, &mut browser).await
}

async fn check_in_visitor(kiosk: &Caller<'_>, ours: &Organization) -> Result<String> {
    say("1. A visitor checks in at the kiosk, signs the NDA, and leaves again.");
    let arrival = json!({"type": "visitor", "name": "Ada Visitor", "company": "Example Works",
        "email": "ada@works.example", "host_id": ours.host_id, "nda_version_id": ours.nda_version_id,
        "photo": BASE64_STANDARD.encode(PHOTO), "signature": SIGNATURE});
    let visit = kiosk.succeed("POST", "/v1/visits", &arrival).await?;
    say_visit(&visit);
    text(&visit, "/visit_id")
}

async fn check_in_driver(kiosk: &Caller<'_>) -> Result<String> {
    say("2. A truck driver checks in.");
    let arrival = json!({"type": "driver", "name": "Sam Driver", "carrier": "Example Haulage",
        "licence_number": LICENCE_NUMBER, "bills_of_lading": ["BOL-1001", "BOL-1002"], "trailer": "dropped"});
    let visit = kiosk.succeed("POST", "/v1/visits", &arrival).await?;
    say_visit(&visit);
    text(&visit, "/visit_id")
}

async fn refuse_stranger(stranger: &Caller<'_>, visit: &str) -> Result<()> {
    say("3. Another organization asks for the driver's visit.");
    let (status, problem) = stranger.send("GET", &format!("/v1/visits/{visit}"), &Value::Null).await?;
    if status != StatusCode::NOT_FOUND {
        return Err(Error::stack(format!("a stranger was answered {status}")));
    }
    say(format_args!("   {status}, code {}", problem.get("code").unwrap_or(&Value::Null)));
    Ok(())
}

async fn reveal(owner: &Caller<'_>, visit: &str) -> Result<()> {
    say("4. The owner reveals the licence number, for a written reason.");
    let asked = json!({"fields": ["licence_number"], "reason": "The carrier reported a stolen trailer."});
    let revealed = owner.succeed("POST", &format!("/v1/visits/{visit}/reveal"), &asked).await?;
    let number = text(&revealed, "/values/licence_number")?;
    if number != LICENCE_NUMBER {
        return Err(Error::stack("another licence number came back than was given"));
    }
    say(format_args!("   licence number {number}"));
    Ok(())
}

async fn sign_in(gateway: SocketAddr, ours: &Organization) -> Result<Browser> {
    say("7. The owner signs in: a password, and a code of an authenticator app.");
    let mut browser = Browser::new(gateway);
    let opened = member::offer_password(&mut browser, &ours.slug, &ours.owner.email).await?;
    say(format_args!("   password taken, next: {}", text(&opened, "/next")?));
    // The present code confirmed the app a moment ago, and each is taken once.
    let code = json!({"code": ours.owner.code(1)?});
    browser.succeed("POST", "/v1/session/second-factor", &code).await?;
    let session = browser.succeed("GET", "/v1/session", &Value::Null).await?;
    let permissions = session.get("permissions").and_then(Value::as_array).map_or(0, Vec::len);
    let (role, email) = (text(&session, "/member/role")?, text(&session, "/member/email")?);
    say(format_args!("   {email} is signed in as {role}, with {permissions} permissions"));
    Ok(browser)
}

async fn audit_log(owner: &Caller<'_>, ours: &Organization) -> Result<()> {
    say("10. The audit log, oldest first, and every link of its chain recomputed from the entries' bytes.");
    let entries = chain::verify(owner, &ours.organization_id).await?;
    for entry in &entries {
        say(format_args!("   {:<30} {}", entry.at, entry.action));
    }
    say(format_args!("   {} entries, chain unbroken", entries.len()));
    Ok(())
}

fn say_visit(visit: &Value) {
    let field = |name: &str| match visit.get(name) {
        Some(Value::String(text)) => text.clone(),
        other => other.unwrap_or(&Value::Null).to_string(),
    };
    say(format_args!("   visit {}, badge {}, {}", field("visit_id"), field("badge_number"), field("state")));
}
