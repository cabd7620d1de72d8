-- What fn_decide_visit may do: the statements of functions/visits/decide-visit/src/store.rs, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_decide_visit;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid), app.expect_change(bigint), app.reach_of(bytea) TO fn_decide_visit;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_decide_visit;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_decide_visit;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_decide_visit;

GRANT SELECT (organization_id, visit_id, site_id, type, state, hold_reasons, badge_number, email, phone, decision),
  UPDATE (state, decision, decided_at, decided_by, decided_by_member, badge_number, badge_sha256, checked_in_at) ON visits TO fn_decide_visit;
GRANT SELECT (organization_id, visit_id, outcome) ON watchlist_matches TO fn_decide_visit;
GRANT SELECT (organization_id, site_id, last), UPDATE (last) ON badge_counters TO fn_decide_visit;
GRANT INSERT ON outbox TO fn_decide_visit;
GRANT INSERT (draft) ON audit_log TO fn_decide_visit;

INSERT INTO audit_actions (role, action, needs_reason) VALUES
  ('fn_decide_visit', 'access.refused', false),
  ('fn_decide_visit', 'visit.admitted', true),
  ('fn_decide_visit', 'visit.declined', true);
