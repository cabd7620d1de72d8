-- What fn_sweep_access_reviews may do: the statements of functions/access/sweep-access-reviews/src/store.rs,
-- and finding their organizations.
-- Limits: worker
GRANT USAGE ON SCHEMA public, app, directory TO fn_sweep_access_reviews;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid), app.member_last_used_at(uuid), app.count_review_items(uuid) TO fn_sweep_access_reviews;
GRANT EXECUTE ON FUNCTION directory.in_turn(text, integer, timestamptz), directory.take_turn(uuid, text, timestamptz) TO fn_sweep_access_reviews;
GRANT EXECUTE ON FUNCTION app.withdraw_member(uuid, timestamptz, timestamptz), app.withdraw_api_token(uuid, timestamptz, timestamptz),
  app.withdraw_kiosk(uuid, timestamptz, timestamptz), app.end_impersonation(uuid, text, timestamptz) TO fn_sweep_access_reviews;

GRANT SELECT (organization_id, review_id, deadline_at, reminded_days, closed_at, check_due_at, checked_at),
  UPDATE (reminded_days, closed_at, check_due_at, checked_at, came_back) ON access_reviews TO fn_sweep_access_reviews;
GRANT SELECT (organization_id, item_id, review_id, number, subject_kind, subject_id, last_used_at, decision, how),
  UPDATE (decision, how, decided_at, revoked_at) ON access_review_items TO fn_sweep_access_reviews;
-- When something was used last, and no name, no address and no secret's hash.
GRANT SELECT (organization_id, member_id, role, state, created_at, last_sign_in_at, standing_since) ON members TO fn_sweep_access_reviews;
GRANT SELECT (organization_id, credential_id, kind, member_id, expires_at, revoked_at, created_at, last_used_at)
  ON credentials TO fn_sweep_access_reviews;
GRANT SELECT (organization_id, kiosk_id, credential_id, revoked_at, created_at) ON kiosks TO fn_sweep_access_reviews;
GRANT SELECT (organization_id, impersonation_id, credential_id) ON impersonations TO fn_sweep_access_reviews;
GRANT SELECT (organization_id, action, target_kind, target_id, entry) ON audit_log TO fn_sweep_access_reviews;

GRANT INSERT (organization_id, mail_id, member_id, kind, requested_at, not_before) ON mails TO fn_sweep_access_reviews;
GRANT INSERT (organization_id, event_id, kind, subject_kind, subject_id, facts, request_id, occurred_at) ON outbox TO fn_sweep_access_reviews;
GRANT INSERT (draft) ON audit_log TO fn_sweep_access_reviews;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_sweep_access_reviews', 'access.revoked'),
  ('fn_sweep_access_reviews', 'access.spared'),
  ('fn_sweep_access_reviews', 'access_review.checked'),
  ('fn_sweep_access_reviews', 'access_review.closed');
