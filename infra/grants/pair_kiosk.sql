-- What fn_pair_kiosk may do: the statements of functions/sites/pair-kiosk/src/store.rs. No right on any row but the draft.
-- Limits: request
GRANT USAGE ON SCHEMA public, app, directory TO fn_pair_kiosk;
GRANT EXECUTE ON FUNCTION directory.by_slug(text), app.open_for_system(uuid), app.organization_id() TO fn_pair_kiosk;
GRANT EXECUTE ON FUNCTION app.environment() TO fn_pair_kiosk;
GRANT EXECUTE ON FUNCTION app.begin_kiosk_pairing(bytea, bytea, text, text, timestamptz, timestamptz),
  app.poll_kiosk_pairing(bytea, uuid, bytea, text[], text, timestamptz) TO fn_pair_kiosk;
GRANT INSERT (draft) ON audit_log TO fn_pair_kiosk;

INSERT INTO audit_actions (role, action) VALUES ('fn_pair_kiosk', 'kiosk.paired');
