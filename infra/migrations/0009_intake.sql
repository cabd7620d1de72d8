-- How an organization comes to be: what `create-organization` may ask and do beyond inserting rows.

-- SHA-256 of the operator's request key, so that the same request, sent again, makes no second organization.
ALTER TABLE directory ADD COLUMN request_key_sha256 bytea UNIQUE CHECK (length(request_key_sha256) = 32);

-- With the key of the request, a new organization is entered once. False when handle or key is taken.
DROP FUNCTION directory.enter(uuid, text);
CREATE FUNCTION directory.enter(organization uuid, wanted text, request_key bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.directory (organization_id, slug, request_key_sha256)
    VALUES (organization, wanted, request_key) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;

-- What the operator's request would meet: the organization that this very request made before, whether the
-- handle is taken, and what the plan gives. A plan that does not exist gives null.
CREATE FUNCTION directory.intake(wanted text, request_key bytea, wanted_plan text,
  OUT made uuid, OUT made_slug text, OUT is_taken boolean, OUT has_own_kms_key boolean, OUT has_limits boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  SELECT d.organization_id, d.slug INTO made, made_slug FROM public.directory AS d WHERE d.request_key_sha256 = request_key;
  is_taken := EXISTS (SELECT FROM public.directory AS d WHERE d.slug = wanted);
  SELECT p.has_own_kms_key, p.reads_per_second IS NOT NULL AND p.writes_per_second IS NOT NULL
    INTO has_own_kms_key, has_limits FROM public.plans AS p WHERE p.plan = wanted_plan;
END $$;

-- Begins the log of the organization that is open. Once only: a second head is refused by the primary key.
CREATE FUNCTION audit.begin() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  INSERT INTO public.audit_heads VALUES (organization, -1, audit.genesis(organization), 'epoch');
END $$;
