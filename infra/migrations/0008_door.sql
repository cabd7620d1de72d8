-- The door of every request: `app.admit` opens the first transaction, `app.resume` every later one.
-- They run as the owner, under the same forced policies, so that no function needs a right on
-- credentials, rates or stored answers.

-- Takes one token. Null when there was one, else the seconds until there is.
CREATE FUNCTION app.take_token(organization uuid, wanted text, per_second double precision, capacity double precision, at timestamptz)
RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  bucket public.rate_buckets;
BEGIN
  IF per_second IS NULL THEN
    RETURN NULL;
  END IF;
  LOOP
    UPDATE public.rate_buckets AS b
      SET tokens = least(capacity, b.tokens + per_second * greatest(extract(epoch FROM at - b.refilled_at), 0)) - 1,
          refilled_at = greatest(at, b.refilled_at)
      WHERE b.organization_id = organization AND b.kind = wanted
        AND least(capacity, b.tokens + per_second * greatest(extract(epoch FROM at - b.refilled_at), 0)) >= 1;
    IF FOUND THEN
      RETURN NULL;
    END IF;
    SELECT * INTO bucket FROM public.rate_buckets AS b WHERE b.organization_id = organization AND b.kind = wanted;
    IF FOUND THEN
      RETURN greatest(1, ceil((1 - bucket.tokens) / per_second - extract(epoch FROM at - bucket.refilled_at)));
    END IF;
    INSERT INTO public.rate_buckets VALUES (organization, wanted, capacity, at) ON CONFLICT DO NOTHING;
  END LOOP;
END $$;

-- Counts a failure of the address against itself. True when it has had too many within a minute.
CREATE FUNCTION app.source_is_refused(organization uuid, address text, at timestamptz)
RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  counted integer;
BEGIN
  INSERT INTO public.refused_sources AS s
    VALUES (organization, sha256(convert_to(organization::text || ' ' || coalesce(address, ''), 'UTF8')), at, 1)
  ON CONFLICT (organization_id, source_sha256) DO UPDATE SET
    failures = CASE WHEN s.window_start > at - interval '1 minute' THEN s.failures + 1 ELSE 1 END,
    window_start = CASE WHEN s.window_start > at - interval '1 minute' THEN s.window_start ELSE at END
  RETURNING failures INTO counted;
  RETURN counted > 30;
END $$;

-- Claims an Idempotency-Key for this request, or says what became of it.
CREATE FUNCTION app.claim(organization uuid, credential uuid, wanted_key bytea, wanted_fingerprint bytea,
  request text, at timestamptz, lease timestamptz, OUT outcome text, OUT answer bytea)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  held public.answers;
BEGIN
  INSERT INTO public.answers AS a
    VALUES (organization, credential, wanted_key, wanted_fingerprint, request, 'running', lease, NULL, at + interval '24 hours')
  ON CONFLICT (organization_id, credential_id, key_sha256) DO UPDATE SET
    fingerprint = excluded.fingerprint, request_id = excluded.request_id, state = 'running',
    leased_until = excluded.leased_until, answer_sealed = NULL, expires_at = excluded.expires_at
    -- A request that is run again after a lost connection finds its own claim.
    WHERE a.expires_at <= at
      OR (a.state = 'running' AND a.fingerprint = excluded.fingerprint
          AND (a.leased_until <= at OR a.request_id = excluded.request_id));
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
  answer := held.answer_sealed;
END $$;

-- Admits a caller or says why not, in the order of refusal of the contract: credential, rate, permission,
-- claim. One row always comes back; a refusal commits its counts like an admission does.
CREATE FUNCTION app.admit(
  organization uuid, secret_sha256 bytea, secret_kind text, permission text, source_address text,
  cost text, per_minute_override integer, at timestamptz,
  key_sha256 bytea, fingerprint bytea, request text, lease timestamptz,
  OUT outcome text, OUT credential_id uuid, OUT site_id uuid, OUT retry_after_s integer,
  OUT answer bytea, OUT key_id uuid, OUT kms_key_id text, OUT wrapped_key bytea, OUT wrapped_index_key bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  credential public.credentials;
  plan public.plans;
BEGIN
  -- A claim that a crash loses only means that a retry executes, so admission need not wait for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM app.bind(organization, NULL);

  SELECT * INTO credential FROM public.credentials AS c
    WHERE c.organization_id = organization AND c.sha256 = secret_sha256 AND c.kind = secret_kind
      AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > at);
  IF NOT FOUND THEN
    outcome := 'unauthenticated';
    IF EXISTS (SELECT FROM public.organizations AS o WHERE o.organization_id = organization)
      AND app.source_is_refused(organization, source_address, at) THEN
      outcome := 'throttled';
      retry_after_s := 60;
    END IF;
    PERFORM app.bind_to_nobody();
    RETURN;
  END IF;
  credential_id := credential.credential_id;
  site_id := credential.site_id;

  SELECT p.* INTO plan FROM public.organizations AS o JOIN public.plans AS p USING (plan)
    WHERE o.organization_id = organization;
  retry_after_s := CASE
    WHEN cost = 'read' THEN app.take_token(organization, 'read',
      CASE WHEN plan.reads_per_second IS NULL THEN NULL ELSE coalesce(per_minute_override / 60.0, plan.reads_per_second) END,
      coalesce(per_minute_override / 6.0, plan.reads_capacity), at)
    ELSE app.take_token(organization, 'write',
      CASE WHEN plan.writes_per_second IS NULL THEN NULL ELSE coalesce(per_minute_override / 60.0, plan.writes_per_second) END,
      coalesce(per_minute_override / 6.0, plan.writes_capacity), at)
  END;
  outcome := CASE
    WHEN retry_after_s IS NOT NULL THEN 'throttled'
    WHEN NOT permission = ANY (credential.permissions) THEN 'forbidden'
    ELSE 'admitted'
  END;
  IF outcome = 'admitted' AND key_sha256 IS NOT NULL THEN
    SELECT c.outcome, c.answer INTO outcome, answer
      FROM app.claim(organization, credential.credential_id, key_sha256, fingerprint, request, at, lease) AS c;
  END IF;
  IF outcome IN ('admitted', 'replayed') THEN
    SELECT k.key_id, k.kms_key_id, k.wrapped_key, k.wrapped_index_key INTO key_id, kms_key_id, wrapped_key, wrapped_index_key
      FROM public.tenant_keys AS k WHERE k.organization_id = organization AND k.retired_at IS NULL;
  END IF;
  IF outcome = 'admitted' THEN
    PERFORM app.bind(organization, site_id);
  ELSE
    PERFORM app.bind_to_nobody();
  END IF;
END $$;

-- Opens a later transaction of an admitted request. Raises DB401 when the credential was revoked since, and
-- DB409 when the claim went to another execution; the statements behind it then cannot run.
CREATE FUNCTION app.resume(organization uuid, credential uuid, wanted_key bytea, request text, at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  site uuid;
BEGIN
  PERFORM app.bind(organization, NULL);
  SELECT c.site_id INTO site FROM public.credentials AS c
    WHERE c.organization_id = organization AND c.credential_id = credential
      AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > at);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'credential is no longer valid' USING ERRCODE = 'DB401';
  END IF;
  IF wanted_key IS NOT NULL THEN
    PERFORM FROM public.answers AS a
      WHERE a.organization_id = organization AND a.credential_id = credential AND a.key_sha256 = wanted_key
        AND a.state = 'running' AND a.request_id = request FOR UPDATE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'another execution holds the claim' USING ERRCODE = 'DB409';
    END IF;
  END IF;
  PERFORM app.bind(organization, site);
END $$;

-- Keeps the answer of the claim that `app.resume` found to be ours in this transaction.
CREATE FUNCTION app.settle(credential uuid, wanted_key bytea, answer bytea, at timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE public.answers SET state = 'done', answer_sealed = answer, expires_at = at + interval '24 hours'
  WHERE organization_id = app.organization_id() AND credential_id = credential AND key_sha256 = wanted_key AND state = 'running'
$$;

-- Gives the claim back: nothing was executed, so a retry with the same key shall execute.
CREATE FUNCTION app.release(credential uuid, wanted_key bytea)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM public.answers
  WHERE organization_id = app.organization_id() AND credential_id = credential AND key_sha256 = wanted_key AND state = 'running'
$$;

-- Opens an organization for work that no caller asked for: messages, schedules, the operator's invocations.
CREATE FUNCTION app.open_for_system(organization uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT app.bind(organization, NULL)
$$;
