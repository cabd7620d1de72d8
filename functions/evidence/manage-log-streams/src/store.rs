//! Every SQL statement that `manage-log-streams` may run.

use shared::{
    Result,
    audit::tree::Hash,
    clock::Timestamp,
    door::Batch,
    http::Page,
    id::{KeyId, LogStreamId, OrganizationId},
    tenant::{Lookup, Row, Statement},
    vault::Sealed,
};

use crate::stream::LogStream;

/// What is kept sealed of a collector.
pub(crate) struct SealedSecrets {
    pub(crate) key: KeyId,
    pub(crate) secret: Sealed,
    pub(crate) token: Option<Sealed>,
}

/// The places that are taken.
pub(crate) fn list_slots() -> Lookup<Vec<i32>> {
    Statement::new("-- manage-log-streams.list_slots\nSELECT slot FROM log_streams WHERE state <> 'ended'")
        .all(|row| row.read("slot"))
}

/// The link that an entry of this number continues; none where the log is shorter.
pub(crate) fn find_link_before(seq: i64) -> Lookup<Option<Hash>> {
    Statement::new(concat!(
        "-- manage-log-streams.find_link_before\n",
        "SELECT link FROM audit_log WHERE seq = $1 - 1 ",
        "UNION ALL SELECT audit.genesis(app.organization_id()) WHERE $1 = 0",
    ))
    .bind(seq)
    .optional(|row| row.read_hash("link"))
}

pub(crate) fn load_stream(stream: LogStreamId) -> Lookup<LogStream> {
    Statement::new(concat!(
        "-- manage-log-streams.load_stream\n",
        "SELECT stream_id, kind, bucket, region, account, url, state, next_seq, checkpoint_size, acknowledged_at, ",
        "failing_since, failure, created_at, ended_at FROM log_streams WHERE stream_id = $1",
    ))
    .bind(stream)
    .one(read_stream)
}

pub(crate) fn list_streams(page: &Page<LogStreamId>) -> Lookup<Vec<LogStream>> {
    Statement::new(concat!(
        "-- manage-log-streams.list_streams\n",
        "SELECT stream_id, kind, bucket, region, account, url, state, next_seq, checkpoint_size, acknowledged_at, ",
        "failing_since, failure, created_at, ended_at FROM log_streams ",
        "WHERE ($1 IS NULL OR stream_id > $1) ORDER BY stream_id LIMIT $2",
    ))
    .bind(page.after)
    .bind(page.probe())
    .all(read_stream)
}

fn read_stream(row: &Row) -> Result<LogStream> {
    Ok(LogStream {
        stream_id: row.read("stream_id")?,
        kind: row.read("kind")?,
        bucket: row.read("bucket")?,
        region: row.read("region")?,
        account: row.read("account")?,
        url: row.read("url")?,
        state: row.read("state")?,
        next_seq: row.read("next_seq")?,
        checkpoint_size: row.read("checkpoint_size")?,
        acknowledged_at: row.read("acknowledged_at")?,
        failing_since: row.read("failing_since")?,
        failure: row.read("failure")?,
        created_at: row.read("created_at")?,
        ended_at: row.read("ended_at")?,
    })
}

/// Of two that take the same place at once, one is run again and finds it taken.
pub(crate) fn insert_stream(
    batch: &mut Batch,
    stream: &LogStream,
    slot: i32,
    link: Hash,
    sealed: Option<SealedSecrets>,
) {
    let (key, secret, token) = match sealed {
        Some(SealedSecrets { key, secret, token }) => (Some(key), Some(secret), token),
        None => (None, None, None),
    };
    batch.write(
        Statement::new(concat!(
            "-- manage-log-streams.insert_stream\n",
            "INSERT INTO log_streams (organization_id, stream_id, slot, kind, bucket, region, account, url, key_id, ",
            "secret_sealed, token_sealed, state, next_seq, link, checkpoint_size, created_at) VALUES ",
            "(app.organization_id(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        ))
        .bind(stream.stream_id)
        .bind(slot)
        .bind(stream.kind)
        .bind(stream.bucket.clone())
        .bind(stream.region.clone())
        .bind(stream.account.clone())
        .bind(stream.url.clone())
        .bind(key)
        .bind(secret)
        .bind(token)
        .bind(stream.state)
        .bind(stream.next_seq)
        .bind(link.to_vec())
        .bind(stream.checkpoint_size)
        .bind(stream.created_at),
    );
}

/// Brings the organization's turn forward, which waits long where no stream is active.
pub(crate) fn take_turn(batch: &mut Batch, organization: OrganizationId, now: Timestamp) {
    batch.write(
        Statement::new("-- manage-log-streams.take_turn\nSELECT directory.take_turn($1, 'stream', $2)")
            .bind(organization)
            .bind(now),
    );
}

/// A streamer that delivers at this moment loses the stream with each of these changes, so that none is overwritten.
pub(crate) fn pause(batch: &mut Batch, stream: LogStreamId) {
    batch.write(
        Statement::new(concat!(
            "-- manage-log-streams.pause\n",
            "WITH changed AS (UPDATE log_streams SET state = 'paused', leased_until = NULL ",
            "WHERE stream_id = $1 AND state = 'active' RETURNING stream_id) ",
            "SELECT app.expect_change(count(*)) FROM changed",
        ))
        .bind(stream),
    );
}

pub(crate) fn resume(batch: &mut Batch, stream: LogStreamId) {
    batch.write(
        Statement::new(concat!(
            "-- manage-log-streams.resume\n",
            "WITH changed AS (UPDATE log_streams SET state = 'active', leased_until = NULL, failing_since = NULL, ",
            "failure = NULL, failures = 0, retry_at = NULL WHERE stream_id = $1 AND state <> 'ended' RETURNING stream_id) ",
            "SELECT app.expect_change(count(*)) FROM changed",
        ))
        .bind(stream),
    );
}

pub(crate) fn rewind(batch: &mut Batch, rewound: &LogStream, link: Hash) {
    batch.write(
        Statement::new(concat!(
            "-- manage-log-streams.rewind\n",
            "WITH changed AS (UPDATE log_streams SET next_seq = $2, link = $3, ",
            "checkpoint_size = least(checkpoint_size, $2), sending_to = NULL, leased_until = NULL, ",
            "failing_since = NULL, failure = NULL, failures = 0, retry_at = NULL ",
            "WHERE stream_id = $1 AND state = $4 AND next_seq >= $2 RETURNING stream_id) ",
            "SELECT app.expect_change(count(*)) FROM changed",
        ))
        .bind(rewound.stream_id)
        .bind(rewound.next_seq)
        .bind(link.to_vec())
        .bind(rewound.state),
    );
}

pub(crate) fn end(batch: &mut Batch, stream: LogStreamId, now: Timestamp) {
    batch.write(
        Statement::new(concat!(
            "-- manage-log-streams.end\n",
            "WITH changed AS (UPDATE log_streams SET state = 'ended', ended_at = $2, leased_until = NULL, ",
            "sending_to = NULL, retry_at = NULL, key_id = NULL, secret_sealed = NULL, token_sealed = NULL ",
            "WHERE stream_id = $1 AND state <> 'ended' RETURNING stream_id) ",
            "SELECT app.expect_change(count(*)) FROM changed",
        ))
        .bind(stream)
        .bind(now),
    );
}
