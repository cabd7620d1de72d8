-- What fn_recover_log may do: the statements of functions/evidence/recover-log/src/store.rs. Rows of the log come and go by
-- two functions of the database alone, and only while the log is broken.
-- Limits: worker
GRANT USAGE ON SCHEMA public, app, audit, directory TO fn_recover_log;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid), directory.by_slug(text) TO fn_recover_log;
GRANT EXECUTE ON FUNCTION audit.broken_since(), audit.restore(bigint, text[]), audit.settle(bigint, timestamptz) TO fn_recover_log;

GRANT SELECT (organization_id, seq, entry, action, target_kind, target_id), INSERT (draft) ON audit_log TO fn_recover_log;
GRANT SELECT (organization_id, visit_id, checked_in_at) ON visits TO fn_recover_log;
GRANT SELECT, INSERT, UPDATE (hashes), DELETE ON log_tiles TO fn_recover_log;
GRANT SELECT (organization_id, size, root, link, note), INSERT, UPDATE (root, link, note), DELETE ON log_checkpoints TO fn_recover_log;

INSERT INTO audit_actions (role, action, needs_reason) VALUES ('fn_recover_log', 'log.recovered', true);
