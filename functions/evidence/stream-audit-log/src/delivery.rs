//! Where a stream leads, and how a delivery is addressed there.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use shared::{
    Error, Result,
    authn::signing::SigningSecret,
    domain::stream::{Undelivered, collector_url},
    foreign_buckets::ForeignBucket,
    id::{LogStreamId, OrganizationId},
    vault::{STREAM_SECRET, STREAM_TOKEN},
};
use url::Url;

use crate::{
    Deps,
    page::Parcel,
    store::{Sealed, Stream, Target},
};

/// A destination with everything that it asks for.
pub(crate) struct Destination {
    organization: OrganizationId,
    stream: LogStreamId,
    kind: Kind,
}

enum Kind {
    Bucket(ForeignBucket),
    Collector { url: Url, key: SigningSecret, token: Option<HeaderValue> },
}

impl Destination {
    /// Opens what a stream keeps sealed of its destination.
    pub(crate) async fn of(deps: &Deps, organization: OrganizationId, stream: &Stream) -> Result<Self> {
        let kind = match &stream.target {
            Target::Bucket(bucket) => Kind::Bucket(bucket.clone()),
            Target::Collector { url, sealed } => {
                let url = collector_url(url).ok_or_else(|| Error::internal("a collector's URL is none"))?;
                let (key, token) = open(deps, stream.id, sealed).await?;
                Kind::Collector { url, key, token }
            }
        };
        Ok(Self { organization, stream: stream.id, kind })
    }

    /// Delivers. It was taken when this returns without a word.
    pub(crate) async fn deliver(&self, deps: &Deps, parcel: &Parcel) -> Result<(), Undelivered> {
        match &self.kind {
            Kind::Bucket(bucket) => {
                let key = format!("doorbook/{}/{}", self.organization, parcel.name());
                let (content_type, bytes) = match parcel {
                    Parcel::Entries { lines, .. } => ("application/x-ndjson", lines.clone()),
                    Parcel::Checkpoint { note, .. } => ("text/plain; charset=utf-8", note.as_bytes().to_vec()),
                };
                deps.buckets.put(bucket, &key, content_type, bytes).await
            }
            Kind::Collector { url, key, token } => {
                let body = body(parcel);
                let (now, _) = deps.clock.now().unix_parts();
                let mut headers = self.headers(parcel, &body, now, key).ok_or(Undelivered::Refused)?;
                if let Some(token) = token {
                    headers.insert(header::AUTHORIZATION, token.clone());
                }
                deps.outgoing.post(url, headers, body.into()).await
            }
        }
    }

    /// Headers of a delivery, among them those of Standard Webhooks: an id that a repeated delivery has too, the time, and
    /// the signature over both and the body.
    fn headers(&self, parcel: &Parcel, body: &[u8], now: u64, key: &SigningSecret) -> Option<HeaderMap> {
        let (id, place) = match parcel {
            Parcel::Entries { from, to, .. } => (
                format!("{}_entries_{from}_{to}", self.stream),
                vec![("doorbook-from", from.to_string()), ("doorbook-to", to.to_string())],
            ),
            Parcel::Checkpoint { size, .. } => {
                (format!("{}_checkpoint_{size}", self.stream), vec![("doorbook-checkpoint", size.to_string())])
            }
        };
        let signature = key.sign(&id, now, body);
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
        let named = [
            ("webhook-id", id),
            ("webhook-timestamp", now.to_string()),
            ("webhook-signature", signature),
            ("doorbook-organization", self.organization.to_string()),
        ];
        for (name, value) in named.into_iter().chain(place) {
            headers.insert(HeaderName::from_static(name), HeaderValue::try_from(value).ok()?);
        }
        Some(headers)
    }
}

/// The lines of a delivery. A note stands in its line as a JSON string.
fn body(parcel: &Parcel) -> Vec<u8> {
    match parcel {
        Parcel::Entries { lines, .. } => lines.clone(),
        Parcel::Checkpoint { size, note } => {
            let note = serde_json::Value::from(note.as_str());
            format!("{{\"checkpoint\": {{\"size\": {size}, \"note\": {note}}}}}\n").into_bytes()
        }
    }
}

/// The key that deliveries are signed with, and the header that the collector asks for.
async fn open(deps: &Deps, stream: LogStreamId, sealed: &Sealed) -> Result<(SigningSecret, Option<HeaderValue>)> {
    let tenant = deps.vault.tenant_key(&sealed.key).await?;
    let key = SigningSecret::of_bytes(tenant.open_setting(STREAM_SECRET.of(stream.uuid()), &sealed.secret)?);
    let Some(token) = &sealed.token else { return Ok((key, None)) };
    let token = tenant.open_setting(STREAM_TOKEN.of(stream.uuid()), token)?;
    let mut token = HeaderValue::from_bytes(token.expose_secret()).map_err(Error::internal)?;
    token.set_sensitive(true);
    Ok((key, Some(token)))
}
