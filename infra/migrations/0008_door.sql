-- The door of every request: `app.admit` opens the first transaction, `app.resume` every later one.
-- They run as the owner, under the same forced policies, so that no function needs a right on
-- credentials, rates or stored answers. Each statement costs as much as ten expressions, so there are few.

-- Takes one token. Null when there was one, else the seconds until there is. A clock that goes back refills
-- nothing and takes nothing away.
CREATE FUNCTION app.take_token(organization uuid, wanted text, per_second double precision, capacity double precision, at timestamptz)
RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  available double precision;
BEGIN
  LOOP
    INSERT INTO public.rate_buckets AS b VALUES (organization, wanted, capacity - 1, at)
      ON CONFLICT (organization_id, kind) DO UPDATE SET
        tokens = least(capacity, b.tokens + per_second * greatest(date_part('epoch', at - b.refilled_at), 0)) - 1,
        refilled_at = greatest(at, b.refilled_at)
      WHERE least(capacity, b.tokens + per_second * greatest(date_part('epoch', at - b.refilled_at), 0)) >= 1;
    IF FOUND THEN
      RETURN NULL;
    END IF;
    SELECT b.tokens + per_second * date_part('epoch', at - b.refilled_at) INTO available
      FROM public.rate_buckets AS b WHERE b.organization_id = organization AND b.kind = wanted;
    -- Between the two statements a request with a later clock may have filled the bucket: then look again.
    IF available < 1 THEN
      RETURN greatest(1, ceil((1 - available) / per_second));
    END IF;
  END LOOP;
END $$;

-- SHA-256 of an address, bound to the organization: enough to count by and to know it again by.
CREATE FUNCTION app.source_sha256(organization uuid, address text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.sha256(pg_catalog.convert_to(organization::text || ' ' || coalesce(address, ''), 'UTF8'))
$$;

-- True for an address from which members of the organization have signed in.
CREATE FUNCTION app.is_known_source(organization uuid, source bytea) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM public.known_sources AS k WHERE k.organization_id = organization AND k.source_sha256 = source;
  RETURN FOUND;
END $$;

-- True for more failures within a minute than an address may have. Behind one from which members sign in there may be a
-- whole company: one wrong device or guest must not keep it out, and guesses at each account are bounded apart.
CREATE FUNCTION app.are_too_many(failures integer, organization uuid, source bytea) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN failures > 30 AND (failures > 300 OR NOT app.is_known_source(organization, source));
END $$;

-- Counts a failure of the address against itself, if there is such an organization. True when it has had too
-- many within a minute.
CREATE FUNCTION app.source_is_refused(organization uuid, address text, at timestamptz)
RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  source CONSTANT bytea := app.source_sha256(organization, address);
  counted integer;
BEGIN
  INSERT INTO public.refused_sources AS s
    SELECT o.organization_id, source, at, 1
    FROM public.organizations AS o WHERE o.organization_id = organization
  ON CONFLICT (organization_id, source_sha256) DO UPDATE SET
    failures = CASE WHEN s.window_start > at - interval '1 minute' THEN s.failures + 1 ELSE 1 END,
    window_start = CASE WHEN s.window_start > at - interval '1 minute' THEN s.window_start ELSE at END
  RETURNING failures INTO counted;
  RETURN coalesce(app.are_too_many(counted, organization, source), false);
END $$;

-- Says what became of a claim that was there before this request, and takes it over when its holder is surely
-- gone: expired, its lease run out, or this very request, run again after a lost connection.
CREATE FUNCTION app.take_over_claim(organization uuid, credential uuid, wanted_key bytea, wanted_fingerprint bytea,
  request text, at timestamptz, lease timestamptz, OUT outcome text, OUT answer bytea)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  held public.answers;
BEGIN
  UPDATE public.answers AS a SET
    fingerprint = wanted_fingerprint, request_id = request, state = 'running',
    leased_until = lease, answer_sealed = NULL, expires_at = at + interval '24 hours'
  WHERE a.organization_id = organization AND a.credential_id = credential AND a.key_sha256 = wanted_key
    AND (a.expires_at <= at
      OR (a.state = 'running' AND a.fingerprint = wanted_fingerprint AND (a.leased_until <= at OR a.request_id = request)));
  IF FOUND THEN
    outcome := 'admitted';
    RETURN;
  END IF;
  SELECT * INTO held FROM public.answers AS a
    WHERE a.organization_id = organization AND a.credential_id = credential AND a.key_sha256 = wanted_key;
  outcome := CASE
    WHEN held.fingerprint <> wanted_fingerprint THEN 'mismatched'
    WHEN held.state = 'done' THEN 'replayed'
    ELSE 'running'
  END;
  answer := CASE outcome WHEN 'replayed' THEN held.answer_sealed END;
END $$;

-- Notes that a credential was used. Of many requests within a minute one writes, and none waits for it.
CREATE FUNCTION app.note_use(organization uuid, credential uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.credentials AS c SET last_used_at = at
    WHERE c.organization_id = organization AND c.credential_id = (
      SELECT n.credential_id FROM public.credentials AS n
      WHERE n.organization_id = organization AND n.credential_id = credential
        AND (n.last_used_at IS NULL OR n.last_used_at <= at - interval '1 minute')
      FOR NO KEY UPDATE SKIP LOCKED);
END $$;

-- How long an unused session lives. Uses are noted to the minute, so it may end up to a minute earlier.
CREATE FUNCTION app.idle_limit() RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT interval '30 minutes'
$$;

-- Admits a caller or says why not, in the order of refusal of the contract: credential, rate, permission,
-- claim. One row always comes back; a refusal commits its counts like an admission does.
CREATE FUNCTION app.admit(
  organization uuid, secret_sha256 bytea, secret_kind text, permission text, of_one_site boolean, source_address text,
  cost text, per_minute_override integer, at timestamptz,
  key_sha256 bytea, fingerprint bytea, request text, lease timestamptz,
  OUT outcome text, OUT credential_id uuid, OUT site_id uuid, OUT member_id uuid, OUT impersonation_id uuid, OUT staff_id uuid,
  OUT session_started_at timestamptz, OUT retry_after_s integer, OUT answer bytea, OUT key_id uuid, OUT kms_key_id text, OUT wrapped_key bytea, OUT wrapped_index_key bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_permitted boolean;
  is_use_noted boolean;
  per_second double precision;
  capacity double precision;
  bound text;
BEGIN
  -- A claim that a crash loses only means that a retry executes, so admission need not wait for the disk.
  bound := set_config('synchronous_commit', 'off', true);
  bound := set_config('app.organization_id', organization::text, true);
  bound := set_config('app.site_id', '', true);
  SELECT c.credential_id, c.site_id, c.member_id, CASE c.kind WHEN 'session' THEN c.created_at END,
      permission = ANY (c.permissions) AND (of_one_site OR c.site_id IS NULL), coalesce(c.last_used_at > at - interval '1 minute', false),
      CASE cost WHEN 'read' THEN p.reads_per_second ELSE p.writes_per_second END,
      CASE cost WHEN 'read' THEN p.reads_capacity ELSE p.writes_capacity END,
      k.key_id, k.kms_key_id, k.wrapped_key, k.wrapped_index_key
    INTO credential_id, site_id, member_id, session_started_at, is_permitted, is_use_noted, per_second, capacity, key_id, kms_key_id, wrapped_key, wrapped_index_key
    FROM public.credentials AS c
    JOIN public.organizations AS o ON o.organization_id = c.organization_id
    JOIN public.plans AS p ON p.plan = o.plan
    LEFT JOIN public.tenant_keys AS k ON k.organization_id = c.organization_id AND k.retired_at IS NULL
    WHERE c.organization_id = organization AND c.sha256 = secret_sha256 AND c.kind = secret_kind
      AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > at)
      AND (c.kind <> 'session' OR c.last_used_at > at - app.idle_limit());
  IF secret_kind = 'impersonation' THEN
    SELECT b.impersonation_id, b.staff_id INTO impersonation_id, staff_id FROM app.staff_behind(credential_id) AS b;
    IF staff_id IS NULL THEN
      credential_id := NULL;
    END IF;
  END IF;

  IF NOT is_use_noted THEN
    PERFORM app.note_use(organization, credential_id, at);
  END IF;
  -- A plan without limits stays without.
  IF per_second IS NOT NULL THEN
    retry_after_s := app.take_token(organization, cost, coalesce(per_minute_override / 60.0, per_second),
      coalesce(per_minute_override / 6.0, capacity), at);
  END IF;
  IF credential_id IS NULL THEN
    outcome := 'unauthenticated';
    IF app.source_is_refused(organization, source_address, at) THEN
      outcome := 'throttled';
      retry_after_s := 60;
    END IF;
  ELSIF retry_after_s IS NOT NULL THEN
    outcome := 'throttled';
  ELSIF NOT is_permitted THEN
    outcome := 'forbidden';
    -- Thirty refusals of a credential within a minute have an entry each; more would only fill the log.
    IF app.source_is_refused(organization, 'credential ' || credential_id::text, at) THEN
      outcome := 'forbidden_again';
    END IF;
  ELSE
    outcome := 'admitted';
    IF key_sha256 IS NOT NULL THEN
      INSERT INTO public.answers
        VALUES (organization, credential_id, key_sha256, fingerprint, request, 'running', lease, NULL, at + interval '24 hours')
        ON CONFLICT DO NOTHING;
      IF NOT FOUND THEN
        SELECT c.outcome, c.answer INTO outcome, answer
          FROM app.take_over_claim(organization, credential_id, key_sha256, fingerprint, request, at, lease) AS c;
      END IF;
    END IF;
  END IF;

  IF outcome = 'admitted' THEN
    bound := set_config('app.site_id', coalesce(site_id::text, ''), true);
    RETURN;
  END IF;
  -- A refused caller is bound to no organization: the look-ups that were sent in the same round trip then
  -- find nothing, instead of failing the transaction that keeps the counts.
  bound := set_config('app.organization_id', '00000000-0000-0000-0000-000000000000', true);
  IF outcome <> 'replayed' THEN
    SELECT NULL, NULL, NULL, NULL INTO key_id, kms_key_id, wrapped_key, wrapped_index_key;
  END IF;
END $$;

-- Opens a later transaction of an admitted request. Raises DB401 when the credential was revoked since, and
-- DB409 when the claim went to another execution; the statements behind it then cannot run.
CREATE FUNCTION app.resume(organization uuid, credential uuid, wanted_key bytea, request text, at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  site uuid;
  bound text;
BEGIN
  bound := set_config('app.organization_id', organization::text, true);
  bound := set_config('app.site_id', '', true);
  IF wanted_key IS NOT NULL THEN
    SELECT c.site_id INTO site
      FROM public.credentials AS c
      JOIN public.answers AS a ON a.organization_id = c.organization_id AND a.credential_id = c.credential_id
      WHERE c.organization_id = organization AND c.credential_id = credential
        AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > at)
        AND a.key_sha256 = wanted_key AND a.state = 'running' AND a.request_id = request
      FOR UPDATE OF a;
  END IF;
  -- Without a claim, or to say which of the two is missing.
  IF wanted_key IS NULL OR NOT FOUND THEN
    SELECT c.site_id INTO site FROM public.credentials AS c
      WHERE c.organization_id = organization AND c.credential_id = credential
        AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > at);
    IF NOT FOUND THEN
      RAISE EXCEPTION 'credential is no longer valid' USING ERRCODE = 'DB401';
    ELSIF wanted_key IS NOT NULL THEN
      RAISE EXCEPTION 'another execution holds the claim' USING ERRCODE = 'DB409';
    END IF;
  END IF;
  bound := set_config('app.site_id', coalesce(site::text, ''), true);
END $$;

-- Keeps the answer of the claim that `app.resume` found to be ours in this transaction.
CREATE FUNCTION app.settle(credential uuid, wanted_key bytea, answer bytea, at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.answers AS a SET state = 'done', answer_sealed = answer, expires_at = at + interval '24 hours'
    WHERE a.organization_id = organization AND a.credential_id = credential AND a.key_sha256 = wanted_key AND a.state = 'running';
END $$;

-- `app.resume` and `app.settle` in one: opens the transaction that records what an admitted request did, and keeps its
-- answer. Raises as `app.resume` does. Answers with the only site at which the caller may act, if it is bound to one.
CREATE FUNCTION app.resume_and_settle(organization uuid, credential uuid, wanted_key bytea, request text, answer bytea, at timestamptz)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  site uuid;
  bound text;
BEGIN
  bound := set_config('app.organization_id', organization::text, true);
  UPDATE public.answers AS a SET state = 'done', answer_sealed = answer, expires_at = at + interval '24 hours'
    FROM public.credentials AS c
    WHERE a.organization_id = organization AND a.credential_id = credential AND a.key_sha256 = wanted_key
      AND a.state = 'running' AND a.request_id = request
      AND c.organization_id = a.organization_id AND c.credential_id = a.credential_id
      AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > at)
    RETURNING c.site_id INTO site;
  IF NOT FOUND THEN
    -- Says which of the two is missing.
    PERFORM app.resume(organization, credential, wanted_key, request, at);
    RAISE EXCEPTION 'another execution holds the claim' USING ERRCODE = 'DB409';
  END IF;
  bound := set_config('app.site_id', coalesce(site::text, ''), true);
  RETURN site;
END $$;

-- What every record ends with: its events, and last its audit entry, which locks the head of the organization's chain. It runs
-- with the rights of its caller.
CREATE FUNCTION app.emit_and_audit(organization uuid, request text, at timestamptz, events jsonb, entry jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.outbox (organization_id, event_id, kind, subject_kind, subject_id, facts, request_id, occurred_at)
    SELECT organization, e.event_id, e.kind, e.subject_kind, e.subject_id, e.facts, request, at
    FROM jsonb_to_recordset(events) AS e (event_id uuid, kind text, subject_kind text, subject_id uuid, facts jsonb);
  INSERT INTO public.audit_log (draft) VALUES (entry);
END $$;

-- Gives the claim back: nothing was executed, so a retry with the same key shall execute.
CREATE FUNCTION app.release(credential uuid, wanted_key bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  DELETE FROM public.answers AS a
    WHERE a.organization_id = organization AND a.credential_id = credential AND a.key_sha256 = wanted_key AND a.state = 'running';
END $$;

-- Opens an organization for work that no caller asked for: messages, schedules, the operator's invocations.
CREATE FUNCTION app.open_for_system(organization uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  bound text;
BEGIN
  bound := set_config('app.organization_id', organization::text, true);
  bound := set_config('app.site_id', '', true);
END $$;
