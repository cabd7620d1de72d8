-- What fn_sign_in may do: the statements of functions/access/sign-in/src/store.rs, and the door. No right on any row but the draft:
-- the functions below give it what it compares, and count first.
-- Limits: request
GRANT USAGE ON SCHEMA public, app, directory TO fn_sign_in;
GRANT EXECUTE ON FUNCTION directory.by_slug(text), app.open_for_system(uuid), app.organization_id() TO fn_sign_in;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_sign_in;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_sign_in;
GRANT EXECUTE ON FUNCTION app.begin_sign_in(text, text, timestamptz), app.accept_password(uuid, text, text, bytea) TO fn_sign_in;
GRANT EXECUTE ON FUNCTION app.begin_second_factor(uuid, uuid, text, timestamptz),
  app.take_totp_step(uuid, bigint, bytea, bytea, bytea), app.take_recovery_code(uuid, bytea, bytea, timestamptz) TO fn_sign_in;
GRANT EXECUTE ON FUNCTION app.count_refused(text, timestamptz), app.may_record_refusal(timestamptz) TO fn_sign_in;
GRANT EXECUTE ON FUNCTION
  app.start_session(uuid, text, uuid, uuid, bytea, text, text[], text, text, timestamptz, timestamptz),
  app.prove_session(bytea, text, uuid, bytea, text, text, timestamptz, timestamptz) TO fn_sign_in;
GRANT INSERT (draft) ON audit_log TO fn_sign_in;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_sign_in', 'access.refused'),
  ('fn_sign_in', 'session.opened'),
  ('fn_sign_in', 'session.refused'),
  ('fn_sign_in', 'session.started');
