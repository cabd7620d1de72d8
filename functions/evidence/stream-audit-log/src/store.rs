//! Every SQL statement that `stream-audit-log` may run.

use shared::{
    Error, Result,
    audit::tree::Hash,
    clock::Timestamp,
    domain::stream::{StreamKind, Undelivered},
    foreign_buckets::ForeignBucket,
    id::{LogStreamId, OrganizationId},
    tenant::{Lookup, Row, Statement},
    vault::{self, WrappedTenantKey},
};

/// Most entries of one delivery.
pub const PAGE_MAX: i64 = 500;

/// Bytes of entries of one delivery, unless a single one has more: what a collector commonly takes at once.
pub const PAGE_BYTES_MAX: i64 = 512 * 1024;

/// A stream that this streamer has to itself.
pub(crate) struct Stream {
    pub(crate) id: LogStreamId,
    pub(crate) target: Target,
    pub(crate) next_seq: u64,
    pub(crate) link: Hash,
    pub(crate) checkpoint_size: u64,
    pub(crate) sending_to: Option<u64>,
    pub(crate) failures: i32,
    /// Until when; the value by which the database knows this streamer.
    pub(crate) lease: Timestamp,
}

/// How far a stream is after a delivery was acknowledged.
pub(crate) struct Reached {
    pub(crate) next_seq: u64,
    pub(crate) link: Hash,
    pub(crate) checkpoint_size: u64,
}

/// Where it leads.
pub(crate) enum Target {
    Bucket(ForeignBucket),
    Collector { url: String, sealed: Box<Sealed> },
}

/// What is kept sealed of a collector, and the key to it.
pub(crate) struct Sealed {
    pub(crate) key: WrappedTenantKey,
    pub(crate) secret: vault::Sealed,
    pub(crate) token: Option<vault::Sealed>,
}

/// An entry with the hashes that stand beside it.
pub(crate) struct Entry {
    pub(crate) seq: u64,
    pub(crate) text: String,
    pub(crate) leaf: Hash,
    pub(crate) link: Hash,
}

/// A checkpoint that was signed and anchored.
pub(crate) struct Checkpoint {
    pub(crate) size: u64,
    pub(crate) link: Hash,
    pub(crate) note: String,
}

/// The streams for which there is something to deliver, and that no streamer works on.
pub(crate) fn waiting(now: Timestamp) -> Lookup<Vec<LogStreamId>> {
    Statement::new(concat!(
        "-- stream-audit-log.waiting\n",
        "SELECT s.stream_id FROM log_streams AS s WHERE s.state = 'active' ",
        "AND (s.leased_until IS NULL OR s.leased_until <= $1) AND (s.retry_at IS NULL OR s.retry_at <= $1) ",
        "AND (s.sending_to IS NOT NULL OR EXISTS (SELECT FROM audit_log AS l WHERE l.seq >= s.next_seq) ",
        "OR EXISTS (SELECT FROM log_checkpoints AS c WHERE c.size > s.checkpoint_size AND c.size <= s.next_seq)) ",
        "ORDER BY s.stream_id",
    ))
    .bind(now)
    .all(|row| row.read("stream_id"))
}

/// Puts the organization's next turn off where no stream is active. One that is set up at this moment is found at the end
/// of the pause at the latest.
pub(crate) fn rest_without_streams(organization: OrganizationId, until: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- stream-audit-log.rest_without_streams\n",
        "SELECT directory.take_turn($1, 'stream', $2) WHERE NOT EXISTS (SELECT FROM log_streams WHERE state = 'active')",
    ))
    .bind(organization)
    .bind(until)
}

/// Takes a stream for oneself until a moment; none where another streamer was faster, or it is active no more.
pub(crate) fn claim(stream: LogStreamId, now: Timestamp, lease: Timestamp) -> Lookup<Option<Stream>> {
    Statement::new(concat!(
        "-- stream-audit-log.claim\n",
        "WITH claimed AS (UPDATE log_streams SET leased_until = $3 WHERE stream_id = $1 AND state = 'active' ",
        "AND (leased_until IS NULL OR leased_until <= $2) AND (retry_at IS NULL OR retry_at <= $2) ",
        "RETURNING organization_id, stream_id, kind, bucket, region, account, url, key_id, secret_sealed, token_sealed, ",
        "next_seq, link, checkpoint_size, sending_to, failures, leased_until) ",
        "SELECT c.*, k.kms_key_id, k.wrapped_key, k.wrapped_index_key FROM claimed AS c ",
        "LEFT JOIN tenant_keys AS k ON k.key_id = c.key_id",
    ))
    .bind(stream)
    .bind(now)
    .bind(lease)
    .optional(read_stream)
}

fn read_stream(row: &Row) -> Result<Stream> {
    let target = match row.read("kind")? {
        StreamKind::Bucket => Target::Bucket(ForeignBucket {
            name: row.read("bucket")?,
            region: row.read("region")?,
            account: row.read("account")?,
        }),
        StreamKind::Https => {
            let key = WrappedTenantKey {
                organization: row.read("organization_id")?,
                key_id: row.read("key_id")?,
                kms_key_id: row.read("kms_key_id")?,
                wrapped: row.read("wrapped_key")?,
                wrapped_index_key: row.read("wrapped_index_key")?,
            };
            let sealed = Sealed { key, secret: row.read("secret_sealed")?, token: row.read("token_sealed")? };
            Target::Collector { url: row.read("url")?, sealed: Box::new(sealed) }
        }
    };
    Ok(Stream {
        id: row.read("stream_id")?,
        target,
        next_seq: number(row.read("next_seq")?)?,
        link: row.read_hash("link")?,
        checkpoint_size: number(row.read("checkpoint_size")?)?,
        sending_to: row.read::<Option<i64>>("sending_to")?.map(number).transpose()?,
        failures: row.read("failures")?,
        lease: row.read("leased_until")?,
    })
}

/// The smallest checkpoint that was not acknowledged.
pub(crate) fn next_checkpoint(stream: &Stream) -> Result<Lookup<Option<Checkpoint>>> {
    let statement = Statement::new(concat!(
        "-- stream-audit-log.next_checkpoint\n",
        "SELECT size, link, note FROM log_checkpoints WHERE size > $1 ORDER BY size LIMIT 1",
    ));
    Ok(statement.bind(signed(stream.checkpoint_size)?).optional(|row| {
        Ok(Checkpoint { size: number(row.read("size")?)?, link: row.read_hash("link")?, note: row.read("note")? })
    }))
}

/// The link of the entry that a log of this size ends with.
pub(crate) fn link_before(size: u64) -> Result<Lookup<Option<Hash>>> {
    let statement = Statement::new("-- stream-audit-log.link_before\nSELECT link FROM audit_log WHERE seq = $1 - 1");
    Ok(statement.bind(signed(size)?).optional(|row| row.read_hash("link")))
}

/// Entries from a number on, in their order, bounded by count and bytes; the first is there whatever its size. Entries
/// never change, so the same beginning and end give the same page.
pub(crate) fn entries(from: u64, end: Option<u64>) -> Result<Lookup<Vec<Entry>>> {
    let statement = Statement::new(concat!(
        "-- stream-audit-log.entries\n",
        "SELECT seq, entry, leaf, link FROM (SELECT seq, entry, leaf, link, ",
        "sum(octet_length(entry)) OVER (ORDER BY seq) AS bytes ",
        "FROM (SELECT seq, entry, leaf, link FROM audit_log WHERE seq >= $1 AND ($2 IS NULL OR seq < $2) ",
        "ORDER BY seq LIMIT $3) AS page) AS summed WHERE bytes <= $4 OR seq = $1 ORDER BY seq",
    ));
    let statement = statement.bind(signed(from)?).bind(end.map(signed).transpose()?);
    Ok(statement.bind(PAGE_MAX).bind(PAGE_BYTES_MAX).all(|row| {
        Ok(Entry {
            seq: number(row.read("seq")?)?,
            text: row.read("entry")?,
            leaf: row.read_hash("leaf")?,
            link: row.read_hash("link")?,
        })
    }))
}

/// Notes where a delivery will end, before it is sent.
pub(crate) fn begin(stream: &Stream, to: u64) -> Result<Statement> {
    let statement = Statement::new(concat!(
        "-- stream-audit-log.begin\n",
        "UPDATE log_streams SET sending_to = $3 WHERE stream_id = $1 AND leased_until = $2",
    ));
    Ok(statement.bind(stream.id).bind(stream.lease).bind(signed(to)?))
}

/// Moves the stream on after the destination acknowledged. False where it is another's by now.
pub(crate) fn acknowledge(
    stream: &Stream,
    reached: &Reached,
    now: Timestamp,
    lease: Timestamp,
) -> Result<Lookup<bool>> {
    let statement = Statement::new(concat!(
        "-- stream-audit-log.acknowledge\n",
        "WITH moved AS (UPDATE log_streams SET next_seq = $3, link = $4, checkpoint_size = $5, ",
        "sending_to = CASE WHEN next_seq = $3 THEN sending_to END, failing_since = NULL, failure = NULL, failures = 0, ",
        "retry_at = NULL, acknowledged_at = $6, leased_until = $7 ",
        "WHERE stream_id = $1 AND leased_until = $2 RETURNING stream_id) SELECT EXISTS (SELECT FROM moved) AS is_moved",
    ));
    let statement =
        statement.bind(stream.id).bind(stream.lease).bind(signed(reached.next_seq)?).bind(reached.link.to_vec());
    Ok(statement.bind(signed(reached.checkpoint_size)?).bind(now).bind(lease).one(|row| row.read("is_moved")))
}

/// Notes that a delivery was not taken, why, and when it is made again.
pub(crate) fn fail(stream: &Stream, word: Undelivered, now: Timestamp, retry_at: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- stream-audit-log.fail\n",
        "UPDATE log_streams SET failing_since = coalesce(failing_since, $4), failure = $3, failures = failures + 1, ",
        "retry_at = $5, leased_until = NULL WHERE stream_id = $1 AND leased_until = $2",
    ))
    .bind(stream.id)
    .bind(stream.lease)
    .bind(word)
    .bind(now)
    .bind(retry_at)
}

/// Gives the stream back when there is nothing more to do.
pub(crate) fn give_back(stream: &Stream) -> Statement {
    Statement::new(concat!(
        "-- stream-audit-log.give_back\n",
        "UPDATE log_streams SET leased_until = NULL WHERE stream_id = $1 AND leased_until = $2",
    ))
    .bind(stream.id)
    .bind(stream.lease)
}

fn number(stored: i64) -> Result<u64> {
    u64::try_from(stored).map_err(Error::internal)
}

fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(Error::internal)
}
