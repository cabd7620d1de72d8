-- A kiosk's life, and guarded changes: what functions do beyond their rights on rows. How a device takes a kiosk's place is
-- in 0020.

-- Raises when a guarded change found nothing, as a serialization failure does: another request was faster, so the whole
-- request is run again on what is there now.
CREATE FUNCTION app.expect_change(changed bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF changed = 0 THEN
    RAISE EXCEPTION 'changed since it was looked up' USING ERRCODE = '40001';
  END IF;
END $$;

-- Raises the same within the acts of the owner below.
CREATE FUNCTION app.raise_changed() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM app.expect_change(0);
END $$;

-- Ends a kiosk that is still as it was looked up, and its credential with the next transaction's beginning. A device that has
-- not fetched its credential yet gets none.
CREATE FUNCTION app.revoke_kiosk(kiosk uuid, credential uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.kiosks AS k SET revoked_at = at
    WHERE k.organization_id = organization AND k.kiosk_id = kiosk AND app.reaches_site(k.site_id)
      AND k.revoked_at IS NULL AND k.credential_id IS NOT DISTINCT FROM credential;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
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
    PERFORM app.raise_changed();
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
      AND s.source_sha256 = app.source_sha256(organization, address)
      AND s.window_start > at - interval '1 minute' AND app.are_too_many(s.failures, organization, s.source_sha256))
$$;
