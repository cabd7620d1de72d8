-- Members: how they join, what they prove, and how they lose access again. A function may read a password's hash or a
-- second factor only through the functions below.

-- What a member proves to be themselves. A member without a row has chosen no password.
CREATE TABLE member_proofs (
  organization_id uuid NOT NULL,
  member_id uuid NOT NULL,
  -- scrypt (RFC 7914) as a PHC string, salt and parameters included.
  password_phc text NOT NULL CHECK (password_phc LIKE '$scrypt$%'),
  password_changed_at timestamptz NOT NULL,
  -- Secrets of RFC 6238 under XChaCha20-Poly1305: the one in use, and one whose first code is awaited.
  totp_sealed bytea,
  totp_confirmed_at timestamptz,
  totp_pending_sealed bytea,
  -- The last time step whose code was taken: each is taken once.
  totp_step bigint,
  -- Of the hashes of recovery codes.
  recovery_salt bytea CHECK (length(recovery_salt) = 16),
  PRIMARY KEY (organization_id, member_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members ON DELETE RESTRICT,
  CHECK ((totp_sealed IS NULL) = (totp_confirmed_at IS NULL)),
  CHECK ((totp_sealed IS NULL) = (recovery_salt IS NULL))
);
CALL app.protect('member_proofs');

CREATE TABLE recovery_codes (
  organization_id uuid NOT NULL,
  member_id uuid NOT NULL,
  -- scrypt under the member's salt.
  code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
  used_at timestamptz,
  PRIMARY KEY (organization_id, member_id, code_hash),
  FOREIGN KEY (organization_id, member_id) REFERENCES members ON DELETE RESTRICT
);
CALL app.protect('recovery_codes');

-- Guesses that an account has left, apart for each address from which its member once signed in: strangers use up their
-- own, and never the member's. Whether there is such an account makes no difference.
CREATE TABLE guesses (
  organization_id uuid NOT NULL REFERENCES organizations,
  -- SHA-256 of what is guessed at, and of the address where it is a known one.
  subject_sha256 bytea NOT NULL CHECK (length(subject_sha256) = 32),
  tokens double precision NOT NULL,
  refilled_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, subject_sha256)
) WITH (fillfactor = 50);
CALL app.protect('guesses');

-- Addresses from which a member signed in, or chose a password; and whether they proved a second factor there.
CREATE TABLE known_sources (
  organization_id uuid NOT NULL,
  member_id uuid NOT NULL,
  source_sha256 bytea NOT NULL CHECK (length(source_sha256) = 32),
  seen_at timestamptz NOT NULL,
  is_proven boolean NOT NULL DEFAULT false,
  PRIMARY KEY (organization_id, member_id, source_sha256),
  FOREIGN KEY (organization_id, member_id) REFERENCES members ON DELETE RESTRICT
);
CREATE INDEX known_sources_source ON known_sources (organization_id, source_sha256);
CALL app.protect('known_sources');

-- Mail to be sent to a member. What is secret in it is made when it is sent, and stands nowhere.
CREATE TABLE mails (
  organization_id uuid NOT NULL,
  mail_id uuid NOT NULL,
  member_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('member_invitation', 'password_reset', 'password_changed', 'second_factor_changed',
    'access_review_due', 'impersonation_requested')),
  requested_at timestamptz NOT NULL,
  -- No attempt is made before this moment: the sender holds the mail until then.
  not_before timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  sent_at timestamptz,
  given_up_at timestamptz,
  PRIMARY KEY (organization_id, mail_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members ON DELETE RESTRICT,
  CHECK (sent_at IS NULL OR given_up_at IS NULL)
);
CREATE INDEX mails_open ON mails (organization_id, mail_id) WHERE sent_at IS NULL AND given_up_at IS NULL;
CALL app.protect('mails');

-- Marks the organization as having mail to send.
CREATE FUNCTION app.mark_mail() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  is_new boolean;
BEGIN
  is_new := directory.mark(NEW.organization_id, 'mail', NEW.not_before);
  RETURN NULL;
END $$;
CREATE TRIGGER mark_mail AFTER INSERT ON mails FOR EACH ROW EXECUTE FUNCTION app.mark_mail();

-- Ends the credentials of these kinds that are a member's, but for one.
CREATE FUNCTION app.end_credentials(member uuid, kinds text[], spared uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.credentials AS c SET revoked_at = at
    WHERE c.organization_id = organization AND c.member_id = member AND c.kind = ANY (kinds) AND c.revoked_at IS NULL
      AND c.credential_id IS DISTINCT FROM spared;
END $$;

-- Holds all owners, and raises where none but this member is left. A second transaction waits here and then counts again.
CREATE FUNCTION app.expect_another_owner(member uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM FROM public.members AS m
    WHERE m.organization_id = organization AND m.role = 'owner' AND m.state = 'active' ORDER BY m.member_id FOR UPDATE;
  PERFORM FROM public.members AS m
    WHERE m.organization_id = organization AND m.role = 'owner' AND m.state = 'active' AND m.member_id <> member;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

-- Raises where a credential may do less than all of this: a caller gives and takes away only within their own permissions.
CREATE FUNCTION app.expect_reach(credential uuid, wanted text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM FROM public.credentials AS c
    WHERE c.organization_id = organization AND c.credential_id = credential AND c.site_id IS NULL AND wanted <@ c.permissions;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

-- Gives a member another role. Their sessions end, and so do the API tokens of theirs that reach further than it.
-- `old_reach` and `new_reach` are the permissions of the two roles.
CREATE FUNCTION app.change_role(maker uuid, member uuid, old_role text, old_reach text[], new_role text, new_reach text[], at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM app.expect_reach(maker, old_reach || new_reach);
  IF old_role = 'owner' THEN
    PERFORM app.expect_another_owner(member);
  END IF;
  UPDATE public.members AS m SET role = new_role
    WHERE m.organization_id = organization AND m.member_id = member AND m.role = old_role AND m.state <> 'deactivated';
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  PERFORM app.end_credentials(member, '{session}', NULL, at);
  UPDATE public.credentials AS c SET revoked_at = at
    WHERE c.organization_id = organization AND c.member_id = member AND c.kind = 'api_token' AND c.revoked_at IS NULL
      AND NOT c.permissions <@ new_reach;
END $$;

-- Takes everything from a member: sessions, links, and the API tokens that were made under them.
CREATE FUNCTION app.deactivate_member(maker uuid, member uuid, held_role text, reach text[], at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM app.expect_reach(maker, reach);
  IF held_role = 'owner' THEN
    PERFORM app.expect_another_owner(member);
  END IF;
  UPDATE public.members AS m SET state = 'deactivated'
    WHERE m.organization_id = organization AND m.member_id = member AND m.role = held_role AND m.state <> 'deactivated';
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  PERFORM app.end_credentials(member, '{session,member_invitation,password_reset,api_token}', NULL, at);
END $$;

-- Lets a member in again, with the password that they had; without one they are invited anew. Says which.
CREATE FUNCTION app.reactivate_member(maker uuid, member uuid, held_role text, reach text[], at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  new_state text := 'invited';
BEGIN
  PERFORM app.expect_reach(maker, reach);
  PERFORM FROM public.member_proofs AS p WHERE p.organization_id = organization AND p.member_id = member;
  IF FOUND THEN
    new_state := 'active';
  END IF;
  UPDATE public.members AS m SET state = new_state, standing_since = at
    WHERE m.organization_id = organization AND m.member_id = member AND m.role = held_role AND m.state = 'deactivated';
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  RETURN new_state;
END $$;

-- Lets an invited member count as new, when another link is requested for them.
CREATE FUNCTION app.renew_invitation(maker uuid, member uuid, held_role text, reach text[], at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM app.expect_reach(maker, reach);
  UPDATE public.members AS m SET standing_since = at
    WHERE m.organization_id = organization AND m.member_id = member AND m.role = held_role AND m.state = 'invited';
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

-- Takes a second factor away from a member who lost it, and never from the caller: a person who finds an open session, or
-- has a token, could take the account over. The member's sessions end; at the next sign-in they choose a new one
-- where one is demanded.
CREATE FUNCTION app.clear_second_factor(maker uuid, member uuid, held_role text, reach text[], at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM app.expect_reach(maker, reach);
  PERFORM FROM public.members AS m
    WHERE m.organization_id = organization AND m.member_id = member AND m.role = held_role
      AND NOT EXISTS (SELECT FROM public.credentials AS c
        WHERE c.organization_id = organization AND c.credential_id = maker AND c.member_id = member)
    FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
  PERFORM app.forget_second_factor(member);
  PERFORM app.end_credentials(member, '{session}', NULL, at);
END $$;

CREATE FUNCTION app.forget_second_factor(member uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.member_proofs AS p
    SET totp_sealed = NULL, totp_confirmed_at = NULL, totp_pending_sealed = NULL, totp_step = NULL, recovery_salt = NULL
    WHERE p.organization_id = organization AND p.member_id = member;
  DELETE FROM public.recovery_codes AS r WHERE r.organization_id = organization AND r.member_id = member;
END $$;

-- Whether every member needs a second factor. Turned on, it ends every session in which none was proven.
CREATE FUNCTION app.require_mfa(is_required boolean, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  UPDATE public.organizations AS o SET requires_mfa = is_required WHERE o.organization_id = organization;
  IF is_required THEN
    UPDATE public.credentials AS c SET revoked_at = at
      WHERE c.organization_id = organization AND c.kind = 'session' AND c.assurance = 'password' AND c.revoked_at IS NULL;
  END IF;
END $$;

-- Makes the credential that a link in a mail carries, for the function that sends the mail.
CREATE FUNCTION app.add_link(mail uuid, link_kind text, credential uuid, secret_sha256 bytea, expires timestamptz, at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  INSERT INTO public.credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at, created_at, member_id)
    SELECT organization, credential, link_kind, secret_sha256, 'Link in a mail', '{}', expires, at, m.member_id
    FROM public.mails AS m
    WHERE m.organization_id = organization AND m.mail_id = mail AND m.kind = link_kind AND m.sent_at IS NULL AND m.given_up_at IS NULL
      AND link_kind IN ('member_invitation', 'password_reset');
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;
