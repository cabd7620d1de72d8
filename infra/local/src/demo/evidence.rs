//! The end of the story: the evidence of the visit is built, taken away, verified by both verifiers, and tampered with.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hyper::body::Bytes;
use serde_json::{Value, json};
use tokio::process::Command;

use super::caller::{Caller, text};
use super::seed::Organization;
use crate::error::{Error, Result};
use crate::report::say;
use crate::{http, machine};

/// How long the bundle is waited for, and how often it is asked after.
const WAIT: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(200);

/// Where the parts of the end are.
pub(super) struct Places<'p> {
    /// `.local`, where the bundle and the keys stay.
    pub(super) directory: &'p Path,
    /// The clone.
    pub(super) root: &'p Path,
}

/// Builds the evidence, verifies it, and shows that one changed byte is noticed.
pub(super) async fn tell(owner: &Caller<'_>, ours: &Organization, visit: &str, places: &Places<'_>) -> Result<()> {
    say("11. The auditor takes the evidence of the visitor's visit away.");
    let bundle = places.directory.join("evidence.zip");
    let bytes = take_away(owner, visit).await?;
    machine::write_private(&bundle, &bytes)?;
    let keys = places.directory.join("audit-key.vkey");
    machine::write_private(&keys, verifier_keys(owner, ours).await?.as_bytes())?;
    say(format_args!(
        "   {} bytes in .local/evidence.zip, the keys to check it by in .local/audit-key.vkey",
        bytes.len()
    ));

    say("12. Both verifiers check it, with those keys and nothing else.");
    verify(places, &bundle, &keys, 0).await?;

    say("13. One byte of it is changed.");
    let tampered = places.directory.join("evidence-tampered.zip");
    machine::write_private(&tampered, &with_one_byte_changed(&bytes)?)?;
    let refused = verify(places, &tampered, &keys, 1).await;
    std::fs::remove_file(&tampered).map_err(Error::io("cannot remove the tampered bundle"))?;
    refused
}

async fn take_away(owner: &Caller<'_>, visit: &str) -> Result<Bytes> {
    let wish = json!({"kind": "evidence", "visit_id": visit, "reason": "Yearly audit of who signed what."});
    let export = text(&owner.succeed("POST", "/v1/exports", &wish).await?, "/export_id")?;
    let began = tokio::time::Instant::now();
    loop {
        let state = text(&owner.succeed("GET", &format!("/v1/exports/{export}"), &Value::Null).await?, "/state")?;
        match state.as_str() {
            "built" => break,
            "failed" => return Err(Error::stack("the bundle was given up; see .local/logs")),
            _ if began.elapsed() > WAIT => return Err(Error::stack("the bundle is not made; see .local/logs")),
            _ => tokio::time::sleep(LOOK).await,
        }
    }
    let link = owner.succeed("POST", &format!("/v1/exports/{export}/download"), &json!({})).await?;
    follow(&text(&link, "/url")?).await
}

/// Follows a link as a browser would, without a credential.
async fn follow(url: &str) -> Result<Bytes> {
    let malformed = || Error::stack("the link to the bundle is malformed");
    let uri: hyper::Uri = url.parse().map_err(|_| malformed())?;
    let address: SocketAddr = uri.authority().ok_or_else(malformed)?.as_str().parse().map_err(|_| malformed())?;
    let path = uri.path_and_query().ok_or_else(malformed)?.as_str();
    let (status, bytes) = http::send(address, http::request("GET", address, path, &[], Bytes::new())?).await?;
    if status.is_success() { Ok(bytes) } else { Err(Error::stack(format!("the link to the bundle answered {status}"))) }
}

/// The keys of the organization's log and bundles, one a line. An auditor gets them some other way than the bundle.
async fn verifier_keys(owner: &Caller<'_>, ours: &Organization) -> Result<String> {
    let stranger = Caller { gateway: owner.gateway, credential: None };
    let path = format!("/.well-known/doorbook-audit-key?organization={}", ours.organization_id);
    let listed = stranger.succeed("GET", &path, &Value::Null).await?;
    let keys = listed.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
    let keys: Vec<String> =
        keys.iter().map(|key| text(key, "/verifier_key").map(|key| key + "\n")).collect::<Result<_>>()?;
    Ok(keys.concat())
}

/// One letter of what an entry says was done.
fn with_one_byte_changed(bundle: &[u8]) -> Result<Vec<u8>> {
    const ACTION: &[u8] = b"\"action\": \"visit.checked_out\"";
    let at = bundle.windows(ACTION.len()).position(|window| window == ACTION);
    let at = at.ok_or_else(|| Error::stack("the bundle holds no departure"))?;
    let mut changed = bundle.to_vec();
    if let Some(letter) = changed.get_mut(at + ACTION.len() - 2) {
        *letter = b'n';
    }
    Ok(changed)
}

/// Runs both verifiers and prints what they say; each must end as it is expected to.
async fn verify(places: &Places<'_>, bundle: &Path, keys: &Path, expected: i32) -> Result<()> {
    let node = (PathBuf::from("node"), Some(places.root.join("verifier/verify.mjs")));
    for (program, script) in [node, (beside_us("doorbook-verify")?, None)] {
        let mut command = Command::new(&program);
        command.args(script.iter()).arg(bundle).arg("--key").arg(keys);
        let output = command.output().await.map_err(Error::io(format!("cannot run {}", program.display())))?;
        let name = script.as_deref().unwrap_or(&program).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let code = output.status.code().unwrap_or(-1);
        say(format_args!("   {name}: exit {code}"));
        let said = [output.stdout, output.stderr].concat();
        let lines = if expected == 0 { usize::MAX } else { 1 };
        for line in String::from_utf8_lossy(&said).lines().take(lines) {
            say(format_args!("     {line}"));
        }
        if code != expected {
            return Err(Error::stack(format!("{name} ended with {code} and not with {expected}")));
        }
    }
    Ok(())
}

/// A binary of the same build.
fn beside_us(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe().map_err(Error::io("cannot find our own binary"))?;
    Ok(own.with_file_name(name))
}
