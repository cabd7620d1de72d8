-- API tokens. Whoever makes and ends them has no right to write credentials, only these two acts.

-- What the credential with this secret may do and until when, if it is one of the organization that is open. The end of a
-- session bounds nothing that is made in it: its member's standing does.
CREATE FUNCTION app.reach_of(secret_sha256 bytea, OUT permissions text[], OUT expires_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  SELECT c.permissions, CASE WHEN c.kind <> 'session' THEN c.expires_at END INTO permissions, expires_at FROM public.credentials AS c
    WHERE c.organization_id = organization AND c.sha256 = secret_sha256;
END $$;

-- Makes an API token that reaches no further and lasts no longer than its maker. Raises as a serialization failure does
-- when the maker lost what it had when it was looked at, so the whole request is run again.
CREATE FUNCTION app.add_api_token(maker uuid, credential uuid, secret_sha256 bytea, token_name text, wanted text[],
  site uuid, expires timestamptz, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  -- Held until COMMIT: whoever takes something from the member waits, and then finds this token; or took the maker before.
  PERFORM FROM public.members AS m WHERE m.organization_id = organization AND m.member_id = (
      SELECT c.member_id FROM public.credentials AS c WHERE c.organization_id = organization AND c.credential_id = maker)
    FOR SHARE;
  INSERT INTO public.credentials (organization_id, credential_id, kind, sha256, name, permissions, site_id, expires_at, created_at, member_id)
    SELECT organization, credential, 'api_token', secret_sha256, token_name, wanted, site, expires, at, m.member_id
    FROM public.credentials AS m
    WHERE m.organization_id = organization AND m.credential_id = maker AND m.site_id IS NULL AND m.revoked_at IS NULL
      AND wanted <@ m.permissions AND coalesce(m.kind = 'session' OR expires <= m.expires_at, true);
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

-- Ends an API token that is not ended yet.
CREATE FUNCTION app.revoke_api_token(token uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.credentials AS c SET revoked_at = at
    WHERE c.organization_id = organization AND c.credential_id = token AND c.kind = 'api_token' AND c.revoked_at IS NULL;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;
