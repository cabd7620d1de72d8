-- API tokens. The role that makes and ends them has no right to write credentials; it has only these two functions.

CREATE INDEX credentials_made_by ON credentials (organization_id, made_by) WHERE made_by IS NOT NULL;

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
-- when the maker has lost permissions since it was looked up, so the whole request is run again.
CREATE FUNCTION app.add_api_token(maker uuid, credential uuid, secret_sha256 bytea, token_name text, wanted text[],
  site uuid, expires timestamptz, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  -- Held until COMMIT: a change that takes something from the member waits, and then finds this token; or came before.
  PERFORM FROM public.members AS m WHERE m.organization_id = organization AND m.member_id = (
      SELECT c.member_id FROM public.credentials AS c WHERE c.organization_id = organization AND c.credential_id = maker)
    FOR SHARE;
  -- So does a request that ends the maker.
  PERFORM FROM public.credentials AS c WHERE c.organization_id = organization AND c.credential_id = maker FOR SHARE;
  INSERT INTO public.credentials (organization_id, credential_id, kind, sha256, name, permissions, site_id, expires_at, created_at, member_id, made_by)
    SELECT organization, credential, 'api_token', secret_sha256, token_name, wanted, site, expires, at, m.member_id,
      CASE m.kind WHEN 'api_token' THEN m.credential_id END
    FROM public.credentials AS m
    WHERE m.organization_id = organization AND m.credential_id = maker AND m.site_id IS NULL AND m.revoked_at IS NULL
      AND wanted <@ m.permissions AND (m.kind = 'session' OR m.expires_at IS NULL OR coalesce(expires <= m.expires_at, false));
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

-- The tokens that were made with one, or with one of those, and have not ended.
CREATE FUNCTION app.tokens_made_with(token uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  RETURN (WITH RECURSIVE made AS (
      SELECT c.credential_id, c.revoked_at FROM public.credentials AS c
        WHERE c.organization_id = organization AND c.made_by = token
      UNION
      SELECT c.credential_id, c.revoked_at FROM public.credentials AS c JOIN made AS m ON c.made_by = m.credential_id
        WHERE c.organization_id = organization)
    SELECT coalesce(array_agg(m.credential_id ORDER BY m.credential_id), '{}') FROM made AS m WHERE m.revoked_at IS NULL);
END $$;

-- Ends an API token that is not ended yet, and those that were made with it. Raises as a serialization failure does when one
-- was made meanwhile, so the whole request is run again and finds it.
CREATE FUNCTION app.revoke_api_token(token uuid, made_with uuid[], at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.credentials AS c SET revoked_at = at
    WHERE c.organization_id = organization AND c.credential_id = token AND c.kind = 'api_token' AND c.revoked_at IS NULL;
  IF NOT FOUND OR app.tokens_made_with(token) <> made_with THEN
    PERFORM app.raise_changed();
  END IF;
  UPDATE public.credentials AS c SET revoked_at = at
    WHERE c.organization_id = organization AND c.credential_id = ANY (made_with) AND c.revoked_at IS NULL;
END $$;
