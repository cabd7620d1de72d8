-- The two round trips of a check-out, each one call, and what fn_check_out may do. The calls run with the rights of the caller:
-- under the grants below and the policies of each table. A connection plans their statements once.
-- Limits: request

-- The first round trip: `app.admit`, whose columns come first, and for an admitted caller the visit, where the caller may act at
-- its site. A visit that is not found leaves its columns null; one that is not on site has no `on_site_since`.
CREATE OR REPLACE FUNCTION app.admit_check_out(
  organization uuid, secret_sha256 bytea, secret_kind text, permission text, of_one_site boolean, source_address text,
  cost text, per_minute_override integer, at timestamptz,
  claimed_key bytea, fingerprint bytea, request text, lease timestamptz,
  wanted_visit uuid,
  OUT outcome text, OUT credential_id uuid, OUT site_id uuid, OUT member_id uuid, OUT impersonation_id uuid, OUT staff_id uuid,
  OUT session_started_at timestamptz, OUT retry_after_s integer, OUT answer bytea,
  OUT key_id uuid, OUT kms_key_id text, OUT wrapped_key bytea, OUT wrapped_index_key bytea,
  OUT visitor_kind text, OUT visit_site uuid, OUT on_site_since timestamptz)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT * INTO outcome, credential_id, site_id, member_id, impersonation_id, staff_id, session_started_at, retry_after_s, answer,
      key_id, kms_key_id, wrapped_key, wrapped_index_key
    FROM app.admit(organization, secret_sha256, secret_kind, permission, of_one_site, source_address, cost, per_minute_override, at,
      claimed_key, fingerprint, request, lease);
  -- A refused caller learns nothing.
  IF outcome = 'admitted' THEN
    SELECT v.type, v.site_id, CASE v.state WHEN 'on_site' THEN v.checked_in_at END INTO visitor_kind, visit_site, on_site_since
      FROM public.visits AS v WHERE v.visit_id = wanted_visit AND v.site_id = coalesce(admit_check_out.site_id, v.site_id);
  END IF;
END $$;

-- The second round trip: ends the visit at the moment `at`, or writes nothing. Raises as `app.resume` does, and DB409 where the
-- visit is no longer on site: another departure came between the two round trips.
CREATE OR REPLACE FUNCTION app.record_check_out(
  organization uuid, credential uuid, claimed_key bytea, request text, answer bytea, recorded_at timestamptz,
  at timestamptz, visit uuid, occurred_at timestamptz, device_seq bigint, events jsonb, entry jsonb)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  done text;
  site CONSTANT uuid := app.resume_and_settle(organization, credential, claimed_key, request, answer, recorded_at);
BEGIN
  UPDATE public.visits AS v SET state = 'left', checked_out_at = at,
      checked_out_occurred_at = record_check_out.occurred_at, checked_out_device_seq = record_check_out.device_seq
    WHERE v.visit_id = visit AND v.state = 'on_site' AND v.site_id = coalesce(site, v.site_id);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the visit is no longer on site' USING ERRCODE = 'DB409';
  END IF;
  done := app.emit_and_audit(organization, request, at, events, entry);
END $$;

GRANT USAGE ON SCHEMA public, app TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.organization_id() TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.admit(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz) TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.resume(uuid, uuid, bytea, text, timestamptz) TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.settle(uuid, bytea, bytea, timestamptz), app.release(uuid, bytea) TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.resume_and_settle(uuid, uuid, bytea, text, bytea, timestamptz) TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.emit_and_audit(uuid, text, timestamptz, jsonb, jsonb) TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.admit_check_out(uuid, bytea, text, text, boolean, text, text, integer, timestamptz, bytea, bytea, text, timestamptz,
  uuid) TO fn_check_out;
GRANT EXECUTE ON FUNCTION app.record_check_out(uuid, uuid, bytea, text, bytea, timestamptz,
  timestamptz, uuid, timestamptz, bigint, jsonb, jsonb) TO fn_check_out;

GRANT SELECT (organization_id, visit_id, site_id, type, state, checked_in_at) ON visits TO fn_check_out;
GRANT UPDATE (state, checked_out_at, checked_out_occurred_at, checked_out_device_seq) ON visits TO fn_check_out;
GRANT INSERT ON outbox TO fn_check_out;
GRANT INSERT (draft) ON audit_log TO fn_check_out;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_check_out', 'access.refused'),
  ('fn_check_out', 'visit.checked_out');
