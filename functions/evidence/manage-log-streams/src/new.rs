//! A stream is set up.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    authn::signing::SigningSecret,
    domain::{
        BoundedText as _,
        stream::{CollectorToken, STREAMS_MAX, StreamKind, StreamState, collector_url},
        text::{AwsAccount, AwsRegion, BucketName, CollectorUrl},
    },
    door::AdmittedWrite,
    http::{Reply, Request},
    id::LogStreamId,
    vault::{STREAM_SECRET, STREAM_TOKEN},
};
use utoipa::ToSchema;

use crate::{
    Deps,
    store::{self, SealedSecrets},
    stream::LogStream,
};

/// A stream to be, as it is sent: a bucket with its region and account, or a collector.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStreamBody {
    /// What kind of destination.
    kind: StreamKind,
    /// The bucket.
    bucket: Option<BucketName>,
    /// Where the bucket lies.
    region: Option<AwsRegion>,
    /// The account that owns the bucket. Nothing is written to a bucket in other hands.
    account: Option<AwsAccount>,
    /// Where the collector takes deliveries: `https`, a public host name, port 443 or one from 1024 on.
    url: Option<CollectorUrl>,
    /// What the collector asks for in the header `authorization`. It is sealed, and never shown.
    authorization: Option<CollectorToken>,
    /// The first entry to be delivered; the whole log unless said.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    from_seq: Option<i64>,
}

/// A stream that was set up.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedStream {
    /// The stream.
    pub stream: LogStream,
    /// What deliveries are signed with (Standard Webhooks). Shown once: null when this answer is a replay, and for a
    /// bucket.
    pub signing_secret: Option<String>,
}

/// A destination in which everything can be.
#[derive(Debug)]
pub(crate) enum Destination {
    Bucket { bucket: BucketName, region: AwsRegion, account: AwsAccount },
    Collector { url: CollectorUrl, token: Option<CollectorToken> },
}

impl NewStreamBody {
    fn parse(self) -> Result<(Destination, i64)> {
        let from_seq = self.from_seq.unwrap_or(0);
        if !(0..1 << 53).contains(&from_seq) {
            return Err(Error::malformed("/from_seq", "out_of_range"));
        }
        let of_bucket = [
            ("/bucket", self.bucket.is_some()),
            ("/region", self.region.is_some()),
            ("/account", self.account.is_some()),
        ];
        let of_collector = [("/url", self.url.is_some()), ("/authorization", self.authorization.is_some())];
        let others = if self.kind == StreamKind::Bucket { of_collector.as_slice() } else { of_bucket.as_slice() };
        if let Some((pointer, _)) = others.iter().find(|(_, is_said)| *is_said) {
            return Err(Error::malformed(*pointer, "of_another_kind"));
        }
        let missing = |pointer: &'static str| Error::malformed(pointer, "missing");
        let destination = match self.kind {
            StreamKind::Bucket => Destination::Bucket {
                bucket: self.bucket.ok_or_else(|| missing("/bucket"))?,
                region: self.region.ok_or_else(|| missing("/region"))?,
                account: self.account.ok_or_else(|| missing("/account"))?,
            },
            StreamKind::Https => {
                let url = self.url.ok_or_else(|| missing("/url"))?;
                Destination::Collector { url, token: self.authorization }
            }
        };
        Ok((destination, from_seq))
    }
}

/// Sets a stream up. Nothing is sent here: whether the destination takes deliveries shows with the first.
pub(crate) async fn create(deps: &Deps, request: &Request) -> Result<Reply> {
    let (destination, from_seq) = request.json::<NewStreamBody>()?.parse()?;

    let lookups = (store::list_slots(), store::find_link_before(from_seq));
    let (admitted, (slots, link)) = deps.door.admit(request, Permission::WebhookManage, lookups).await?;
    let slot = (1..=STREAMS_MAX).find(|slot| !slots.contains(slot));
    let slot = slot.ok_or_else(|| Error::conflict("limit_reached"))?;
    let link = link.ok_or_else(|| Error::unprocessable("/from_seq", "beyond_the_log"))?;

    let stream = destination.new_stream(&admitted, from_seq);
    let (sealed, shown) = seal(&admitted, &stream, &destination).await?;
    let reply = Reply::created(&CreatedStream { stream: stream.clone(), signing_secret: shown })?
        .replayed_as(&CreatedStream { stream: stream.clone(), signing_secret: None })?;
    let diff = destination.facts(&stream);
    let organization = admitted.caller().organization;
    admitted
        .record(reply, |batch| {
            store::insert_stream(batch, &stream, slot, link, sealed);
            store::take_turn(batch, organization, stream.created_at);
            let entry = AuditEvent::new(Action::LogStreamCreated, TargetKind::LogStream, stream.stream_id);
            batch.audit(entry.with(diff));
        })
        .await
}

/// Makes what deliveries to a collector are signed with, and seals it beside what the collector asks for. A bucket has
/// neither: there, our role is who we are.
async fn seal(
    admitted: &AdmittedWrite,
    stream: &LogStream,
    destination: &Destination,
) -> Result<(Option<SealedSecrets>, Option<String>)> {
    let Destination::Collector { token, .. } = destination else { return Ok((None, None)) };
    let (tenant, row) = (admitted.tenant_key().await?, stream.stream_id.uuid());
    let secret = SigningSecret::generate()?;
    let token = token
        .as_ref()
        .map(|token| tenant.seal_setting(STREAM_TOKEN.of(row), token.secret().expose_secret().as_bytes()));
    let sealed = SealedSecrets {
        key: tenant.id(),
        secret: tenant.seal_setting(STREAM_SECRET.of(row), secret.bytes().expose_secret())?,
        token: token.transpose()?,
    };
    Ok((Some(sealed), Some(secret.text().expose_secret().clone())))
}

impl Destination {
    fn new_stream(&self, admitted: &AdmittedWrite, from_seq: i64) -> LogStream {
        let (kind, bucket, url) = match self {
            Self::Bucket { bucket, region, account } => (StreamKind::Bucket, Some((bucket, region, account)), None),
            Self::Collector { url, .. } => (StreamKind::Https, None, Some(url)),
        };
        LogStream {
            stream_id: LogStreamId::new(admitted.now()),
            kind,
            bucket: bucket.map(|(bucket, ..)| bucket.as_str().to_owned()),
            region: bucket.map(|(_, region, _)| region.as_str().to_owned()),
            account: bucket.map(|(.., account)| account.as_str().to_owned()),
            url: url.map(|url| url.as_str().to_owned()),
            state: StreamState::Active,
            next_seq: from_seq,
            checkpoint_size: from_seq,
            acknowledged_at: None,
            failing_since: None,
            failure: None,
            created_at: admitted.now(),
            ended_at: None,
        }
    }

    /// What the log says of it. Of a collector the host alone: some hide a secret in the rest of their URL.
    fn facts(&self, stream: &LogStream) -> Diff {
        let diff = Diff::new().added("kind", stream.kind).added("from_seq", stream.next_seq);
        match self {
            Self::Bucket { bucket, region, account } => diff
                .added("bucket", Internal(bucket.as_str()))
                .added("region", Internal(region.as_str()))
                .added("account", Internal(account.as_str())),
            Self::Collector { url, token } => {
                let url = collector_url(url.as_str());
                let host = url.as_ref().and_then(|url| url.host_str());
                diff.added_if_some("host", host.map(Internal)).added("has_authorization", token.is_some())
            }
        }
    }
}
