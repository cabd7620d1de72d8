-- What fn_manage_kiosks may do: the statements of functions/sites/manage-kiosks/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_manage_kiosks;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid) TO fn_manage_kiosks;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_manage_kiosks;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_manage_kiosks;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_manage_kiosks;
GRANT EXECUTE ON FUNCTION app.find_kiosk_pairing(bytea, bytea, text, timestamptz),
  app.confirm_kiosk_pairing(bytea, bytea, uuid, uuid, text, bytea, timestamptz) TO fn_manage_kiosks;
GRANT EXECUTE ON FUNCTION app.revoke_kiosk(uuid, uuid, timestamptz), app.rename_kiosk(uuid, text, text) TO fn_manage_kiosks;

GRANT SELECT (organization_id, site_id) ON sites TO fn_manage_kiosks;
-- Kiosks are entered and changed only by the functions above.
GRANT SELECT (organization_id, kiosk_id, site_id, name, device, pairing_expires_at, credential_id, paired_at, revoked_at, created_at)
  ON kiosks TO fn_manage_kiosks;
-- When a kiosk's device was last seen.
GRANT SELECT (organization_id, credential_id, last_used_at) ON credentials TO fn_manage_kiosks;
GRANT INSERT (draft) ON audit_log TO fn_manage_kiosks;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_manage_kiosks', 'access.refused'),
  ('fn_manage_kiosks', 'kiosk.created'),
  ('fn_manage_kiosks', 'kiosk.refused'),
  ('fn_manage_kiosks', 'kiosk.renamed'),
  ('fn_manage_kiosks', 'kiosk.revoked');
