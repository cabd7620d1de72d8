-- What fn_manage_access_reviews may do: the statements of functions/access/manage-access-reviews/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_manage_access_reviews;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.count_review_items(uuid) TO fn_manage_access_reviews;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_manage_access_reviews;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_manage_access_reviews;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_manage_access_reviews;
GRANT EXECUTE ON FUNCTION app.reach_of(bytea), app.expect_change(bigint), app.deactivate_member(uuid, uuid, text, text[], timestamptz),
  app.withdraw_api_token(uuid, timestamptz, timestamptz), app.withdraw_kiosk(uuid, timestamptz, timestamptz),
  app.end_impersonation(uuid, text, timestamptz) TO fn_manage_access_reviews;

-- A snapshot is read and never written; of an item, what was decided.
GRANT SELECT (organization_id, review_id, quarter, opened_at, deadline_at, snapshot_sha256, closed_at, checked_at, came_back)
  ON access_reviews TO fn_manage_access_reviews;
GRANT SELECT (organization_id, item_id, review_id, number, subject_kind, subject_id, name, email, named_salt, named_commit, role, permissions,
    site_id, member_id, granted_at, last_used_at, decision, how, reason, decided_by, decided_at, revoked_at),
  UPDATE (decision, how, reason, decided_by, decided_at, revoked_at) ON access_review_items TO fn_manage_access_reviews;
GRANT SELECT (organization_id, member_id, role, state) ON members TO fn_manage_access_reviews;
GRANT SELECT (organization_id, seq, action, target_kind, target_id, entry) ON audit_log TO fn_manage_access_reviews;
GRANT INSERT (organization_id, event_id, kind, subject_kind, subject_id, facts, request_id, occurred_at) ON outbox TO fn_manage_access_reviews;
GRANT INSERT (draft) ON audit_log TO fn_manage_access_reviews;

INSERT INTO audit_actions (role, action, needs_reason) VALUES
  ('fn_manage_access_reviews', 'access.refused', false),
  ('fn_manage_access_reviews', 'access.revoked', true),
  ('fn_manage_access_reviews', 'access_review.decided', true);
