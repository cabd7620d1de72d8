-- What fn_manage_log_streams may do: the statements of functions/evidence/manage-log-streams/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app, audit, directory TO fn_manage_log_streams;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.expect_change(bigint), audit.genesis(uuid) TO fn_manage_log_streams;
GRANT EXECUTE ON FUNCTION directory.take_turn(uuid, text, timestamptz) TO fn_manage_log_streams;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_manage_log_streams;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_manage_log_streams;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_manage_log_streams;

-- Neither secret nor token: both are written once and read by the streamer alone.
GRANT SELECT (organization_id, stream_id, slot, kind, bucket, region, account, url, state, next_seq, checkpoint_size,
    failing_since, failure, acknowledged_at, created_at, ended_at),
  INSERT,
  UPDATE (state, key_id, secret_sealed, token_sealed, next_seq, link, checkpoint_size, sending_to, leased_until,
    failing_since, failure, failures, retry_at, ended_at)
  ON log_streams TO fn_manage_log_streams;
GRANT SELECT (organization_id, seq, link), INSERT (draft) ON audit_log TO fn_manage_log_streams;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_manage_log_streams', 'access.refused'),
  ('fn_manage_log_streams', 'log_stream.created'),
  ('fn_manage_log_streams', 'log_stream.ended'),
  ('fn_manage_log_streams', 'log_stream.paused'),
  ('fn_manage_log_streams', 'log_stream.resumed'),
  ('fn_manage_log_streams', 'log_stream.rewound');
