//! A review of who has access, and what becomes of access without a decision: with the clock moved on by 91 days.

use std::net::SocketAddr;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::caller::{Caller, invoke, text};
use super::member::{self, Browser};
use super::seed::Organization;
use crate::error::{Error, Result};
use crate::lambda::Lambda;
use crate::report::say;

/// Past the deadline of a review, and past the 90 days after which unused access ends.
const DAYS: i64 = 91;
const OFFSET_S: i64 = DAYS * 24 * 60 * 60;
/// Steps of an authenticator app in that time.
const STEPS: i64 = OFFSET_S / 30;

/// Tells it of an organization whose credentials are worth nothing afterwards.
///
/// # Errors
/// When something does not go as promised.
pub(super) async fn tell(gateway: SocketAddr, lambda: &Lambda, ours: &Organization, owner: &mut Browser) -> Result<()> {
    say("14. An access review: who has what is written down, and kept only where a reviewer says so.");
    invoke(lambda, "open-access-reviews", &json!({})).await?;
    let token = Caller { gateway, credential: Some(&ours.api_token) };
    let reviews = owner.succeed("GET", "/v1/access-reviews", &Value::Null).await?;
    let review = text(&reviews, "/items/0/review_id")?;
    let path = format!("/v1/access-reviews/{review}");
    let items = owner.succeed("GET", &format!("{path}/items"), &Value::Null).await?;
    for item in entries(&items) {
        say(format_args!("   {:<14} {}", field(item, "subject_kind"), field(item, "name")));
    }
    let kept = entries(&items).iter().find(|item| field(item, "subject_kind") == "api_token");
    let kept = text(kept.ok_or_else(|| Error::stack("the review has no API token in it"))?, "/item_id")?;
    let decision = json!({"decision": "keep", "reason": "The integration of the yard uses this token daily."});
    owner.succeed("POST", &format!("{path}/items/{kept}/decision"), &decision).await?;
    say("   the API token is kept, for a written reason; the rest stays undecided");

    lambda.move_clock(OFFSET_S);
    say(format_args!("   … {DAYS} days later, after the deadline …"));
    invoke(lambda, "sweep-access-reviews", &json!({})).await?;
    let (status, _) = token.send("GET", "/v1/sites", &Value::Null).await?;
    let kiosk = Caller { gateway, credential: Some(&ours.kiosk_token) };
    let (of_kiosk, _) = kiosk.send("POST", &format!("/v1/visits/{review}/check-out"), &json!({})).await?;
    if status != StatusCode::UNAUTHORIZED || of_kiosk != StatusCode::UNAUTHORIZED {
        return Err(Error::stack(format!("unused and undecided access was answered {status} and {of_kiosk}")));
    }
    say("   401 for the kiosk, which was not kept, and for the token, which was not used for 90 days");
    let mut owner = member::sign_in(gateway, &ours.slug, &ours.owner, STEPS).await?;
    let review = owner.succeed("GET", &path, &Value::Null).await?;
    say(format_args!(
        "   the owner, being the last one, is spared and signs in; the review is {}",
        field(&review, "state")
    ));
    Ok(())
}

fn entries(list: &Value) -> &[Value] {
    list.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn field<'v>(item: &'v Value, name: &str) -> &'v str {
    item.get(name).and_then(Value::as_str).unwrap_or("-")
}
