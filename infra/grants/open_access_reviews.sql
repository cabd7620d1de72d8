-- What fn_open_access_reviews may do: the statements of functions/access/open-access-reviews/src/store.rs,
-- and finding their organizations.
-- Limits: worker
GRANT USAGE ON SCHEMA public, app, directory TO fn_open_access_reviews;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid), app.member_last_used_at(uuid) TO fn_open_access_reviews;
GRANT EXECUTE ON FUNCTION directory.in_turn(text, integer, timestamptz), directory.take_turn(uuid, text, timestamptz) TO fn_open_access_reviews;

-- Who has access, and no secret's hash.
GRANT SELECT (organization_id, member_id, name, email, role, state, created_at, last_sign_in_at, standing_since) ON members TO fn_open_access_reviews;
GRANT SELECT (organization_id, credential_id, kind, name, permissions, site_id, member_id, expires_at, revoked_at, created_at, last_used_at)
  ON credentials TO fn_open_access_reviews;
GRANT SELECT (organization_id, kiosk_id, name, site_id, credential_id, revoked_at, created_at) ON kiosks TO fn_open_access_reviews;
GRANT SELECT (organization_id, impersonation_id, staff_name, role, requested_at, credential_id) ON impersonations TO fn_open_access_reviews;

GRANT SELECT (organization_id, quarter, opened_at),
  INSERT (organization_id, review_id, quarter, opened_at, deadline_at, item_count, snapshot_sha256) ON access_reviews TO fn_open_access_reviews;
GRANT INSERT (organization_id, item_id, review_id, number, subject_kind, subject_id, name, email, named_salt, named_commit, role, permissions,
  site_id, member_id, granted_at, last_used_at) ON access_review_items TO fn_open_access_reviews;
GRANT INSERT (organization_id, event_id, kind, subject_kind, subject_id, facts, request_id, occurred_at) ON outbox TO fn_open_access_reviews;
GRANT INSERT (draft) ON audit_log TO fn_open_access_reviews;

INSERT INTO audit_actions (role, action) VALUES ('fn_open_access_reviews', 'access_review.opened');
