-- What fn_manage_sessions may do: the statements of functions/access/manage-sessions/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_manage_sessions;
GRANT EXECUTE ON FUNCTION app.organization_id() TO fn_manage_sessions;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_manage_sessions;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_manage_sessions;
GRANT EXECUTE ON FUNCTION app.idle_limit(), app.end_session(uuid, uuid, timestamptz),
  app.end_impersonation(uuid, text, timestamptz) TO fn_manage_sessions;

-- Not the hash of the secret, and no right to write: the function above does that.
GRANT SELECT (organization_id, credential_id, kind, name, permissions, expires_at, revoked_at, created_at, last_used_at, member_id, assurance)
  ON credentials TO fn_manage_sessions;
GRANT SELECT (organization_id, member_id, name, email, role) ON members TO fn_manage_sessions;
GRANT SELECT (organization_id, member_id, totp_confirmed_at) ON member_proofs TO fn_manage_sessions;
GRANT SELECT (organization_id, impersonation_id, staff_id, staff_name, role, reason, credential_id, opened_at) ON impersonations
  TO fn_manage_sessions;
GRANT SELECT (organization_id, name, requires_mfa) ON organizations TO fn_manage_sessions;
GRANT INSERT (draft) ON audit_log TO fn_manage_sessions;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_manage_sessions', 'access.refused'),
  ('fn_manage_sessions', 'impersonation.ended'),
  ('fn_manage_sessions', 'session.ended');
