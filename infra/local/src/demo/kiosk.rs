//! A kiosk of the demonstration: a device at the door that shows a code, and a member who types it.

use std::net::SocketAddr;

use hyper::body::Bytes;
use serde_json::{Value, json};

use super::caller::{Caller, text};
use super::member::Browser;
use super::seed::Organization;
use crate::error::{Error, Result};
use crate::http;
use crate::report::say;

/// What the device calls itself.
const CALLED: &str = "Doorbook Kiosk (demonstration)";

/// A device that asks to take a kiosk's place. It knows the handle of the organization, and nothing else.
struct Device {
    gateway: SocketAddr,
    /// What it shows.
    code: String,
    /// What it keeps.
    secret: String,
}

impl Device {
    /// Asks for both codes.
    async fn begin(gateway: SocketAddr, slug: &str) -> Result<Self> {
        let begun = succeed(gateway, "/v1/kiosk-pairings", &json!({"slug": slug})).await?;
        Ok(Self { gateway, code: text(&begun, "/pairing_code")?, secret: text(&begun, "/device_code")? })
    }

    /// Asks how far it is.
    async fn fetch(&self) -> Result<Value> {
        succeed(self.gateway, "/v1/kiosk-pairings/token", &json!({"device_code": self.secret})).await
    }

    /// The path at which a member confirms it, and the body.
    fn confirmation(&self, site_id: &str, name: &str) -> (String, Value) {
        (format!("/v1/sites/{site_id}/kiosks"), json!({"name": name, "pairing_code": self.code}))
    }
}

/// Sends a request without a credential, which must succeed.
async fn succeed(gateway: SocketAddr, path: &str, body: &Value) -> Result<Value> {
    let headers = [("content-type", "application/json"), ("user-agent", CALLED)];
    let request = http::request("POST", gateway, path, &headers, Bytes::from(body.to_string()))?;
    let (status, answer) = http::send(gateway, request).await?;
    let answer = serde_json::from_slice(&answer).unwrap_or_default();
    if status.is_success() { Ok(answer) } else { Err(Error::stack(format!("{path} answered {status}: {answer}"))) }
}

/// Pairs a kiosk with a token, and gives its credential.
///
/// # Errors
/// When a function refuses.
pub(super) async fn pair(owner: &Caller<'_>, slug: &str, site_id: &str) -> Result<String> {
    let device = Device::begin(owner.gateway, slug).await?;
    let (path, confirmation) = device.confirmation(site_id, "Front desk");
    owner.succeed("POST", &path, &confirmation).await?;
    text(&device.fetch().await?, "/kiosk_token")
}

/// Pairs another one step by step, in the session of the owner.
///
/// # Errors
/// When something does not go as promised.
pub(super) async fn tell(gateway: SocketAddr, ours: &Organization, owner: &mut Browser) -> Result<()> {
    say("8. A device asks to become a kiosk, and the owner types the code that it shows.");
    let device = Device::begin(gateway, &ours.slug).await?;
    let state = text(&device.fetch().await?, "/state")?;
    say(format_args!("   the device shows {}, asks how far it is, and is told: {state}", device.code));
    let (path, confirmation) = device.confirmation(&ours.site_id, "Gate house");
    let kiosk = owner.succeed("POST", &path, &confirmation).await?;
    say(format_args!("   the owner lets {:?} in as {:?}", text(&kiosk, "/device")?, text(&kiosk, "/name")?));
    let fetched = device.fetch().await?;
    let kind = text(&fetched, "/kiosk_token")?.chars().take(3).collect::<String>();
    say(format_args!("   the device is told: {}, and has its credential, {kind}_…", text(&fetched, "/state")?));
    Ok(())
}
