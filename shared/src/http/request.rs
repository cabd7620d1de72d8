//! A request, read from the event of API Gateway's HTTP API (payload format 2.0).

use std::time::Duration;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::de::DeserializeOwned;

use super::{Query, json};
use crate::{
    audit::Actor,
    authn::{Credential, CredentialKind, session, sha256},
    error::{Error, Result},
    id::{ImpersonationId, MemberId, StaffId},
    secret::Secret,
};

/// Most characters of what a client calls itself where a person is shown it.
const CLIENT_LENGTH_MAX: usize = 200;
/// Most bytes of a User-Agent that are kept.
const USER_AGENT_BYTES_MAX: usize = 512;

pub use http::Method;

/// A request. Nothing in it is believed yet; the address comes from the gateway alone, never from a header.
#[derive(Debug)]
pub struct Request {
    /// Ties answer, log and audit entry together.
    pub request_id: String,
    /// Method.
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
    path_parameters: Vec<(String, String)>,
    query: String,
    authorization: Option<Secret<String>>,
    session: Option<Secret<String>>,
    origin: Option<String>,
    forgery_token: Option<Secret<String>>,
    content_type: Option<String>,
    idempotency_key: Option<String>,
    body: Vec<u8>,
    /// What the outbox shall be told after the answer.
    pub(crate) nudge: std::sync::Arc<std::sync::OnceLock<crate::queue::Envelope>>,
    /// Under which impersonation it turned out to be made.
    impersonation: std::sync::OnceLock<ImpersonationId>,
    #[cfg(feature = "kms")]
    pub(crate) claim: std::sync::OnceLock<crate::idempotency::HeldClaim>,
}

impl Request {
    /// Reads the event.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the gateway's base64 cannot be read.
    pub fn of_event(event: ApiGatewayV2httpRequest, request_id: String, remaining: Duration) -> Result<Self> {
        let header = |name: &str| event.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (authorization, content_type) = (header("authorization").map(Secret::new), header("content-type"));
        let (idempotency_key, user_agent) = (header("idempotency-key"), header("user-agent"));
        let (origin, forgery_token) = (header("origin"), header("x-csrf-token").map(Secret::new));
        let http = event.request_context.http;
        let body = event.body.unwrap_or_default();
        Ok(Self {
            request_id,
            method: http.method,
            path: event.raw_path.unwrap_or_default(),
            source_ip: http.source_ip.filter(|ip| !ip.is_empty()),
            user_agent: user_agent.map(|text| cut(text, USER_AGENT_BYTES_MAX)),
            remaining,
            route: event.request_context.route_key.unwrap_or_default(),
            path_parameters: event.path_parameters.into_iter().collect(),
            query: event.raw_query_string.unwrap_or_default(),
            authorization,
            session: session::of_cookies(&event.cookies.unwrap_or_default()),
            origin,
            forgery_token,
            content_type,
            idempotency_key,
            body: if event.is_base64_encoded {
                BASE64_STANDARD.decode(body).map_err(|_| Error::malformed("", "not_base64"))?
            } else {
                body.into_bytes()
            },
            nudge: std::sync::Arc::default(),
            impersonation: std::sync::OnceLock::new(),
            #[cfg(feature = "kms")]
            claim: std::sync::OnceLock::new(),
        })
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
        let (scheme, text) = header.expose_secret().split_once(' ').ok_or(Error::Unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Error::Unauthenticated);
        }
        let found = Credential::parse(text)?;
        let of_kind = |kind| of_kind(found.clone(), kind);
        of_kind(CredentialKind::ApiToken).or_else(|_| of_kind(CredentialKind::Kiosk))
    }

    /// Refuses what another site made a browser send: a request that changes something by the cookie alone. It must come
    /// from the console and bring the token that only a page of the session can know.
    ///
    /// # Errors
    /// [`Error::Unproven`] when it did not.
    pub fn refuse_forged(&self, console_origin: &str) -> Result<()> {
        let is_by_cookie = self.authorization.is_none() && !matches!(self.method, Method::GET | Method::HEAD);
        let Some(session) = self.session.as_ref().filter(|_| is_by_cookie) else { return Ok(()) };
        let token = Secret::new(session::forgery_token(session));
        match (self.origin.as_deref() == Some(console_origin), self.forgery_token.as_ref() == Some(&token)) {
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
        if self.body.len() > json::BODY_BYTES_MAX {
            return Err(Error::too_large("", "too_long"));
        }
        let media_type = self.content_type.as_deref().unwrap_or_default();
        let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
        let parameters = parameters.trim();
        let utf8 = parameters.is_empty() || parameters.replace('"', "").eq_ignore_ascii_case("charset=utf-8");
        if !essence.trim().eq_ignore_ascii_case("application/json") || !utf8 {
            return Err(Error::UnsupportedMediaType);
        }
        json::read(&self.body)
    }

    /// Like [`Request::json`], but a request without a body and without a content type says `{}`.
    ///
    /// # Errors
    /// 401, 413, 415, 400, in this order.
    pub fn json_or_empty<T: DeserializeOwned>(&self) -> Result<T> {
        self.credential()?;
        if self.body.is_empty() && self.content_type.is_none() {
            json::read(b"{}")
        } else {
            self.json_unauthenticated()
        }
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

    /// From here on the answer shows under which impersonation it is given.
    pub fn show_impersonation(&self, impersonation: ImpersonationId) {
        self.impersonation.get_or_init(|| impersonation);
    }

    /// What `x-doorbook-impersonation` says of the answer, if it is given under one: which, or that it is not known yet,
    /// where the request was refused before anybody asked the database.
    pub(crate) fn impersonation(&self) -> Option<String> {
        // Only a cookie carries one: programs and kiosks need not be read again for it.
        let is_one = || {
            let carries = self.authorization.is_none() && self.session.is_some();
            carries && self.credential().is_ok_and(|found| found.kind == CredentialKind::Impersonation)
        };
        match self.impersonation.get() {
            Some(impersonation) => Some(impersonation.to_string()),
            None => is_one().then(|| "unverified".to_owned()),
        }
    }

    /// A path parameter as a typed id. What is no id names nothing, and is answered like an id that is not there.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not an id.
    pub fn path_id<T: std::str::FromStr>(&self, name: &str) -> Result<T> {
        let parameter = self.path_parameters.iter().find(|(known, _)| known == name);
        parameter.and_then(|(_, text)| text.parse().ok()).ok_or(Error::NotFound)
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
        Query::parse(&self.query)
    }

    /// SHA-256 of the Idempotency-Key, which is the caller's text and is not kept.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is absent or not 1–255 visible ASCII characters.
    pub fn idempotency_key_sha256(&self) -> Result<[u8; 32]> {
        let refused = |code| Error::malformed("#idempotency-key", code);
        let key = self.idempotency_key.as_deref().ok_or_else(|| refused("missing"))?;
        if key.len() > 255 {
            return Err(refused("too_long"));
        }
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refused("wrong_form"));
        }
        Ok(sha256(key.as_bytes()))
    }

    /// SHA-256 of method, path, query and body, each preceded by its length: what makes two requests the same.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut text = Vec::with_capacity(self.body.len() + 256);
        for part in [self.method.as_str().as_bytes(), self.path.as_bytes(), self.query.as_bytes(), &self.body] {
            text.extend(part.len().to_be_bytes());
            text.extend(part);
        }
        sha256(&text)
    }
}

fn of_kind(found: Credential, kind: CredentialKind) -> Result<Credential> {
    if found.kind == kind { Ok(found) } else { Err(Error::Unauthenticated) }
}

/// A body in which nothing is said: `{}`.
#[derive(Debug, serde::Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

fn cut(mut text: String, bytes_max: usize) -> String {
    text.retain(|c| !c.is_control());
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
