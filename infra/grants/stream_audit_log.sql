-- What fn_stream_audit_log may do: the statements of functions/evidence/stream-audit-log/src/store.rs,
-- and finding their organizations.
-- Limits: worker
GRANT USAGE ON SCHEMA public, app, audit, directory TO fn_stream_audit_log;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid) TO fn_stream_audit_log;
GRANT EXECUTE ON FUNCTION directory.in_turn(text, integer, timestamptz), directory.take_turn(uuid, text, timestamptz) TO fn_stream_audit_log;

GRANT SELECT (organization_id, stream_id, kind, bucket, region, account, url, key_id, secret_sealed, token_sealed, state,
    next_seq, link, checkpoint_size, sending_to, leased_until, failing_since, failures, retry_at),
  UPDATE (next_seq, link, checkpoint_size, sending_to, leased_until, failing_since, failure, failures, retry_at, acknowledged_at)
  ON log_streams TO fn_stream_audit_log;
GRANT SELECT (organization_id, key_id, kms_key_id, wrapped_key, wrapped_index_key) ON tenant_keys TO fn_stream_audit_log;
GRANT SELECT (organization_id, seq, leaf, link, entry) ON audit_log TO fn_stream_audit_log;
GRANT SELECT (organization_id, size, link, note) ON log_checkpoints TO fn_stream_audit_log;

-- The mark of a broken log, and the mails that tell of it.
GRANT EXECUTE ON FUNCTION audit.broken_since(), audit.first_difference(bigint, bigint), audit.mark_broken(bigint, timestamptz) TO fn_stream_audit_log;
GRANT SELECT (organization_id, member_id, role, state) ON members TO fn_stream_audit_log;
GRANT INSERT (organization_id, mail_id, member_id, kind, requested_at, not_before) ON mails TO fn_stream_audit_log;
