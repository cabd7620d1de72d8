//! What leaves: a typed answer or one problem document, under the same headers.

use lambda_http::Body;

use crate::{
    authn::session,
    error::{Code, Error, FieldError, Result},
    queue::Envelope,
};

/// Headers of every answer. HSTS for two years; nothing here may be framed, sniffed, cached or run.
const HEADERS: [(&str, &str); 9] = [
    ("strict-transport-security", "max-age=63072000; includeSubDomains; preload"),
    (
        "content-security-policy",
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    (
        "permissions-policy",
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
    ),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// What is sent. Only text is kept for a replay.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    #[serde(skip)]
    Bytes(Vec<u8>),
}

/// How long a page may be used again without asking for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caching {
    /// For a year: its path changes with what it holds.
    Immutable,
    /// Never without asking: it is the same as long as it has this entity tag (RFC 9110, section 8.8.3), which is
    /// written here with its quotation marks.
    Revalidated(String),
}

/// An answer: status, body and the headers that are its own.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reply {
    status: u16,
    content_type: String,
    body: Content,
    /// What a replay shows in place of `body`, where the body holds what is shown only once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    replay_body: Option<String>,
    #[serde(skip)]
    headers: Vec<(&'static str, String)>,
    /// Set beside the answer, and by no replay.
    #[serde(skip)]
    cookie: Option<crate::secret::Secret<String>>,
    /// What a queue is told once it was sent.
    #[serde(skip)]
    message: Option<Envelope>,
}

impl Reply {
    /// 200 with a JSON body.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written as JSON.
    pub fn ok(body: &impl serde::Serialize) -> Result<Self> {
        Self::json(200, body)
    }

    /// 201 with a JSON body.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written as JSON.
    pub fn created(body: &impl serde::Serialize) -> Result<Self> {
        Self::json(201, body)
    }

    /// 202 with a JSON body: taken up, and not done yet.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written as JSON.
    pub fn accepted(body: &impl serde::Serialize) -> Result<Self> {
        Self::json(202, body)
    }

    /// 200 with a JSON text that is already written.
    #[must_use]
    pub fn document(body: &str) -> Self {
        Self::new(200, "application/json", body.to_owned())
    }

    fn json(status: u16, body: &impl serde::Serialize) -> Result<Self> {
        Ok(Self::new(status, "application/json", serde_json::to_string(body).map_err(Error::internal)?))
    }

    /// 200 with the bytes of a page or of what belongs to it.
    #[must_use]
    pub fn page(content_type: &str, bytes: Vec<u8>, caching: &Caching) -> Self {
        Self::written(200, content_type.to_owned(), Content::Bytes(bytes)).cached(caching)
    }

    /// 304 in answer to `if-none-match` (RFC 9110, section 13.1.2): the page that is there already is the present one.
    #[must_use]
    pub fn not_modified(content_type: &str, caching: &Caching) -> Self {
        Self::written(304, content_type.to_owned(), Content::Bytes(Vec::new())).cached(caching)
    }

    fn cached(self, caching: &Caching) -> Self {
        match caching {
            Caching::Immutable => self.with_header("cache-control", "public, max-age=31536000, immutable".to_owned()),
            Caching::Revalidated(tag) => {
                self.with_header("cache-control", "no-cache".to_owned()).with_header("etag", tag.clone())
            }
        }
    }

    /// A header of its own, in place of one that all answers have under that name.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    const fn written(status: u16, content_type: String, body: Content) -> Self {
        Self { status, content_type, body, replay_body: None, headers: Vec::new(), cookie: None, message: None }
    }

    fn new(status: u16, content_type: &str, body: String) -> Self {
        Self::written(status, content_type.to_owned(), Content::Text(body))
    }

    /// What a replay shows instead: the same answer without what is shown only once.
    ///
    /// # Errors
    /// [`Error::Internal`] when the body cannot be written as JSON.
    pub fn replayed_as(mut self, body: &impl serde::Serialize) -> Result<Self> {
        self.replay_body = Some(serde_json::to_string(body).map_err(Error::internal)?);
        Ok(self)
    }

    /// What is kept for a replay.
    #[must_use]
    pub(crate) fn to_keep(&self) -> Self {
        let body = self.replay_body.clone().map_or_else(|| self.body.clone(), Content::Text);
        Self::written(self.status, self.content_type.clone(), body)
    }

    /// Marks a kept answer as given before.
    #[must_use]
    pub(crate) fn replayed(mut self) -> Self {
        self.headers.push(("idempotency-replayed", "true".to_owned()));
        self
    }

    /// The problem document of an error (RFC 9457).
    #[must_use]
    pub fn problem(error: &Error, request_id: &str) -> Self {
        let code = error.code();
        let problem = Problem {
            r#type: format!("urn:doorbook:problem:{}", code.name()),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            request_id: request_id.to_owned(),
            errors: match error {
                Error::UnsupportedEncoding => vec![FieldError::new("#content-encoding", "not_taken")],
                _ => error.fields().to_vec(),
            },
        };
        let body = serde_json::to_string(&problem).unwrap_or_else(|_| "{}".to_owned());
        let mut reply = Self::new(code.status(), "application/problem+json", body);
        match error {
            Error::Unauthenticated => reply.headers.push(("www-authenticate", "Bearer".to_owned())),
            Error::MethodNotAllowed(allowed) => reply.headers.push(("allow", (*allowed).to_owned())),
            // RFC 9110, section 15.5.16.
            Error::UnsupportedEncoding => reply.headers.push(("accept-encoding", "identity".to_owned())),
            Error::Throttled { retry_after_s } => reply.headers.push(("retry-after", retry_after_s.to_string())),
            Error::LogBroken => reply.headers.push(("retry-after", "60".to_owned())),
            Error::Unavailable(_) => reply.headers.push(("retry-after", "1".to_owned())),
            _ => {}
        }
        reply
    }

    /// Says under which impersonation it is given to the operator's staff, acting for a customer; what was said first
    /// stands.
    #[must_use]
    pub fn under_impersonation(self, impersonation: String) -> Self {
        const HEADER: &str = "x-doorbook-impersonation";
        if self.headers.iter().any(|(name, _)| *name == HEADER) {
            self
        } else {
            self.with_header(HEADER, impersonation)
        }
    }

    /// Leaves a message for a queue, to be sent after this answer.
    #[cfg(feature = "kms")]
    #[must_use]
    pub(crate) fn telling(mut self, message: Envelope) -> Self {
        self.message = Some(message);
        self
    }

    /// Takes the message that is to be sent after this answer.
    #[cfg(feature = "queue")]
    pub(crate) fn take_message(&mut self) -> Option<Envelope> {
        self.message.take()
    }

    /// Gives the browser a session.
    #[must_use]
    pub fn with_session(mut self, session: &crate::authn::NewCredential) -> Self {
        self.cookie = Some(crate::secret::Secret::new(session::cookie(&session.text)));
        self
    }

    /// Takes the session from the browser.
    #[must_use]
    pub fn without_session(mut self) -> Self {
        self.cookie = Some(crate::secret::Secret::new(session::cookie_of_none()));
        self
    }

    /// The cookie that is set beside the answer.
    #[must_use]
    pub const fn cookie(&self) -> Option<&crate::secret::Secret<String>> {
        self.cookie.as_ref()
    }

    /// HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The body as it is sent, where it is text.
    #[must_use]
    pub fn body(&self) -> &str {
        match &self.body {
            Content::Text(text) => text,
            Content::Bytes(_) => "",
        }
    }

    /// The body for `lambda_http`.
    pub(crate) fn into_body(self) -> Body {
        match self.body {
            Content::Text(text) => Body::Text(text),
            Content::Bytes(bytes) if bytes.is_empty() => Body::Empty,
            Content::Bytes(bytes) => Body::Binary(bytes),
        }
    }

    /// Every header, those of all answers included.
    pub fn headers(&self, request_id: &str) -> Vec<(&'static str, String)> {
        let is_own = |fixed: &str| self.headers.iter().any(|(name, _)| *name == fixed);
        let fixed = HEADERS.iter().filter(|(name, _)| !is_own(name)).map(|(name, value)| (*name, (*value).to_owned()));
        let own = [("content-type", self.content_type.clone()), ("x-request-id", request_id.to_owned())];
        fixed.chain(own).chain(self.headers.iter().cloned()).collect()
    }
}

/// A refusal, as RFC 9457 writes it.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// URI of the kind of problem.
    pub r#type: String,
    /// The kind of problem for a person to read.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Stable name of the kind of problem.
    pub code: Code,
    /// Also in `x-request-id`; ties the answer to the log.
    pub request_id: String,
    /// The fields to blame, where there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}
