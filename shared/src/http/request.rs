//! A request, read from the event of API Gateway's HTTP API (payload format 2.0).

mod reading;

use std::time::Duration;

use aws_lambda_events::query_map::QueryMap;
use http::HeaderMap;
use lambda_http::Body;
use serde::de::DeserializeOwned;

use super::{Admission, Query, event::text, json};
use crate::{
    audit::Actor,
    authn::{Credential, CredentialKind, session, sha256},
    error::{Error, Result},
    id::{ImpersonationId, MemberId, StaffId},
    secret::Secret,
};

/// Most characters of what a client calls itself where a person is shown it.
const CLIENT_LENGTH_MAX: usize = 200;

pub use http::Method;

/// A request. Nothing in it is believed yet; the address comes from the gateway alone, never from a header.
#[derive(Debug)]
pub struct Request {
    /// Ties answer, log and audit entry together.
    pub request_id: String,
    /// Method; GET for HEAD.
    pub method: Method,
    /// Path as requested.
    pub path: String,
    /// Address of the caller, as the gateway saw it.
    pub source_ip: Option<String>,
    /// User-Agent, cut at 512 bytes.
    pub user_agent: Option<String>,
    /// How long this invocation may still run.
    pub remaining: Duration,
    route: String,
    path_parameters: QueryMap,
    query: String,
    headers: HeaderMap,
    authorization: Option<Secret<String>>,
    session: Option<Secret<String>>,
    forgery_token: Option<Secret<String>>,
    body: Body,
    pub(crate) admission: Admission,
}

impl Request {
    /// A header by its name in lower case; none where it is absent, no text, or one that proves who the caller is.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        text(&self.headers, name)
    }

    /// The bytes of the body.
    pub(crate) fn raw_body(&self) -> &[u8] {
        self.body.as_ref()
    }

    /// The query as it was sent, without its question mark.
    pub(crate) fn raw_query(&self) -> &str {
        &self.query
    }

    /// The route that the gateway matched, as `GET /v1/visits/{visit_id}`.
    #[must_use]
    pub fn route(&self) -> &str {
        &self.route
    }

    /// The credential: of a program or a kiosk in `Authorization`, of a member in the cookie of their session. Neither is
    /// taken where the other belongs. It comes before the body in the order of refusal.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it is absent or ill-formed.
    pub fn credential(&self) -> Result<Credential> {
        let Some(header) = &self.authorization else {
            let session = self.session.as_ref().ok_or(Error::Unauthenticated)?;
            let found = Credential::parse(session.expose_secret())?;
            return of_kind(found.clone(), CredentialKind::Session)
                .or_else(|_| of_kind(found, CredentialKind::Impersonation));
        };
        // Some clients send two spaces, or one behind it.
        let (scheme, text) = header.expose_secret().trim().split_once(' ').ok_or(Error::Unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Error::Unauthenticated);
        }
        let found = Credential::parse(text.trim_start())?;
        let of_kind = |kind| of_kind(found.clone(), kind);
        of_kind(CredentialKind::ApiToken).or_else(|_| of_kind(CredentialKind::Kiosk))
    }

    /// Refuses what another site made a browser send: a request that changes something by the cookie alone. It must come
    /// from the console and bring the token that only a page of the session can know.
    ///
    /// # Errors
    /// [`Error::Unproven`] when it did not.
    pub fn refuse_forged(&self, console_origin: &str) -> Result<()> {
        let is_by_cookie = self.authorization.is_none() && self.method != Method::GET;
        let Some(session) = self.session.as_ref().filter(|_| is_by_cookie) else { return Ok(()) };
        let token = Secret::new(session::forgery_token(session));
        match (self.header("origin") == Some(console_origin), self.forgery_token.as_ref() == Some(&token)) {
            (true, true) => Ok(()),
            (true, false) => Err(Error::unproven("#x-csrf-token", "wrong")),
            (false, _) => Err(Error::unproven("#origin", "not_the_console")),
        }
    }

    /// What a page must send as `x-csrf-token`; none where there is no session.
    #[must_use]
    pub fn forgery_token(&self) -> Option<String> {
        self.session.as_ref().map(session::forgery_token)
    }

    /// The JSON body of a caller who presents a credential.
    ///
    /// # Errors
    /// 401, 413, 415, 400, in this order.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        self.credential()?;
        self.json_unauthenticated()
    }

    /// The JSON body where the route asks for no credential.
    ///
    /// # Errors
    /// 413, 415, 400, in this order.
    pub fn json_unauthenticated<T: DeserializeOwned>(&self) -> Result<T> {
        if self.raw_body().len() > json::BODY_BYTES_MAX {
            return Err(Error::too_large("", "too_long"));
        }
        if self.header("content-encoding").is_some_and(|coding| !coding.trim().eq_ignore_ascii_case("identity")) {
            return Err(Error::UnsupportedEncoding);
        }
        if !is_json(self.header("content-type").unwrap_or_default()) {
            return Err(Error::UnsupportedMediaType);
        }
        json::read(self.raw_body())
    }

    /// Like [`Request::json`], but a request without a body says `{}`: most clients send a content type all the same.
    ///
    /// # Errors
    /// 401, 413, 415, 400, in this order.
    pub fn json_or_empty<T: DeserializeOwned>(&self) -> Result<T> {
        self.credential()?;
        if self.raw_body().is_empty() { json::read(b"{}") } else { self.json_unauthenticated() }
    }

    /// What the client calls itself, for a person to read; none where it does not say.
    #[must_use]
    pub fn client(&self) -> Option<String> {
        let named = self.user_agent.as_deref().map(str::trim).filter(|text| !text.is_empty());
        named.map(|text| text.chars().take(CLIENT_LENGTH_MAX).collect())
    }

    /// A member as the actor of what this request does.
    #[must_use]
    pub fn by_member(&self, id: MemberId) -> Actor {
        Actor::Member { id, ip: self.source_ip.clone(), user_agent: self.user_agent.clone() }
    }

    /// A member of the operator's staff as the actor of what this request does.
    #[must_use]
    pub fn by_staff(&self, id: StaffId, impersonation: ImpersonationId) -> Actor {
        Actor::Staff { id, impersonation, ip: self.source_ip.clone(), user_agent: self.user_agent.clone() }
    }

    /// What `x-doorbook-impersonation` says of the answer, if it is given under one: which, or that it is not known yet,
    /// where the request was refused before anybody asked the database.
    pub(crate) fn impersonation(&self) -> Option<String> {
        // Only a cookie carries one: programs and kiosks need not be read again for it.
        let is_one = || {
            let carries = self.authorization.is_none() && self.session.is_some();
            carries && self.credential().is_ok_and(|found| found.kind == CredentialKind::Impersonation)
        };
        match self.admission.impersonation.get() {
            Some(impersonation) => Some(impersonation.to_string()),
            None => is_one().then(|| "unverified".to_owned()),
        }
    }

    /// A path parameter as a typed id. What is no id names nothing, and is answered like an id that is not there.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not an id.
    pub fn path_id<T: std::str::FromStr>(&self, name: &str) -> Result<T> {
        self.path_parameters.first(name).and_then(|text| text.parse().ok()).ok_or(Error::NotFound)
    }

    /// A path parameter as a typed id. What is no id is looked up as the nil id, which no row has: so it is refused in
    /// the same order and with the same answer as an id that is not there.
    #[must_use]
    pub fn target<T: std::str::FromStr + From<uuid::Uuid>>(&self, name: &str) -> T {
        self.path_id(name).unwrap_or_else(|_| uuid::Uuid::nil().into())
    }

    /// The query parameters of a caller who presents a credential.
    ///
    /// # Errors
    /// 401, then 400.
    pub fn query(&self) -> Result<Query> {
        self.credential()?;
        self.query_unauthenticated()
    }

    /// The query parameters where the route asks for no credential.
    ///
    /// # Errors
    /// 400.
    pub fn query_unauthenticated(&self) -> Result<Query> {
        Query::parse(&self.path, &self.query)
    }

    /// SHA-256 of the Idempotency-Key, which is the caller's text and is not kept.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is absent or not 1–255 visible ASCII characters.
    pub fn idempotency_key_sha256(&self) -> Result<[u8; 32]> {
        let refused = |code| Error::malformed("#idempotency-key", code);
        let key = self.headers.get("idempotency-key").ok_or_else(|| refused("missing"))?.as_bytes();
        if key.len() > 255 {
            return Err(refused("too_long"));
        }
        if key.is_empty() || !key.iter().all(u8::is_ascii_graphic) {
            return Err(refused("wrong_form"));
        }
        Ok(sha256(key))
    }

    /// SHA-256 of method, path, query and body, each preceded by its length: what makes two requests the same.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut text = Vec::with_capacity(self.raw_body().len() + 256);
        for part in [self.method.as_str().as_bytes(), self.path.as_bytes(), self.query.as_bytes(), self.raw_body()] {
            text.extend(part.len().to_be_bytes());
            text.extend(part);
        }
        sha256(&text)
    }
}

/// True for JSON. It is UTF-8 whatever is said beside it (RFC 8259, section 11), unless that is another encoding.
fn is_json(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
            let value = value.trim().trim_matches('"');
            let is_utf8 = ["utf-8", "utf8", "us-ascii"].into_iter().any(|known| value.eq_ignore_ascii_case(known));
            is_utf8 || !name.trim().eq_ignore_ascii_case("charset")
        })
}

fn of_kind(found: Credential, kind: CredentialKind) -> Result<Credential> {
    if found.kind == kind { Ok(found) } else { Err(Error::Unauthenticated) }
}

/// A body in which nothing is said: `{}`.
#[derive(Debug, serde::Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
