//! What a function returned, as the answer that the gateway makes of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::http::{self, Answer};

/// Makes the answer; None where the gateway would not understand it.
pub(super) fn of(payload: &[u8]) -> Option<Answer> {
    let value: Value = serde_json::from_slice(payload).ok()?;
    match value.as_object().filter(|fields| fields.contains_key("statusCode")) {
        Some(fields) => structured(fields),
        None => Some(bare(value)),
    }
}

/// Anything without a status is the body of a success.
fn bare(value: Value) -> Answer {
    let body = match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    http::answer(StatusCode::OK, "application/json", body)
}

fn structured(fields: &Map<String, Value>) -> Option<Answer> {
    let status = fields.get("statusCode")?;
    let status = status.as_u64().or_else(|| status.as_str()?.parse().ok())?;
    let status = StatusCode::from_u16(u16::try_from(status).ok()?).ok().filter(|status| status.as_u16() >= 200)?;
    let body = match fields.get("body") {
        None | Some(Value::Null) => Bytes::new(),
        Some(Value::String(text)) if fields.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
            BASE64.decode(text).ok()?.into()
        }
        Some(Value::String(text)) => Bytes::from(text.clone()),
        Some(_) => return None,
    };
    let mut answer = http::answer(status, "text/plain;charset=UTF-8", body);
    apply_headers(answer.headers_mut(), fields)?;
    Some(answer)
}

fn apply_headers(headers: &mut HeaderMap, fields: &Map<String, Value>) -> Option<()> {
    for (name, value) in fields.get("headers").and_then(Value::as_object).into_iter().flatten() {
        headers.insert(header_name(name)?, header_value(value)?);
    }
    for (name, values) in fields.get("multiValueHeaders").and_then(Value::as_object).into_iter().flatten() {
        let name = header_name(name)?;
        headers.remove(&name);
        for value in values.as_array()? {
            headers.append(&name, header_value(value)?);
        }
    }
    for cookie in fields.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        headers.append("set-cookie", header_value(cookie)?);
    }
    // The length is the body's own, whatever the function said.
    headers.remove("content-length");
    headers.remove("transfer-encoding");
    Some(())
}

fn header_name(name: &str) -> Option<HeaderName> {
    HeaderName::from_bytes(name.as_bytes()).ok()
}

fn header_value(value: &Value) -> Option<HeaderValue> {
    match value {
        Value::String(text) => HeaderValue::from_bytes(text.as_bytes()).ok(),
        Value::Number(_) | Value::Bool(_) => HeaderValue::from_str(&value.to_string()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(payload: &str) -> (u16, HeaderMap) {
        let answer = of(payload.as_bytes()).unwrap();
        (answer.status().as_u16(), answer.headers().clone())
    }

    #[test]
    fn headers_cookies_and_multi_values_are_kept_apart() {
        let (status, headers) = parts(
            r#"{"statusCode":201,"headers":{"Content-Type":"application/json","x-one":"1"},
            "multiValueHeaders":{"x-two":["a","b"]},"cookies":["a=1","b=2"],"body":"{}"}"#,
        );
        assert_eq!(status, 201);
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers.get_all("x-two").iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
    }

    #[test]
    fn an_answer_without_a_status_is_a_success() {
        assert_eq!(parts(r#"{"hello":"world"}"#).0, 200);
        assert_eq!(parts(r#""hello""#).1["content-type"], "application/json");
    }

    #[test]
    fn what_the_gateway_does_not_understand_is_refused() {
        for payload in [
            "",
            "no json",
            r#"{"statusCode":"x"}"#,
            r#"{"statusCode":99}"#,
            r#"{"statusCode":200,"body":{"a":1}}"#,
            r#"{"statusCode":200,"body":"%%","isBase64Encoded":true}"#,
            r#"{"statusCode":200,"headers":{"a b":"c"}}"#,
            r#"{"statusCode":200,"headers":{"a":"c\nd"}}"#,
        ] {
            assert!(of(payload.as_bytes()).is_none(), "{payload}");
        }
    }
}
