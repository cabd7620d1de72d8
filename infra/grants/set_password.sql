-- What fn_set_password may do: the statements of functions/access/set-password/src/store.rs, the session that goes
-- on, and both doors. No right on any row but the draft: neither links nor hashes can be read, only asked about one at a time.
-- Limits: request
GRANT USAGE ON SCHEMA public, app, directory TO fn_set_password;
GRANT EXECUTE ON FUNCTION directory.by_slug(text), app.open_for_system(uuid), app.organization_id() TO fn_set_password;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_set_password;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_set_password;
GRANT EXECUTE ON FUNCTION app.link(bytea, text, text, text, timestamptz),
  app.set_password_by_link(bytea, text, text, text, text, uuid, timestamptz),
  app.request_reset(text, text, uuid, timestamptz) TO fn_set_password;
GRANT EXECUTE ON FUNCTION app.begin_password_change(bytea, text, timestamptz), app.accept_password(uuid, text, text, bytea),
  app.change_password(uuid, text, text, uuid, uuid, bytea, uuid, timestamptz),
  app.renew_session(bytea, text, uuid, bytea, text, text, timestamptz) TO fn_set_password;
GRANT INSERT (draft) ON audit_log TO fn_set_password;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_set_password', 'access.refused'),
  ('fn_set_password', 'member.joined'),
  ('fn_set_password', 'member.password_changed'),
  ('fn_set_password', 'member.password_reset'),
  ('fn_set_password', 'session.refused');
