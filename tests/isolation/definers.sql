-- What the calls of functions that run as their owner need beside the seed, for organization {o}: an owner in a session with
-- a claim, a host with a session, a link, staff, and one of everything that is waiting.
SELECT app.bind('{o}', NULL);
UPDATE answers SET leased_until = now() + interval '1 hour', expires_at = now() + interval '1 day' WHERE organization_id = '{o}';
UPDATE kiosks SET revoked_at = NULL WHERE organization_id = '{o}';
INSERT INTO members (organization_id, member_id, person_id, email, name, role, state, created_at)
  SELECT '{o}', md5('{o} ' || m.id)::uuid, '{o}', m.email, m.id, m.role, m.state, now()
  FROM (VALUES ('admin member', 'admin-{o}@example.com', 'owner', 'active'), ('member', '{o}@example.com', 'host', 'active'),
    ('gone', 'gone-{o}@example.com', 'host', 'deactivated'), ('invited', 'invited-{o}@example.com', 'host', 'invited'))
    AS m (id, email, role, state);
INSERT INTO member_proofs (organization_id, member_id, password_phc, password_changed_at, totp_sealed, totp_confirmed_at, totp_step,
    totp_pending_sealed, recovery_salt)
  SELECT '{o}', md5('{o} ' || m.id)::uuid, '$scrypt$host', now(), '\x06', now(), 1, '\x08', substring(sha256('salt') FOR 16)
  FROM (VALUES ('admin member'), ('member')) AS m (id);
INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at)
  VALUES ('{o}', md5('{o} scanned')::uuid, 'document', '{o}', '\x03', now());
INSERT INTO id_scans (organization_id, id_scan_id, site_id, person_id, credential_id, sources, algorithm, created_at, expires_at)
  VALUES ('{o}', md5('{o} scan')::uuid, '{o}', md5('{o} scanned')::uuid, '{o}', '{}', 'cross-check-1', now(), now() + interval '1 hour');
INSERT INTO recovery_codes VALUES ('{o}', md5('{o} member')::uuid, sha256('code'), NULL);
INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at, created_at, last_used_at, member_id, assurance)
  SELECT '{o}', md5('{o} ' || c.id)::uuid, 'session', sha256(convert_to('{o} ' || c.id, 'UTF8')), c.id, c.permissions, now() + interval '12 hours',
    now(), now(), md5('{o} ' || c.whose)::uuid, 'second_factor'
  FROM (VALUES ('admin', app.permissions_of('owner') || '{session.open,session.own}'::text[], 'admin member'),
    ('session', app.permissions_of('host') || '{session.open,session.own}'::text[], 'member'),
    ('ended', app.permissions_of('host') || '{session.open,session.own}'::text[], 'member')) AS c (id, permissions, whose);
UPDATE credentials SET revoked_at = now() WHERE organization_id = '{o}' AND credential_id = md5('{o} ended')::uuid;
INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at, created_at, made_by)
  VALUES ('{o}', md5('{o} child')::uuid, 'api_token', sha256('{o} child'), 'child', '{visit.check_in}', NULL, now(), '{o}');
INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at, created_at, member_id)
  VALUES ('{o}', md5('{o} link')::uuid, 'password_reset', sha256('{o} link'), 'link', '{}', now() + interval '1 hour', now(), md5('{o} member')::uuid);
INSERT INTO answers VALUES ('{o}', md5('{o} admin')::uuid, sha256('key'), sha256('body'), 'request', 'running', now() + interval '1 hour', NULL, now() + interval '1 day');
INSERT INTO mails (organization_id, mail_id, member_id, kind, requested_at, not_before, sent_at)
  VALUES ('{o}', md5('{o} sent')::uuid, '{o}', 'password_changed', now(), now(), now());
INSERT INTO kiosks (organization_id, kiosk_id, site_id, name, device, pairing_expires_at, created_at)
  VALUES ('{o}', md5('{o} kiosk')::uuid, '{o}', 'Kiosk', 'device', now() + interval '10 minutes', now());
INSERT INTO kiosk_pairings VALUES
  ('{o}', sha256('{o} device'), sha256('{o} code'), sha256('address'), 'device', NULL, now() + interval '10 minutes', now()),
  ('{o}', sha256('{o} confirmed'), NULL, sha256('address'), 'device', md5('{o} kiosk')::uuid, now() + interval '10 minutes', now());
INSERT INTO staff VALUES (md5('{o} member')::uuid, '{o}', 1, now(), NULL);
INSERT INTO impersonations (organization_id, impersonation_id, staff_id, staff_term, staff_organization_id, staff_name, staff_role, role, reason,
    requested_under, requested_at, needs_approval, approved_at, hand_off_id, hand_off_expires_at)
  VALUES ('{o}', md5('{o} waiting')::uuid, md5('{o} member')::uuid, 1, '{o}', 'Staff', 'owner', 'owner', 'To look at what they wrote about',
    sha256('waiting'), now(), true, now(), md5('{o} hand-off')::uuid, now() + interval '5 minutes');
INSERT INTO directory (organization_id, slug) VALUES ('{o}', 's' || substring(md5('{o}') FOR 20));
INSERT INTO log_keys (purpose, public_key, valid_from) VALUES ('log', sha256('log'), now()) ON CONFLICT DO NOTHING;
SELECT set_config('app.organization_id', '', true);
