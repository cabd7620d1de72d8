-- A kiosk's life, and guarded changes: what `manage-sites` and `pair-kiosk` do beyond their rights on rows.

-- Raises when a guarded change found nothing, as a serialization failure does: somebody was faster, so the whole
-- request is run again on what is there now.
CREATE FUNCTION app.expect_change(changed bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF changed = 0 THEN
    RAISE EXCEPTION 'changed since it was looked up' USING ERRCODE = '40001';
  END IF;
END $$;

-- The request that paired the kiosk, so that the same one, run again after a lost connection, is not refused.
ALTER TABLE kiosks ADD COLUMN paired_by text;

-- Ends a kiosk that is still as it was looked up: its code, and its credential with the next transaction's beginning.
CREATE FUNCTION app.revoke_kiosk(kiosk uuid, credential uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.kiosks AS k SET revoked_at = at, pairing_code_sha256 = NULL
    WHERE k.organization_id = organization AND k.kiosk_id = kiosk AND app.reaches_site(k.site_id)
      AND k.revoked_at IS NULL AND k.credential_id IS NOT DISTINCT FROM credential;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'changed since it was looked up' USING ERRCODE = '40001';
  END IF;
  UPDATE public.credentials AS c SET revoked_at = at
    WHERE c.organization_id = organization AND c.credential_id = credential AND c.revoked_at IS NULL;
END $$;

-- Gives a kiosk, and its credential, another name: one that still has the name with which it was looked up.
CREATE FUNCTION app.rename_kiosk(kiosk uuid, old_name text, new_name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  credential uuid;
BEGIN
  UPDATE public.kiosks AS k SET name = new_name
    WHERE k.organization_id = organization AND k.kiosk_id = kiosk AND app.reaches_site(k.site_id)
      AND k.revoked_at IS NULL AND k.name = old_name
    RETURNING k.credential_id INTO credential;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'changed since it was looked up' USING ERRCODE = '40001';
  END IF;
  UPDATE public.credentials AS c SET name = new_name
    WHERE c.organization_id = organization AND c.credential_id = credential;
END $$;

-- Whether the credentials of the organization that is open are for the real thing or for trying things out.
CREATE FUNCTION app.environment() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  RETURN (SELECT o.environment FROM public.organizations AS o WHERE o.organization_id = organization);
END $$;

-- True for an address that has had too many failures within a minute. Counts nothing.
CREATE FUNCTION app.source_has_failed_often(organization uuid, address text, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM public.refused_sources AS s
    WHERE s.organization_id = organization
      AND s.source_sha256 = sha256(convert_to(organization::text || ' ' || coalesce(address, ''), 'UTF8'))
      AND s.window_start > at - interval '1 minute' AND s.failures > 30)
$$;

-- A device takes the place of the kiosk whose code it knows. `outcome` is `paired`; `paired_again` for the same
-- request, run again, whose new secret then replaces the one that nobody received; `unknown` for a code that is
-- wrong, used or too old; `throttled` for an address with too many of those, whatever code it brings: a code is
-- short, so guesses must not even be looked at.
CREATE FUNCTION app.pair_kiosk(code_sha256 bytea, credential uuid, secret_sha256 bytea, permissions text[],
  source_address text, request text, at timestamptz, OUT outcome text, OUT kiosk_id uuid, OUT site_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  kiosk public.kiosks;
BEGIN
  outcome := 'throttled';
  IF app.source_has_failed_often(organization, source_address, at) THEN
    RETURN;
  END IF;
  SELECT * INTO kiosk FROM public.kiosks AS k
    WHERE k.organization_id = organization AND k.pairing_code_sha256 = code_sha256 AND k.revoked_at IS NULL
      AND (k.credential_id IS NULL AND k.pairing_expires_at > at OR k.paired_by = request)
    FOR UPDATE;
  IF NOT FOUND THEN
    IF NOT app.source_is_refused(organization, source_address, at) THEN
      outcome := 'unknown';
    END IF;
    RETURN;
  END IF;

  kiosk_id := kiosk.kiosk_id;
  site_id := kiosk.site_id;
  IF kiosk.credential_id IS NOT NULL THEN
    outcome := 'paired_again';
    UPDATE public.credentials AS c SET sha256 = secret_sha256
      WHERE c.organization_id = organization AND c.credential_id = kiosk.credential_id;
    RETURN;
  END IF;
  outcome := 'paired';
  INSERT INTO public.credentials (organization_id, credential_id, kind, sha256, name, permissions, site_id, created_at)
    VALUES (organization, credential, 'kiosk', secret_sha256, kiosk.name, permissions, kiosk.site_id, at);
  UPDATE public.kiosks AS k SET credential_id = credential, paired_at = at, paired_by = request
    WHERE k.organization_id = organization AND k.kiosk_id = kiosk.kiosk_id;
END $$;
