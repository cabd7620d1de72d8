//! Whatever bytes arrive, at whatever route and with whatever credential: an answer, and never one that says the fault is
//! ours. `FUZZ_SEED` repeats a run, and the seed of each is printed.

use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::body::Bytes;
use shared::{
    authn::{CredentialKind, NewCredential, Realm},
    id::OrganizationId,
};

use super::{
    bytes::{Dice, TEXTS, body, target},
    client::Client,
    matrix::{Route, routes, samples},
    running::Running,
};

/// Longest that bytes are sent.
const FUZZ_TIME: Duration = Duration::from_secs(20);
/// Requests at a time.
const LANES: u64 = 4;
const SEED: u64 = 20_261_130;

/// One request, and what must be known to send it again; none where it is no request of HTTP.
fn request(dice: &mut Dice, route: &Route, setting: &Setting) -> Option<(hyper::Request<Full<Bytes>>, String)> {
    let (method, _) = route.key.split_once(' ').expect("a route");
    let method = if method == "GET" && dice.one_in(4) { "HEAD" } else { method };
    let path = target(dice, &route.key, &setting.known);
    let mut request = hyper::Request::builder().method(method).uri(&path).header("host", "127.0.0.1");
    let credential = &setting.credentials[dice.below(setting.credentials.len())];
    if !credential.is_empty() {
        let spaces = if dice.one_in(8) { "  " } else { " " };
        request = request.header("authorization", format!("Bearer{spaces}{credential}"));
    }
    if !dice.one_in(6) {
        request = request.header("idempotency-key", format!("fuzz-{}", dice.roll()));
    } else if dice.one_in(2) {
        request = request.header("idempotency-key", dice.of(&TEXTS).as_bytes());
    }
    let content_type = match dice.below(8) {
        0 => dice.of(&[
            "",
            "text/plain",
            "application/json; charset=utf8",
            "application/json;;;",
            "application/json; charset=x",
        ]),
        _ => "application/json",
    };
    request = request.header("content-type", content_type);
    if dice.one_in(12) {
        let name =
            dice.of(&["content-encoding", "cookie", "origin", "x-csrf-token", "user-agent", "if-none-match", "accept"]);
        request = request.header(name, dice.of(&TEXTS).as_bytes());
    }
    let body = if dice.one_in(8) {
        Vec::new()
    } else {
        body(dice, setting.samples.get(&route.key).and_then(|sample| sample.body.as_ref()))
    };
    let said = format!("{method} {path} as {credential:.8} {content_type} {}", String::from_utf8_lossy(&body));
    Some((request.body(Full::new(Bytes::from(body))).ok()?, said))
}

/// What all lanes send by.
struct Setting {
    routes: Vec<Route>,
    samples: std::collections::BTreeMap<String, super::matrix::Sample>,
    credentials: Vec<String>,
    known: Vec<String>,
}

/// A credential of the right form that was never given out.
fn made_up(organization: OrganizationId) -> String {
    let new = NewCredential::generate(CredentialKind::ApiToken, Realm::Test, organization).expect("a credential");
    new.text.expose_secret().clone()
}

async fn lane(setting: std::sync::Arc<Setting>, client: Client, seed: u64) -> (usize, Vec<String>) {
    let (mut dice, began, mut sent, mut wrong) = (Dice(seed), Instant::now(), 0, Vec::new());
    // Every route in turn, so that none depends on luck.
    for route in setting.routes.iter().cycle() {
        if began.elapsed() > FUZZ_TIME || wrong.len() > 5 {
            break;
        }
        let Some((request, said)) = request(&mut dice, route, &setting) else { continue };
        sent += 1;
        match client.send_raw(request).await {
            Some(answer) if answer.status < 500 => {}
            Some(answer) => wrong.push(format!("{}: {said}", answer.status)),
            None => wrong.push(format!("no answer: {said}")),
        }
    }
    (sent, wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_of_any_bytes_is_a_fault_of_ours() {
    #[expect(clippy::disallowed_methods, reason = "the one switch that repeats a run")]
    let seed = std::env::var("FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    println!("FUZZ_SEED={seed}");
    // A stack of its own: an owner's bytes may change what others stand on.
    let running = Running::start().await;
    let organization = running.told(0, "organization_id").parse().expect("an id");
    let setting = std::sync::Arc::new(Setting {
        routes: routes(),
        samples: samples(),
        credentials: vec![
            running.told(0, "api_token"),
            running.told(0, "api_token"),
            running.told(0, "kiosk_token"),
            made_up(organization),
            String::new(),
        ],
        known: vec![running.told(0, "site_id"), running.told(0, "organization_id")],
    });
    let start = |at: u64| tokio::spawn(lane(setting.clone(), running.owner(0), seed.wrapping_add(at)));
    let lanes: Vec<_> = (0..LANES).map(start).collect();
    let mut all = (0, Vec::new());
    for lane in lanes {
        let (sent, wrong) = lane.await.expect("a lane ends");
        all = (all.0 + sent, [all.1, wrong].concat());
    }

    assert!(all.1.is_empty(), "FUZZ_SEED={seed}\n{}", all.1.join("\n"));
    // Each route several times, or the test says nothing.
    assert!(all.0 > 3 * setting.routes.len(), "{} requests in {FUZZ_TIME:?}", all.0);
}
