-- What fn_request_impersonation may do: the statements of functions/staff/request-impersonation/src/store.rs, and both doors. No right
-- on any row but the draft, and on what it takes to tell owners.
-- Limits: request
GRANT USAGE ON SCHEMA public, app, directory TO fn_request_impersonation;
GRANT EXECUTE ON FUNCTION directory.by_slug(text), app.open_for_system(uuid), app.organization_id() TO fn_request_impersonation;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_request_impersonation;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_request_impersonation;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_request_impersonation;
GRANT EXECUTE ON FUNCTION app.staff_asking(bytea, timestamptz),
  app.request_impersonation(uuid, uuid, uuid, text, text, text, text, bytea, timestamptz),
  app.hand_off_impersonation(uuid, uuid, uuid, timestamptz, timestamptz) TO fn_request_impersonation;
GRANT SELECT (organization_id, member_id, role, state) ON members TO fn_request_impersonation;
GRANT INSERT (organization_id, mail_id, member_id, kind, requested_at, not_before) ON mails TO fn_request_impersonation;
GRANT INSERT (draft) ON audit_log TO fn_request_impersonation;

INSERT INTO audit_actions (role, action, needs_reason) VALUES
  ('fn_request_impersonation', 'access.refused', false),
  ('fn_request_impersonation', 'impersonation.handed_off', false),
  ('fn_request_impersonation', 'impersonation.requested', true);
