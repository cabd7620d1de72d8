-- How a member gets a password: by a link of an invitation, by a link of a reset, or with the one they have.

-- The request that used a link up, so that the same one, run again after a lost connection, is not refused.
ALTER TABLE credentials ADD COLUMN used_by text;

-- The handle of an organization that is open: it says who its members are, and so belongs in no password.
CREATE FUNCTION directory.slug_of(organization uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT d.slug FROM public.directory AS d WHERE d.organization_id = organization AND d.status = 'active'
$$;

-- Whose link it is, if it is one that still opens something. `outcome` is `found`; `used` for the request that used it up,
-- run again; `unknown` for a link that is wrong, used, ended or of another kind; `throttled` for an address with too many
-- of those.
CREATE FUNCTION app.link(secret_sha256 bytea, link_kind text, source_address text, request text, at timestamptz,
  OUT outcome text, OUT member_id uuid, OUT role text, OUT email text, OUT name text, OUT organization_name text,
  OUT slug text, OUT requires_mfa boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  outcome := 'throttled';
  IF app.source_has_failed_often(organization, source_address, at) THEN
    RETURN;
  END IF;
  SELECT CASE WHEN c.used_by = request THEN 'used' ELSE 'found' END, m.member_id, m.role, m.email, m.name, o.name,
      directory.slug_of(organization), o.requires_mfa
    INTO outcome, member_id, role, email, name, organization_name, slug, requires_mfa
    FROM public.credentials AS c
    JOIN public.members AS m ON m.organization_id = c.organization_id AND m.member_id = c.member_id
    JOIN public.organizations AS o ON o.organization_id = c.organization_id
    WHERE c.organization_id = organization AND c.sha256 = secret_sha256 AND c.kind = link_kind
      AND (c.used_by = request OR c.revoked_at IS NULL AND c.expires_at > at
        AND m.state = CASE link_kind WHEN 'member_invitation' THEN 'invited' WHEN 'password_reset' THEN 'active' END);
  IF NOT FOUND THEN
    outcome := 'unknown';
    PERFORM app.source_is_refused(organization, source_address, at);
  END IF;
END $$;

-- Sets the password of the member whose link it is, and uses the link up together with every other one and every session. The
-- address becomes a known one: strangers cannot use up the guesses at the password that are made from it.
CREATE FUNCTION app.set_password_by_link(secret_sha256 bytea, link_kind text, phc text, source_address text, request text,
  mail uuid, at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  member uuid;
BEGIN
  UPDATE public.credentials AS c SET used_by = request
    WHERE c.organization_id = organization AND c.sha256 = secret_sha256 AND c.kind = link_kind
      AND c.revoked_at IS NULL AND c.expires_at > at
    RETURNING c.member_id INTO member;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  UPDATE public.members AS m SET state = 'active' WHERE m.organization_id = organization AND m.member_id = member
    AND m.state = CASE link_kind WHEN 'member_invitation' THEN 'invited' WHEN 'password_reset' THEN 'active' END;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  INSERT INTO public.member_proofs (organization_id, member_id, password_phc, password_changed_at)
    VALUES (organization, member, phc, at)
    ON CONFLICT (organization_id, member_id) DO UPDATE SET password_phc = phc, password_changed_at = at;
  INSERT INTO public.known_sources AS k VALUES (organization, member, app.source_sha256(organization, source_address), at)
    ON CONFLICT (organization_id, member_id, source_sha256) DO UPDATE SET seen_at = at;
  PERFORM app.end_credentials(member, '{session,member_invitation,password_reset}', NULL, at);
  IF link_kind = 'password_reset' THEN
    INSERT INTO public.mails (organization_id, mail_id, member_id, kind, requested_at, not_before)
      VALUES (organization, mail, member, 'password_changed', at, at);
  END IF;
END $$;

-- Asks for a link to the member with this e-mail address, if there is one: three at once, then one an hour. Null, or the
-- seconds to wait; whether there is such a member is not said.
CREATE FUNCTION app.request_reset(address text, source_address text, mail uuid, at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  wait_s integer;
BEGIN
  IF app.source_is_refused(organization, source_address, at) THEN
    RETURN 60;
  END IF;
  wait_s := app.take_guess(app.guess_subject(lower(address) || ' reset', NULL), 3, 3600, at);
  IF wait_s IS NOT NULL THEN
    -- A stranger who asks again and again learns nothing from being told to wait, and the member has three mails.
    RETURN NULL;
  END IF;
  INSERT INTO public.mails (organization_id, mail_id, member_id, kind, requested_at, not_before)
    SELECT organization, mail, m.member_id, 'password_reset', at, at FROM public.members AS m
    WHERE m.organization_id = organization AND lower(m.email) = lower(address) AND m.state = 'active';
  RETURN NULL;
END $$;

-- Takes a guess at the present password of a member in a session of theirs, and gives what it is compared with.
CREATE FUNCTION app.begin_password_change(member uuid, session uuid, source_address text, at timestamptz,
  OUT retry_after_s integer, OUT role text, OUT email text, OUT name text, OUT organization_name text, OUT slug text,
  OUT requires_mfa boolean, OUT password_phc text, OUT assurance text, OUT not_after timestamptz,
  OUT subject bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  SELECT m.role, m.email, m.name, o.name, directory.slug_of(organization), o.requires_mfa, p.password_phc, c.assurance,
      app.end_of_whole_session(session)
    INTO role, email, name, organization_name, slug, requires_mfa, password_phc, assurance, not_after
    FROM public.members AS m
    JOIN public.credentials AS c ON c.organization_id = m.organization_id AND c.member_id = m.member_id
      AND c.credential_id = session
    JOIN public.organizations AS o ON o.organization_id = m.organization_id
    JOIN public.member_proofs AS p ON p.organization_id = m.organization_id AND p.member_id = m.member_id
    WHERE m.organization_id = organization AND m.member_id = member AND m.state = 'active';
  subject := app.guess_subject(lower(email), app.known_source(source_address));
  retry_after_s := app.take_guess(subject, 10, 900, at);
END $$;

-- Changes the password that was compared. Every session and every link of the member ends but the session that has just
-- taken the place of the one in which it is changed. That one is as old as the other was: a password alone does not make
-- it one in which a second factor was proven a short while ago.
CREATE FUNCTION app.change_password(member uuid, compared text, phc text, replaced uuid, spared uuid, subject bytea, mail uuid,
  at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.member_proofs AS p SET password_phc = phc, password_changed_at = at
    WHERE p.organization_id = organization AND p.member_id = member AND p.password_phc = compared;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  PERFORM app.forget_guesses(subject);
  UPDATE public.credentials AS c SET created_at = r.created_at
    FROM public.credentials AS r
    WHERE c.organization_id = organization AND c.credential_id = spared AND c.member_id = member
      AND r.organization_id = organization AND r.credential_id = replaced AND r.member_id = member;
  PERFORM app.end_credentials(member, '{session,password_reset}', spared, at);
  INSERT INTO public.mails (organization_id, mail_id, member_id, kind, requested_at, not_before)
    VALUES (organization, mail, member, 'password_changed', at, at);
END $$;
