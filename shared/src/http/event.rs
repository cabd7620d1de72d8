//! Events of API Gateway's HTTP API (payload format 2.0), before `lambda_http` turns one into a request. Its conversion
//! ends the process where an event is no request; what would do so is refused here.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderMap, Uri, header};
use url::Url;

use crate::error::{Error, Result};

/// Refuses an event that is no request: a body that is not base64 where it says so, a host, a protocol or a path that
/// make no URL (RFC 3986), a query with a character that no query has.
///
/// # Errors
/// [`Error::Malformed`] naming the part.
pub(crate) fn refuse_unreadable(event: &ApiGatewayV2httpRequest) -> Result<()> {
    let wrong = |pointer| Err(Error::malformed(pointer, "wrong_form"));
    let body = event.body.as_deref().unwrap_or_default();
    if event.is_base64_encoded && BASE64_STANDARD.decode(body).is_err() {
        return Err(Error::malformed("", "not_base64"));
    }
    let host = text(&event.headers, header::HOST.as_str()).or(event.request_context.domain_name.as_deref());
    let scheme = text(&event.headers, "x-forwarded-proto").unwrap_or("https");
    // Without a host there is no use for a protocol.
    if host.is_some() && !is_url(&format!("{scheme}://localhost/")) {
        return wrong("#x-forwarded-proto");
    }
    let origin = host.map_or_else(|| "http://localhost".to_owned(), |host| format!("{scheme}://{host}"));
    if !Url::parse(&format!("{origin}/")).is_ok_and(|url| is_origin(&url)) {
        return wrong("#host");
    }
    let stage = event.request_context.stage.as_deref().filter(|stage| *stage != "$default");
    let path = event.raw_path.as_deref().unwrap_or_default();
    let staged = stage.map_or_else(|| path.to_owned(), |stage| format!("/{stage}{path}"));
    let is_path = |path: &str| path.is_empty() || path.starts_with('/');
    let Some(url) = Url::parse(&format!("{origin}{staged}")).ok().filter(|_| is_path(path) && is_path(&staged)) else {
        return wrong("");
    };
    if Uri::try_from(url.as_str()).is_err() || url.query().is_some() || url.fragment().is_some() {
        return wrong("");
    }
    let query = event.raw_query_string.as_deref().unwrap_or_default();
    let is_read = |uri: &Uri| uri.query().unwrap_or_default() == query;
    if !query.is_empty() && !Uri::try_from(format!("{url}?{query}")).as_ref().is_ok_and(is_read) {
        return wrong("?");
    }
    Ok(())
}

pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// True for scheme, host and port and nothing more.
fn is_origin(url: &Url) -> bool {
    let has_credential = !url.username().is_empty() || url.password().is_some();
    url.path() == "/" && url.query().is_none() && url.fragment().is_none() && !has_credential && is_url(url.as_str())
}

/// True for what both readers of `lambda_http` take.
fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| Uri::try_from(url.as_str()).is_ok())
}
