//! A driver's licence: scanned, compared with what the driver says, and decided about.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::caller::{Caller, text};
use crate::error::{Error, Result};
use crate::report::say;

/// The back of a licence that no state issued.
const LICENCE: &[u8] = include_bytes!("licence.jpg");
/// What the driver types in place of the name on the licence.
const TYPED: &str = "Sam Driver";

/// Scans a licence at the kiosk, checks its driver in under another name, and lets the desk decide.
///
/// # Errors
/// When something does not go as promised.
pub(super) async fn tell(kiosk: &Caller<'_>, owner: &Caller<'_>) -> Result<()> {
    say("5. A driver's licence is scanned: its barcode fills the form. The driver types another name and is held.");
    let image = json!({"back": BASE64_STANDARD.encode(LICENCE)});
    let scan = kiosk.succeed("POST", "/v1/id-scans", &image).await?;
    for field in list(&scan, "/fields") {
        say(format_args!(
            "   {:<16} {:<12} {}, {}",
            word(field, "field"),
            word(field, "value"),
            word(field, "source"),
            word(field, "stood_at")
        ));
    }
    let number = list(&scan, "/fields").iter().find(|field| word(field, "field") == "document_number");
    let number = number.map(|field| word(field, "value")).ok_or_else(|| Error::stack("the licence has no number"))?;

    let arrival = json!({"type": "driver", "name": TYPED, "carrier": "Example Haulage", "licence_number": number,
        "bills_of_lading": ["BOL-1003"], "id_scan_id": text(&scan, "/id_scan_id")?});
    let visit = kiosk.succeed("POST", "/v1/visits", &arrival).await?;
    if word(&visit, "state") != "held" || word(&visit, "badge_qr") != "-" {
        return Err(Error::stack(format!("another name than the licence's was let in: {visit}")));
    }
    let id = text(&visit, "/visit_id")?;
    let seen = owner.succeed("GET", &format!("/v1/visits/{id}"), &Value::Null).await?;
    for (field, verdict) in seen.pointer("/id_check/verdicts").and_then(Value::as_object).into_iter().flatten() {
        say(format_args!("   {field:<16} {:<12} {}", word(verdict, "verdict"), word(verdict, "reason")));
    }

    let decision = json!({"decision": "admit", "reason": "The desk knows the driver, who took the married name"});
    let decided = owner.succeed("POST", &format!("/v1/visits/{id}/decision"), &decision).await?;
    say(format_args!(
        "   the desk admits: {}, badge {}",
        word(&decided, "state"),
        decided.get("badge_number").unwrap_or(&Value::Null)
    ));
    Ok(())
}

pub(super) fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(super) fn word<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or("-")
}
