-- What a member does to their own second factor and password names their session by its secret, and no longer the member.

DROP FUNCTION app.begin_totp(uuid, bytea);
CREATE FUNCTION app.begin_totp(session_sha256 bytea, sealed bytea, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  session CONSTANT public.credentials := app.session_of(session_sha256, at);
BEGIN
  UPDATE public.member_proofs AS p SET totp_pending_sealed = sealed
    WHERE p.organization_id = session.organization_id AND p.member_id = session.member_id;
END $$;

DROP FUNCTION app.replace_recovery_codes(uuid, bytea, bytea[]);
CREATE FUNCTION app.put_recovery_codes(member uuid, salt bytea, hashes bytea[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.member_proofs AS p SET recovery_salt = salt
    WHERE p.organization_id = organization AND p.member_id = member AND p.totp_sealed IS NOT NULL;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  DELETE FROM public.recovery_codes AS r WHERE r.organization_id = organization AND r.member_id = member;
  INSERT INTO public.recovery_codes SELECT organization, member, hash FROM unnest(hashes) AS hash;
END $$;

-- New recovery codes take the place of all old ones. Only in a session in which the second factor was proven.
CREATE FUNCTION app.replace_recovery_codes(session_sha256 bytea, salt bytea, hashes bytea[], at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  session CONSTANT public.credentials := app.session_of(session_sha256, at);
BEGIN
  IF session.assurance <> 'second_factor' THEN
    PERFORM app.refuse_argument('session_sha256');
  END IF;
  PERFORM app.put_recovery_codes(session.member_id, salt, hashes);
END $$;

-- The first code was right: the awaited secret is the one in use, its step is used up, and there are new recovery codes.
-- Every other session of the member ends.
DROP FUNCTION app.confirm_totp(uuid, bytea, bigint, bytea, bytea[], uuid, timestamptz);
CREATE FUNCTION app.confirm_totp(session_sha256 bytea, pending bytea, step bigint, salt bytea, hashes bytea[], at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  session CONSTANT public.credentials := app.session_of(session_sha256, at);
BEGIN
  -- A member who has a second factor proves it before they take another.
  IF session.assurance <> 'second_factor' THEN
    PERFORM FROM public.member_proofs AS p WHERE p.organization_id = session.organization_id
      AND p.member_id = session.member_id AND p.totp_sealed IS NOT NULL;
    IF FOUND THEN
      PERFORM app.refuse_argument('session_sha256');
    END IF;
  END IF;
  UPDATE public.member_proofs AS p
    SET totp_sealed = pending, totp_confirmed_at = at, totp_pending_sealed = NULL, totp_step = step, recovery_salt = salt
    WHERE p.organization_id = session.organization_id AND p.member_id = session.member_id AND p.totp_pending_sealed = pending;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  PERFORM app.put_recovery_codes(session.member_id, salt, hashes);
  PERFORM app.end_credentials(session.member_id, '{session}', session.credential_id, at);
END $$;

-- A member gives up a second factor that is not demanded of them, in a session in which they proved it. Every other session
-- of theirs ends.
DROP FUNCTION app.drop_second_factor(uuid, uuid, timestamptz);
CREATE FUNCTION app.drop_second_factor(session_sha256 bytea, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  session CONSTANT public.credentials := app.session_of(session_sha256, at);
BEGIN
  IF session.assurance <> 'second_factor' THEN
    PERFORM app.refuse_argument('session_sha256');
  END IF;
  PERFORM FROM public.members AS m JOIN public.organizations AS o ON o.organization_id = m.organization_id
    WHERE m.organization_id = session.organization_id AND m.member_id = session.member_id
      AND NOT (o.requires_mfa OR m.role IN ('owner', 'admin'))
    FOR SHARE;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  PERFORM app.forget_second_factor(session.member_id);
  PERFORM app.end_credentials(session.member_id, '{session}', session.credential_id, at);
END $$;

-- Takes a guess at the present password of the member whose session this is, and gives what it is compared with.
DROP FUNCTION app.begin_password_change(uuid, uuid, text, timestamptz);
CREATE FUNCTION app.begin_password_change(session_sha256 bytea, source_address text, at timestamptz,
  OUT retry_after_s integer, OUT member_id uuid, OUT role text, OUT email text, OUT name text, OUT organization_name text,
  OUT slug text, OUT requires_mfa boolean, OUT password_phc text, OUT assurance text, OUT not_after timestamptz,
  OUT subject bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  session CONSTANT public.credentials := app.session_of(session_sha256, at);
BEGIN
  SELECT m.member_id, m.role, m.email, m.name, o.name, directory.slug_of(session.organization_id), o.requires_mfa, p.password_phc,
      session.assurance, app.end_of_whole_session(session.credential_id)
    INTO member_id, role, email, name, organization_name, slug, requires_mfa, password_phc, assurance, not_after
    FROM public.members AS m
    JOIN public.organizations AS o ON o.organization_id = m.organization_id
    JOIN public.member_proofs AS p ON p.organization_id = m.organization_id AND p.member_id = m.member_id
    WHERE m.organization_id = session.organization_id AND m.member_id = session.member_id AND m.state = 'active';
  subject := app.guess_subject(lower(email), app.known_source(source_address));
  retry_after_s := app.take_guess(subject, 10, 900, at);
END $$;
