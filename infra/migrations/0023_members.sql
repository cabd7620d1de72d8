-- API tokens and members: who makes and changes them holds a claim, and the database says what a role may.

-- Makes an API token, as before, for the maker whose claim this transaction holds.
CREATE OR REPLACE FUNCTION app.add_api_token(maker uuid, credential uuid, secret_sha256 bytea, token_name text, wanted text[],
  site uuid, expires timestamptz, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM app.expect_claim_of(maker);
  -- What a session may do with itself is nothing that a token can have.
  IF wanted && '{session.open,session.own}' THEN
    PERFORM app.refuse_argument('wanted');
  END IF;
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
    WHERE m.organization_id = organization AND m.credential_id = maker AND m.kind IN ('api_token', 'session')
      AND m.site_id IS NULL AND m.revoked_at IS NULL
      AND wanted <@ m.permissions AND (m.kind = 'session' OR m.expires_at IS NULL OR coalesce(expires <= m.expires_at, false));
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

-- The functions for members, as before, but that the database says what the roles may do; `old_reach`, `new_reach` and `reach`
-- are no longer looked at.
CREATE OR REPLACE FUNCTION app.change_role(maker uuid, member uuid, old_role text, old_reach text[], new_role text, new_reach text[], at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM app.expect_reach(maker, app.permissions_of(old_role) || app.permissions_of(new_role));
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
      AND NOT c.permissions <@ app.permissions_of(new_role);
END $$;

CREATE OR REPLACE FUNCTION app.deactivate_member(maker uuid, member uuid, held_role text, reach text[], at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM app.expect_reach(maker, app.permissions_of(held_role));
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

CREATE OR REPLACE FUNCTION app.reactivate_member(maker uuid, member uuid, held_role text, reach text[], at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
  new_state text := 'invited';
BEGIN
  PERFORM app.expect_reach(maker, app.permissions_of(held_role));
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

CREATE OR REPLACE FUNCTION app.renew_invitation(maker uuid, member uuid, held_role text, reach text[], at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM app.expect_reach(maker, app.permissions_of(held_role));
  UPDATE public.members AS m SET standing_since = at
    WHERE m.organization_id = organization AND m.member_id = member AND m.role = held_role AND m.state = 'invited';
  IF NOT FOUND THEN
    PERFORM app.raise_changed();
  END IF;
END $$;

CREATE OR REPLACE FUNCTION app.clear_second_factor(maker uuid, member uuid, held_role text, reach text[], at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  organization CONSTANT uuid := app.organization_id();
BEGIN
  PERFORM app.expect_reach(maker, app.permissions_of(held_role));
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
