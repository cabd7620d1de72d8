-- What fn_send_mail may do: the statements of functions/messages/send-mail/src/store.rs,
-- and finding their organizations.
-- Limits: worker
GRANT USAGE ON SCHEMA public, app, audit, directory TO fn_send_mail;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid), audit.broken_since() TO fn_send_mail;
GRANT EXECUTE ON FUNCTION directory.due(text, uuid, integer, timestamptz) TO fn_send_mail;
GRANT EXECUTE ON FUNCTION directory.take(uuid, text), directory.mark(uuid, text, timestamptz) TO fn_send_mail;
GRANT EXECUTE ON FUNCTION app.add_link(uuid, text, uuid, bytea, timestamptz, timestamptz) TO fn_send_mail;

GRANT SELECT (organization_id, mail_id, member_id, kind, not_before, attempts, sent_at, given_up_at),
  UPDATE (not_before, attempts, sent_at, given_up_at, is_refused) ON mails TO fn_send_mail;
GRANT SELECT (organization_id, member_id, email, state) ON members TO fn_send_mail;
GRANT SELECT (organization_id, name, environment) ON organizations TO fn_send_mail;
GRANT INSERT (draft) ON audit_log TO fn_send_mail;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_send_mail', 'mail.given_up'),
  ('fn_send_mail', 'mail.sent');
