-- What fn_manage_api_tokens may do: the statements of functions/access/manage-api-tokens/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_manage_api_tokens;
GRANT EXECUTE ON FUNCTION app.organization_id() TO fn_manage_api_tokens;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_manage_api_tokens;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_manage_api_tokens;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_manage_api_tokens;
GRANT EXECUTE ON FUNCTION app.reach_of(bytea), app.tokens_made_with(uuid), app.revoke_api_token(uuid, uuid[], timestamptz),
  app.add_api_token(uuid, uuid, bytea, text, text[], uuid, timestamptz, timestamptz) TO fn_manage_api_tokens;

-- Not the hash of the secret, and no right to write: the functions above do that.
GRANT SELECT (organization_id, credential_id, kind, name, permissions, site_id, expires_at, revoked_at, created_at, last_used_at)
  ON credentials TO fn_manage_api_tokens;
GRANT SELECT (organization_id, site_id) ON sites TO fn_manage_api_tokens;
GRANT INSERT (draft) ON audit_log TO fn_manage_api_tokens;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_manage_api_tokens', 'access.refused'),
  ('fn_manage_api_tokens', 'api_token.created'),
  ('fn_manage_api_tokens', 'api_token.revoked');
