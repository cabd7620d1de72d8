-- Passwords, second factors and sessions: what is proven, once, and what it opens.

-- The address, where members of the organization have signed in from it; else null. Whether a certain member did is not
-- asked: a person who shares the address would learn who has an account.
CREATE FUNCTION app.known_source(source_address text) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.source FROM app.source_sha256(app.organization_id(), source_address) AS s (source)
    WHERE app.is_known_source(app.organization_id(), s.source)
$$;

-- The address, where this member has proved a second factor from it; else null. An attacker with the password, or the
-- mailbox, can make an address known, and must not get new guesses from each.
CREATE FUNCTION app.proven_source(member uuid, source_address text) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.source_sha256 FROM public.known_sources AS k
    WHERE k.organization_id = app.organization_id() AND k.member_id = member AND k.is_proven
      AND k.source_sha256 = app.source_sha256(k.organization_id, source_address)
$$;

-- Whose guesses are counted: those of all callers at one thing, and apart those from an address, if one is given.
CREATE FUNCTION app.guess_subject(guessed_at text, source bytea) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT sha256(convert_to(app.organization_id()::text || ' ' || guessed_at || coalesce(' ' || encode(source, 'hex'), ''), 'UTF8'))
$$;

-- Takes one guess: so many at once, then one in so many seconds. Null when there was one, else the seconds until there is.
CREATE FUNCTION app.take_guess(subject bytea, capacity integer, seconds_each integer, at timestamptz) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  available double precision;
BEGIN
  INSERT INTO public.guesses AS g VALUES (organization, subject, capacity - 1, at)
    ON CONFLICT (organization_id, subject_sha256) DO UPDATE SET
      tokens = least(capacity, g.tokens + greatest(date_part('epoch', at - g.refilled_at), 0) / seconds_each) - 1,
      refilled_at = greatest(at, g.refilled_at)
    WHERE least(capacity, g.tokens + greatest(date_part('epoch', at - g.refilled_at), 0) / seconds_each) >= 1;
  IF FOUND THEN
    RETURN NULL;
  END IF;
  SELECT g.tokens + date_part('epoch', at - g.refilled_at) / seconds_each INTO available
    FROM public.guesses AS g WHERE g.organization_id = organization AND g.subject_sha256 = subject;
  RETURN greatest(1, ceil((1 - available) * seconds_each));
END $$;

-- A right answer gives back every guess at it.
CREATE FUNCTION app.forget_guesses(subject bytea) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  DELETE FROM public.guesses AS g WHERE g.organization_id = organization AND g.subject_sha256 = subject;
END $$;

-- Counts a wrong answer against the address that gave it, and says how many it has had within a minute.
CREATE FUNCTION app.count_refused(source_address text, at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  source CONSTANT bytea := app.source_sha256(organization, source_address);
BEGIN
  PERFORM app.source_is_refused(organization, source_address, at);
  RETURN (SELECT s.failures FROM public.refused_sources AS s
    WHERE s.organization_id = organization AND s.source_sha256 = source);
END $$;

-- Whether a refusal of a caller without a credential may have an entry: sixty at once, then one a minute, from all addresses
-- together, so that an attacker with many addresses cannot fill a log.
CREATE FUNCTION app.may_record_refusal(at timestamptz) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT app.take_guess(app.guess_subject('entries of refusals', NULL), 60, 60, at) IS NULL
$$;

-- Takes a guess at a password, and gives what it is compared with, or the seconds until there is another. An account that
-- is not there answers like one that is: `password_phc` is then null, and its guesses are counted all the same.
CREATE FUNCTION app.begin_sign_in(address text, source_address text, at timestamptz, OUT retry_after_s integer,
  OUT member_id uuid, OUT role text, OUT password_phc text, OUT has_second_factor boolean, OUT requires_mfa boolean,
  OUT environment text, OUT subject bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  retry_after_s := 60;
  IF app.source_has_failed_often(organization, source_address, at) THEN
    RETURN;
  END IF;
  SELECT m.member_id, m.role, p.password_phc, p.totp_sealed IS NOT NULL, o.requires_mfa, o.environment
    INTO member_id, role, password_phc, has_second_factor, requires_mfa, environment
    FROM public.organizations AS o
    LEFT JOIN public.members AS m ON m.organization_id = o.organization_id AND lower(m.email) = lower(address) AND m.state = 'active'
    LEFT JOIN public.member_proofs AS p ON p.organization_id = m.organization_id AND p.member_id = m.member_id
    WHERE o.organization_id = organization;
  subject := app.guess_subject(lower(address), app.known_source(source_address));
  retry_after_s := app.take_guess(subject, 10, 900, at);
END $$;

-- The password was right. A hash with stronger parameters takes the place of the one that was compared.
CREATE FUNCTION app.accept_password(member uuid, compared text, rehashed text, subject bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.member_proofs AS p SET password_phc = coalesce(rehashed, compared)
    WHERE p.organization_id = organization AND p.member_id = member AND p.password_phc = compared;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  PERFORM app.forget_guesses(subject);
END $$;

-- When a whole session ends, which one in its place does not outlive; null for one that waits for its second factor.
CREATE FUNCTION app.end_of_whole_session(session uuid) RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  RETURN (SELECT c.expires_at FROM public.credentials AS c
    WHERE c.organization_id = organization AND c.credential_id = session AND c.permissions <> '{session.open}');
END $$;

-- Starts a session in the place of another, if one is named. One in which no second factor was proven opens nothing but
-- itself where the member has one or needs one: this holds whatever the function says.
CREATE FUNCTION app.start_session(member uuid, held_role text, replaced uuid, credential uuid, secret_sha256 bytea, client text,
  reach text[], proven text, source_address text, expires timestamptz, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  is_open CONSTANT boolean := reach <> '{session.open}';
BEGIN
  -- Held until COMMIT: a change that takes something from the member, or demands more of all members, waits, and then finds
  -- this session; or it came before, which the next statement sees.
  PERFORM FROM public.organizations AS o WHERE o.organization_id = organization FOR SHARE;
  PERFORM FROM public.members AS m WHERE m.organization_id = organization AND m.member_id = member FOR NO KEY UPDATE;
  INSERT INTO public.credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at, created_at,
      last_used_at, member_id, assurance)
    SELECT organization, credential, 'session', secret_sha256, client, reach,
      -- A session that is only rotated does not last longer than it would have.
      least(expires, app.end_of_whole_session(replaced)), at, at, member, proven
    FROM public.members AS m
    JOIN public.organizations AS o ON o.organization_id = m.organization_id
    JOIN public.member_proofs AS p ON p.organization_id = m.organization_id AND p.member_id = m.member_id
    WHERE m.organization_id = organization AND m.member_id = member AND m.role = held_role AND m.state = 'active'
      AND (proven = 'second_factor' OR NOT is_open
        OR NOT (o.requires_mfa OR m.role IN ('owner', 'admin') OR p.totp_sealed IS NOT NULL));
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  -- One that was ended meanwhile is not gone on with.
  IF replaced IS NOT NULL THEN
    UPDATE public.credentials AS c SET revoked_at = at
      WHERE c.organization_id = organization AND c.credential_id = replaced AND c.member_id = member AND c.revoked_at IS NULL;
    IF NOT FOUND THEN
      PERFORM app.raise_changed();
    END IF;
  END IF;
  IF is_open THEN
    UPDATE public.members AS m SET last_sign_in_at = at WHERE m.organization_id = organization AND m.member_id = member;
    INSERT INTO public.known_sources AS k
      VALUES (organization, member, app.source_sha256(organization, source_address), at, proven = 'second_factor')
      ON CONFLICT (organization_id, member_id, source_sha256) DO UPDATE
        SET seen_at = at, is_proven = k.is_proven OR excluded.is_proven;
  END IF;
END $$;

-- Ends one session of a member's.
CREATE FUNCTION app.end_session(member uuid, session uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.credentials AS c SET revoked_at = at
    WHERE c.organization_id = organization AND c.credential_id = session AND c.member_id = member AND c.kind = 'session'
      AND c.revoked_at IS NULL;
END $$;

-- Takes a guess at a second factor, and gives what it is compared with; null where the member has none.
CREATE FUNCTION app.begin_second_factor(member uuid, session uuid, source_address text, at timestamptz, OUT retry_after_s integer,
  OUT role text, OUT totp_sealed bytea, OUT recovery_salt bytea, OUT not_after timestamptz, OUT subject bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  SELECT m.role, p.totp_sealed, p.recovery_salt INTO role, totp_sealed, recovery_salt
    FROM public.members AS m
    JOIN public.member_proofs AS p ON p.organization_id = m.organization_id AND p.member_id = m.member_id
    WHERE m.organization_id = organization AND m.member_id = member AND m.state = 'active';
  not_after := app.end_of_whole_session(session);
  subject := app.guess_subject(member::text || ' second factor', app.proven_source(member, source_address));
  IF totp_sealed IS NOT NULL THEN
    retry_after_s := app.take_guess(subject, 5, 900, at);
  END IF;
END $$;

-- Uses a time step's code up (RFC 6238 section 5.2): false where it, or a later one, was used before. A secret that was
-- sealed anew takes the place of the one that was compared.
CREATE FUNCTION app.take_totp_step(member uuid, step bigint, compared bytea, resealed bytea, subject bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.member_proofs AS p SET totp_step = step, totp_sealed = coalesce(resealed, compared)
    WHERE p.organization_id = organization AND p.member_id = member AND p.totp_sealed = compared
      AND coalesce(p.totp_step < step, true);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM app.forget_guesses(subject);
  RETURN true;
END $$;

-- Uses a recovery code up: false where there is none such, or none such any more.
CREATE FUNCTION app.take_recovery_code(member uuid, hash bytea, subject bytea, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.recovery_codes AS r SET used_at = at
    WHERE r.organization_id = organization AND r.member_id = member AND r.code_hash = hash AND r.used_at IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM app.forget_guesses(subject);
  RETURN true;
END $$;

-- What a member has, and the session in which it is asked, for enrolling a second factor.
CREATE FUNCTION app.second_factor_of(member uuid, session uuid, OUT role text, OUT email text, OUT organization_name text,
  OUT is_demanded boolean, OUT has_second_factor boolean, OUT pending_sealed bytea, OUT not_after timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  SELECT m.role, m.email, o.name, o.requires_mfa OR m.role IN ('owner', 'admin'), p.totp_sealed IS NOT NULL, p.totp_pending_sealed,
      app.end_of_whole_session(session)
    INTO role, email, organization_name, is_demanded, has_second_factor, pending_sealed, not_after
    FROM public.credentials AS c
    JOIN public.members AS m ON m.organization_id = c.organization_id AND m.member_id = c.member_id
    JOIN public.organizations AS o ON o.organization_id = m.organization_id
    JOIN public.member_proofs AS p ON p.organization_id = m.organization_id AND p.member_id = m.member_id
    WHERE c.organization_id = organization AND c.credential_id = session AND c.member_id = member AND m.state = 'active';
END $$;

-- Keeps a secret whose first code is awaited; the one in use, if there is one, stays in use until then.
CREATE FUNCTION app.begin_totp(member uuid, sealed bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.member_proofs AS p SET totp_pending_sealed = sealed WHERE p.organization_id = organization AND p.member_id = member;
END $$;

-- The first code was right: the awaited secret is the one in use, its step is used up, and there are new recovery codes.
-- Every other session of the member ends.
CREATE FUNCTION app.confirm_totp(member uuid, pending bytea, step bigint, salt bytea, hashes bytea[], spared uuid, at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.member_proofs AS p
    SET totp_sealed = pending, totp_confirmed_at = at, totp_pending_sealed = NULL, totp_step = step, recovery_salt = salt
    WHERE p.organization_id = organization AND p.member_id = member AND p.totp_pending_sealed = pending;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  PERFORM app.replace_recovery_codes(member, salt, hashes);
  PERFORM app.end_credentials(member, '{session}', spared, at);
END $$;

-- New recovery codes take the place of all old ones.
CREATE FUNCTION app.replace_recovery_codes(member uuid, salt bytea, hashes bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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

-- A member gives up a second factor that is not demanded of them. Every other session of theirs ends.
CREATE FUNCTION app.drop_second_factor(member uuid, spared uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM FROM public.members AS m JOIN public.organizations AS o ON o.organization_id = m.organization_id
    WHERE m.organization_id = organization AND m.member_id = member AND NOT (o.requires_mfa OR m.role IN ('owner', 'admin'))
    FOR SHARE;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  PERFORM app.forget_second_factor(member);
  PERFORM app.end_credentials(member, '{session}', spared, at);
END $$;
