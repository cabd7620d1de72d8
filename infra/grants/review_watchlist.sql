-- What fn_review_watchlist may do: the statements of functions/visits/review-watchlist/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_review_watchlist;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid), app.expect_change(bigint) TO fn_review_watchlist;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_review_watchlist;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_review_watchlist;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_review_watchlist;

GRANT SELECT (organization_id, visit_id, site_id, person_id, email, phone) ON visits TO fn_review_watchlist;
GRANT SELECT (organization_id, person_id, wrapped_key) ON people TO fn_review_watchlist;
GRANT SELECT (organization_id, entry_id, list, severity, person_id, content_sealed) ON watchlist_entries TO fn_review_watchlist;
GRANT SELECT (organization_id, visit_id, person_id, asked_sealed, today, compared) ON watchlist_screenings TO fn_review_watchlist;
GRANT SELECT (organization_id, match_id, visit_id, entry_id, rule, score, is_weak, algorithm, list_digest, created_at, outcome, reviewed_at,
  reviewed_by, reviewed_by_member), UPDATE (outcome, reviewed_at, reviewed_by, reviewed_by_member) ON watchlist_matches TO fn_review_watchlist;
GRANT INSERT (draft) ON audit_log TO fn_review_watchlist;

INSERT INTO audit_actions (role, action, needs_reason) VALUES
  ('fn_review_watchlist', 'access.refused', false),
  ('fn_review_watchlist', 'watchlist_match.confirmed', true),
  ('fn_review_watchlist', 'watchlist_match.dismissed', true),
  ('fn_review_watchlist', 'watchlist_match.replayed', false);
