-- What fn_reconcile_records may do: the statements of functions/evidence/reconcile-records/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app, audit TO fn_reconcile_records;
GRANT EXECUTE ON FUNCTION app.organization_id(), audit.first_seq_at(text) TO fn_reconcile_records;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_reconcile_records;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_reconcile_records;

GRANT SELECT (organization_id, visit_id, type, created_at, checked_in_at, checked_out_at, nda_version_id, hold_reasons, decision) ON visits TO fn_reconcile_records;
GRANT SELECT (organization_id, event_id, kind, subject_kind, subject_id, request_id) ON outbox TO fn_reconcile_records;
GRANT SELECT (organization_id, seq, entry, action, target_kind, target_id), INSERT (draft) ON audit_log TO fn_reconcile_records;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_reconcile_records', 'access.refused'),
  ('fn_reconcile_records', 'reconciliation.read');
