-- What fn_begin_impersonation may do: the statements of functions/staff/begin-impersonation/src/store.rs. No right on any row but the
-- draft.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_begin_impersonation;
GRANT EXECUTE ON FUNCTION app.open_for_system(uuid), app.organization_id() TO fn_begin_impersonation;
GRANT EXECUTE ON FUNCTION app.staff_standing(uuid, timestamptz), app.count_refused(text, timestamptz), app.may_record_refusal(timestamptz),
  app.opening_of(uuid, uuid, text, text, timestamptz),
  app.begin_impersonation(uuid, uuid, bytea, text, text[], timestamptz, text, timestamptz) TO fn_begin_impersonation;
GRANT INSERT (draft) ON audit_log TO fn_begin_impersonation;

INSERT INTO audit_actions (role, action, needs_reason) VALUES
  ('fn_begin_impersonation', 'impersonation.opened', true),
  ('fn_begin_impersonation', 'session.refused', false);
