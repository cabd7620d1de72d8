-- Sessions in the place of others, by their secrets.

-- Whose live session has this secret. No role can read the hashes of secrets, so a caller who names one was shown the secret.
CREATE FUNCTION app.session_of(session_sha256 bytea, at timestamptz) RETURNS public.credentials
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  found public.credentials;
BEGIN
  SELECT * INTO found FROM public.credentials AS c
    WHERE c.organization_id = organization AND c.sha256 = session_sha256 AND c.kind = 'session'
      AND c.revoked_at IS NULL AND c.expires_at > at;
  IF found.credential_id IS NULL THEN
    PERFORM app.raise_changed();
  END IF;
  RETURN found;
END $$;

-- Opens a session of a member, if they still have this role: whole with all that the role may do, or one that opens nothing
-- but itself. One in which no second factor was proven is whole only where the member has none and needs none.
CREATE FUNCTION app.open_session(member uuid, held_role text, is_whole boolean, proven text, ends timestamptz, credential uuid,
  secret_sha256 bytea, client text, source_address text, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  -- Held until COMMIT: a change that takes something from the member, or demands more of all members, waits, and then finds
  -- this session; or it came before, which the next statement sees.
  PERFORM FROM public.organizations AS o WHERE o.organization_id = organization FOR SHARE;
  PERFORM FROM public.members AS m WHERE m.organization_id = organization AND m.member_id = member FOR NO KEY UPDATE;
  INSERT INTO public.credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at, created_at,
      last_used_at, member_id, assurance)
    SELECT organization, credential, 'session', secret_sha256, client,
      CASE WHEN is_whole THEN app.permissions_of(held_role) || '{session.open,session.own}'::text[] ELSE '{session.open}' END,
      least(ends, at + CASE WHEN is_whole THEN interval '12 hours' ELSE interval '15 minutes' END), at, at, member, proven
    FROM public.members AS m
    JOIN public.organizations AS o ON o.organization_id = m.organization_id
    JOIN public.member_proofs AS p ON p.organization_id = m.organization_id AND p.member_id = m.member_id
    WHERE m.organization_id = organization AND m.member_id = member AND m.role = held_role AND m.state = 'active'
      AND (proven = 'second_factor' OR NOT is_whole
        OR NOT (o.requires_mfa OR m.role IN ('owner', 'admin') OR p.totp_sealed IS NOT NULL));
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  IF is_whole THEN
    UPDATE public.members AS m SET last_sign_in_at = at WHERE m.organization_id = organization AND m.member_id = member;
    INSERT INTO public.known_sources AS k
      VALUES (organization, member, app.source_sha256(organization, source_address), at, proven = 'second_factor')
      ON CONFLICT (organization_id, member_id, source_sha256) DO UPDATE
        SET seen_at = at, is_proven = k.is_proven OR excluded.is_proven;
  END IF;
END $$;

-- Ends the session in whose place another stands. One that was ended meanwhile is not gone on with.
CREATE FUNCTION app.replace_session(replaced uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.credentials AS c SET revoked_at = at
    WHERE c.organization_id = organization AND c.credential_id = replaced AND c.revoked_at IS NULL;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

-- Starts a session by a password alone, for the function that compares passwords. `reach` says whether it is a whole one: the
-- database knows what that is. A session in the place of another is `app.renew_session` or `app.prove_session`.
CREATE OR REPLACE FUNCTION app.start_session(member uuid, held_role text, replaced uuid, credential uuid, secret_sha256 bytea,
  client text, reach text[], proven text, source_address text, expires timestamptz, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF replaced IS NOT NULL THEN
    PERFORM app.refuse_argument('replaced');
  ELSIF proven IS DISTINCT FROM 'password' THEN
    PERFORM app.refuse_argument('proven');
  ELSIF reach IS DISTINCT FROM '{session.open}' AND NOT (reach @> app.permissions_of(held_role)
      AND reach <@ (app.permissions_of(held_role) || '{session.open,session.own}'::text[])) THEN
    PERFORM app.refuse_argument('reach');
  END IF;
  PERFORM app.open_session(member, held_role, reach <> '{session.open}', proven, expires, credential, secret_sha256, client,
    source_address, at);
END $$;

-- Goes on with a whole session under another secret, with no more than it had: neither in proof nor in time.
CREATE FUNCTION app.renew_session(replaced_sha256 bytea, held_role text, credential uuid, secret_sha256 bytea, client text,
  source_address text, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  replaced CONSTANT public.credentials := app.session_of(replaced_sha256, at);
BEGIN
  IF replaced.permissions = '{session.open}' THEN
    PERFORM app.refuse_argument('replaced_sha256');
  END IF;
  PERFORM app.open_session(replaced.member_id, held_role, true, replaced.assurance, replaced.expires_at, credential, secret_sha256,
    client, source_address, at);
  PERFORM app.replace_session(replaced.credential_id, at);
END $$;

-- Puts a whole session in which the second factor was proven in the place of one, if this transaction has used up what proved
-- it: a time step, a recovery code, or the first code of a new secret. A whole session does not last longer than it would have.
CREATE FUNCTION app.prove_session(replaced_sha256 bytea, held_role text, credential uuid, secret_sha256 bytea, client text,
  source_address text, expires timestamptz, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  own CONSTANT xid := pg_current_xact_id()::xid;
  replaced CONSTANT public.credentials := app.session_of(replaced_sha256, at);
BEGIN
  IF NOT EXISTS (SELECT FROM public.member_proofs AS p WHERE p.organization_id = organization
        AND p.member_id = replaced.member_id AND p.totp_sealed IS NOT NULL AND p.xmin = own)
      AND NOT EXISTS (SELECT FROM public.recovery_codes AS r WHERE r.organization_id = organization
        AND r.member_id = replaced.member_id AND r.used_at IS NOT NULL AND r.xmin = own) THEN
    PERFORM app.refuse_argument('replaced_sha256');
  END IF;
  PERFORM app.open_session(replaced.member_id, held_role, true, 'second_factor',
    least(expires, app.end_of_whole_session(replaced.credential_id)), credential, secret_sha256, client, source_address, at);
  PERFORM app.replace_session(replaced.credential_id, at);
END $$;
