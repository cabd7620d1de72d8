//! A request as the event that Lambda gets, payload format 2.0.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::header::{self, HeaderMap};
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use time::macros::format_description;

use super::route::Match;
use crate::machine::{self, ACCOUNT};

/// The name of the API in events.
const API: &str = "local";
/// Headers that belong to one connection and never reach a function.
const HOP_BY_HOP: [&str; 7] =
    ["connection", "keep-alive", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"];

/// Makes the event.
pub(super) fn of(head: &Parts, body: &[u8], matched: &Match, id: &str, peer: SocketAddr) -> Value {
    let path = decoded_path(head.uri.path());
    let query = head.uri.query().unwrap_or_default();
    let headers = headers(&head.headers, body.len(), peer);
    let mut event = json!({"version": "2.0", "routeKey": matched.key, "rawPath": path, "rawQueryString": query});
    let mut set = |name: &str, value: Value| {
        if let Some(fields) = event.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
    };
    let cookies = cookies(&head.headers);
    if !cookies.is_empty() {
        set("cookies", json!(cookies));
    }
    if !query.is_empty() {
        set("queryStringParameters", json!(query_parameters(query)));
    }
    if !matched.parameters.is_empty() {
        set("pathParameters", json!(matched.parameters));
    }
    set("requestContext", context(head, &path, &headers, matched, id, peer));
    let text = text(&headers, body);
    if !body.is_empty() {
        set("body", json!(text.map_or_else(|| BASE64.encode(body), str::to_owned)));
    }
    set("isBase64Encoded", json!(!body.is_empty() && text.is_none()));
    set("headers", json!(headers));
    event
}

fn context(
    head: &Parts,
    path: &str,
    headers: &BTreeMap<String, String>,
    matched: &Match,
    id: &str,
    peer: SocketAddr,
) -> Value {
    let domain = headers.get("host").map_or("localhost", |host| host.split(':').next().unwrap_or(host));
    let now = machine::now();
    let format = format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");
    json!({
        "accountId": ACCOUNT,
        "apiId": API,
        "domainName": domain,
        "domainPrefix": domain.split('.').next(),
        "http": {
            "method": head.method.as_str(),
            "path": path,
            "protocol": format!("{:?}", head.version),
            "sourceIp": peer.ip().to_string(),
            "userAgent": headers.get("user-agent").map_or("", String::as_str),
        },
        "requestId": id,
        "routeKey": matched.key,
        "stage": "$default",
        "time": now.format(format).unwrap_or_default(),
        "timeEpoch": machine::now_ms(),
    })
}

/// Lower-case names, duplicates joined by a comma, and what the gateway adds.
fn headers(given: &HeaderMap, body_bytes: usize, peer: SocketAddr) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in given {
        let name = name.as_str();
        if name == "cookie" || HOP_BY_HOP.contains(&name) {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.to_owned())
            .and_modify(|known| {
                known.push(',');
                known.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    headers.insert("content-length".to_owned(), body_bytes.to_string());
    // The address that the gateway saw comes last; whatever stands before it is the client's claim.
    let seen = peer.ip().to_string();
    let forwarded = headers.remove("x-forwarded-for").map_or(seen.clone(), |claim| format!("{claim}, {seen}"));
    headers.insert("x-forwarded-for".to_owned(), forwarded);
    headers.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    headers
}

fn cookies(given: &HeaderMap) -> Vec<String> {
    let lines =
        given.get_all(header::COOKIE).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    lines.flat_map(|line| line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()).collect()
}

fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode_form(value);
        parameters
            .entry(decode_form(name))
            .and_modify(|known| {
                known.push(',');
                known.push_str(&value);
            })
            .or_insert(value);
    }
    parameters
}

fn decode_form(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Despite its name, `rawPath` reaches functions decoded, and cut at a question mark that was encoded.
fn decoded_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    decoded.split('?').next().unwrap_or_default().to_owned()
}

/// The body as text, where its type is one that the gateway passes on as text.
fn text<'body>(headers: &BTreeMap<String, String>, body: &'body [u8]) -> Option<&'body str> {
    let kind = headers.get("content-type").map_or("", String::as_str);
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = kind.starts_with("text/")
        || matches!(kind.as_str(), "application/json" | "application/javascript" | "application/xml");
    std::str::from_utf8(body).ok().filter(|_| is_text)
}
