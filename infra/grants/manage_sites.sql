-- What fn_manage_sites may do: the statements of functions/sites/manage-sites/src/store, and the door.
-- Limits: request
GRANT USAGE ON SCHEMA public, app TO fn_manage_sites;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.site_id(), app.reaches_site(uuid), app.expect_change(bigint) TO fn_manage_sites;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_manage_sites;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_manage_sites;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_manage_sites;

GRANT SELECT (organization_id, site_id, name, time_zone, locale, requires_nda, id_check_age_min, id_check_rules, id_check_face_min, created_at), INSERT,
  UPDATE (name, time_zone, locale, requires_nda, id_check_age_min, id_check_rules, id_check_face_min) ON sites TO fn_manage_sites;
GRANT INSERT ON badge_counters, people TO fn_manage_sites;
GRANT SELECT (organization_id, host_id, person_id, name, email, phone, locale, created_at), INSERT ON hosts TO fn_manage_sites;
GRANT SELECT (organization_id, visit_type_id, site_id, name, applies_to, version, answers_schema, created_at), INSERT
  ON visit_types TO fn_manage_sites;
GRANT SELECT (organization_id, version_id, kind, locale, version, title, text, text_sha256, published_at, retired_at), INSERT,
  UPDATE (retired_at) ON notices TO fn_manage_sites;
-- PostgreSQL computes a notice's hash with the rights of the role that inserts it.
GRANT EXECUTE ON FUNCTION app.text_sha256(text) TO fn_manage_sites;
GRANT INSERT (draft) ON audit_log TO fn_manage_sites;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_manage_sites', 'access.refused'),
  ('fn_manage_sites', 'host.created'),
  ('fn_manage_sites', 'notice.published'),
  ('fn_manage_sites', 'notice.retired'),
  ('fn_manage_sites', 'site.changed'),
  ('fn_manage_sites', 'site.created'),
  ('fn_manage_sites', 'visit_type.published');
