//! A driver whose name is on the watchlist: held without a word, reviewed, compared again, and let in.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::caller::{Caller, text};
use super::documents::{list, word};
use crate::error::{Error, Result};
use crate::report::say;

/// Entries of the log that the step leaves.
const ENTRIES: usize = 5;

/// Lists a name, checks it in at the kiosk in another spelling, and lets security decide.
///
/// # Errors
/// When something does not go as promised.
pub(super) async fn tell(kiosk: &Caller<'_>, owner: &Caller<'_>) -> Result<()> {
    say(
        "6. A name is put on the watchlist, and a driver comes who spells it otherwise. The kiosk is not told why they wait.",
    );
    let entry =
        json!({"name": "Victor Listed", "date_of_birth": "1971", "reason": "Left the yard with a trailer of ours"});
    owner.succeed("POST", "/v1/watchlist", &json!({"list": "deny", "severity": "high", "entry": entry})).await?;
    let arrival = json!({"type": "driver", "name": "LISTED, Viktor", "carrier": "Example Haulage",
        "licence_number": "D9876-54321-00001", "bills_of_lading": ["BOL-1004"]});
    let visit = kiosk.succeed("POST", "/v1/visits", &arrival).await?;
    let reasons = visit.get("hold_reasons").cloned().unwrap_or_default();
    if word(&visit, "state") != "held" || reasons != json!([]) {
        return Err(Error::stack(format!("a listed driver was let in, or told why not: {visit}")));
    }
    let id = text(&visit, "/visit_id")?;

    let matches = owner.succeed("GET", &format!("/v1/watchlist-matches?visit_id={id}"), &Value::Null).await?;
    let met = text(&matches, "/items/0/match_id")?;
    let met = format!("/v1/watchlist-matches/{met}");
    let comparison = matches.pointer("/items/0/comparison").unwrap_or(&Value::Null);
    say(format_args!(
        "   held: {} met, {} of 100, by {}",
        word(comparison, "rule"),
        comparison.get("score").unwrap_or(&Value::Null),
        word(comparison, "matcher")
    ));
    let decision = json!({"decision": "admit", "reason": "Security compared the passport with the entry"});
    let decide = format!("/v1/visits/{id}/decision");
    let (status, problem) = owner.send("POST", &decide, &decision).await?;
    if status != StatusCode::CONFLICT {
        return Err(Error::stack(format!("a match without a review was answered {status}")));
    }
    say(format_args!("   the desk admits before the review: {status}, {}", text(&problem, "/errors/0/code")?));
    let again = owner.succeed("POST", &format!("{met}/replay"), &json!({})).await?;
    say(format_args!(
        "   compared again from what was stored: reproduced {}",
        again.get("reproduced").unwrap_or(&Value::Null)
    ));
    let review = json!({"outcome": "dismissed", "reason": "The passport shows another year of birth"});
    let reviewed = owner.succeed("POST", &format!("{met}/review"), &review).await?;
    let decided = owner.succeed("POST", &decide, &decision).await?;
    say(format_args!("   security: {}, the desk: {}", word(&reviewed, "outcome"), word(&decided, "state")));

    let log = owner.succeed("GET", &format!("/v1/audit-log?order=desc&limit={ENTRIES}"), &Value::Null).await?;
    for logged in list(&log, "/items").iter().rev() {
        let entry = logged.get("entry").unwrap_or(&Value::Null);
        say(format_args!("   {:<30} {}", word(entry, "action"), word(entry, "reason")));
    }
    Ok(())
}
