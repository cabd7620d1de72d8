-- What fn_manage_watchlist may do: the statements of functions/visits/manage-watchlist/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_manage_watchlist;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.expect_change(bigint) TO fn_manage_watchlist;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_manage_watchlist;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_manage_watchlist;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_manage_watchlist;

GRANT SELECT (organization_id, person_id, wrapped_key), INSERT ON people TO fn_manage_watchlist;
GRANT SELECT (organization_id, entry_id, person_id, list, severity, content_sealed, created_at, created_by, ended_at), INSERT, UPDATE (ended_at)
  ON watchlist_entries TO fn_manage_watchlist;
GRANT SELECT (organization_id, entry_id), INSERT, DELETE ON watchlist_keys TO fn_manage_watchlist;
GRANT INSERT (draft) ON audit_log TO fn_manage_watchlist;

INSERT INTO audit_actions (role, action, needs_reason) VALUES
  ('fn_manage_watchlist', 'access.refused', false),
  ('fn_manage_watchlist', 'watchlist_entry.created', false),
  ('fn_manage_watchlist', 'watchlist_entry.ended', false),
  ('fn_manage_watchlist', 'watchlist_entry.revealed', true);
