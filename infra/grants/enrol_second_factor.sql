-- What fn_enrol_second_factor may do: the statements of functions/access/enrol-second-factor/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_enrol_second_factor;
GRANT EXECUTE ON FUNCTION app.organization_id() TO fn_enrol_second_factor;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_enrol_second_factor;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_enrol_second_factor;
GRANT EXECUTE ON FUNCTION app.second_factor_of(uuid, uuid), app.begin_totp(bytea, bytea, timestamptz),
  app.confirm_totp(bytea, bytea, bigint, bytea, bytea[], timestamptz), app.replace_recovery_codes(bytea, bytea, bytea[], timestamptz),
  app.drop_second_factor(bytea, timestamptz) TO fn_enrol_second_factor;
GRANT EXECUTE ON FUNCTION
  app.prove_session(bytea, text, uuid, bytea, text, text, timestamptz, timestamptz) TO fn_enrol_second_factor;

GRANT INSERT (organization_id, mail_id, member_id, kind, requested_at, not_before) ON mails TO fn_enrol_second_factor;
GRANT INSERT (draft) ON audit_log TO fn_enrol_second_factor;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_enrol_second_factor', 'access.refused'),
  ('fn_enrol_second_factor', 'recovery_codes.replaced'),
  ('fn_enrol_second_factor', 'second_factor.dropped'),
  ('fn_enrol_second_factor', 'second_factor.enrolled');
