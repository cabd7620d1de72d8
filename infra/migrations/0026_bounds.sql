-- Bounds of what a request can leave behind, so that no later read fails by its size; and refused reasons, which are
-- guesses at sealed values.

-- JSON is stored with a blank after each colon and comma, so its text is longer than what was sent, at most twice as long.
ALTER TABLE visits ADD CONSTRAINT visits_answers_bounded CHECK (octet_length(answers::text) <= 32768) NOT VALID;
ALTER TABLE visit_types ADD CONSTRAINT visit_types_schema_bounded CHECK (octet_length(answers_schema::text) <= 32768) NOT VALID;
-- A draft has at most 256 KiB. An entry holds little more, and its marks may be written longer than they are kept.
ALTER TABLE audit_log ADD CONSTRAINT audit_log_entry_bounded CHECK (octet_length(entry) <= 300000) NOT VALID;

-- The size comes first: a large draft is refused before it is looked into.
CREATE OR REPLACE FUNCTION audit.refused_field(draft jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN pg_column_size(draft) > 262144 THEN 'size'
    WHEN draft - '{actor,ip,ua,action,target,reason,diff,request_id}'::text[] <> '{}' THEN 'draft'
    WHEN jsonb_path_match(draft, 'strict $.actor.id.type() == "string"
      && ($.actor.kind == "member" || $.actor.kind == "api_token" || $.actor.kind == "kiosk" || $.actor.kind == "staff"
        || $.actor.kind == "visitor" || $.actor.kind == "webhook" || $.actor.kind == "system")
      && !exists($.actor.keyvalue() ? (@.key != "kind" && @.key != "id"
        && !(@.key == "impersonation" && @.value.type() == "string" && $.actor.kind == "staff")))') IS NOT TRUE THEN 'actor'
    WHEN jsonb_path_match(draft, 'strict $.ip == null || ($.actor.kind != "system"
      && ($.ip.type() == "object" || ($.ip.type() == "string" && $.actor.kind != "visitor")))') IS NOT TRUE THEN 'ip'
    WHEN jsonb_path_match(draft, 'strict $.ua == null || ($.actor.kind != "system"
      && ($.ua.type() == "object" || $.ua.type() == "string"))') IS NOT TRUE
      OR octet_length(draft ->> 'ua') > 512 AND jsonb_typeof(draft -> 'ua') = 'string' THEN 'ua'
    WHEN jsonb_path_match(draft, 'strict $.action.type() == "string"') IS NOT TRUE THEN 'action'
    WHEN jsonb_path_match(draft, 'strict $.target.kind.type() == "string" && $.target.id.type() == "string"
      && !exists($.target.keyvalue() ? (@.key != "kind" && @.key != "id"))') IS NOT TRUE THEN 'target'
    WHEN jsonb_path_match(draft, 'strict $.reason.type() == "string" || $.reason == null') IS NOT TRUE THEN 'reason'
    WHEN jsonb_path_match(draft, 'strict $.diff.added.type() == "object" && $.diff.removed.type() == "object"
      && $.diff.changed.type() == "object"
      && !exists($.diff.keyvalue() ? (@.key != "added" && @.key != "removed" && @.key != "changed"))') IS NOT TRUE THEN 'diff'
    WHEN jsonb_path_match(draft, 'strict $.request_id.type() == "string"') IS NOT TRUE THEN 'request_id'
    WHEN jsonb_path_query_array(draft, 'strict $.** ? (@.type() == "number")')::text LIKE '%.%'
      OR jsonb_path_exists(draft, 'strict $.** ? (@ >= 9007199254740992 || @ <= -9007199254740992)') THEN 'number'
  END
$$;

-- Whose refused reasons are counted.
CREATE FUNCTION app.refused_reasons_subject(credential uuid) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT app.guess_subject('refused reasons ' || credential::text, NULL)
$$;

-- The seconds that the credential with this secret must wait before its reason is compared again; null when it need not.
CREATE FUNCTION app.refused_reasons_wait(secret_sha256 bytea, at timestamptz) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  available double precision;
BEGIN
  SELECT g.tokens + greatest(date_part('epoch', at - g.refilled_at), 0) / 900 INTO available
    FROM public.credentials AS c
    JOIN public.guesses AS g ON g.organization_id = c.organization_id AND g.subject_sha256 = app.refused_reasons_subject(c.credential_id)
    WHERE c.organization_id = organization AND c.sha256 = secret_sha256;
  RETURN CASE WHEN available < 1 THEN greatest(1, ceil((1 - available) * 900)) END;
END $$;

-- Counts a reason that was refused since it names the person: five at once, then one in a quarter of an hour. Requests that run
-- at the same time are compared before any of them is counted: the rate of writes bounds those, and each is an entry.
CREATE FUNCTION app.count_refused_reason(credential uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM app.take_guess(app.refused_reasons_subject(credential), 5, 900, at);
END $$;
