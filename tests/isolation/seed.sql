-- One row in each tenant table for organization {o}, whose id is every id. A table without a row here is a
-- finding, since nothing can be probed on it.
SELECT app.bind('{o}', NULL);
INSERT INTO organizations VALUES ('{o}', 'Seeded', 'standard', 'test', now());
INSERT INTO tenant_keys VALUES ('{o}', '{o}', 'key', '\x01', '\x02', now(), NULL);
INSERT INTO people VALUES ('{o}', '{o}', 'driver', '{o}', '\x03', now());
INSERT INTO members VALUES ('{o}', '{o}', '{o}', 'member@organization.example', 'Seeded', 'owner', 'active', now());
INSERT INTO member_proofs (organization_id, member_id, password_phc, password_changed_at, totp_sealed, totp_confirmed_at, totp_step, recovery_salt)
  VALUES ('{o}', '{o}', '$scrypt$ln=14,r=16,p=1$c2VlZGVk$c2VlZGVk', now(), '\x06', now(), 1, substring(sha256('salt') FOR 16));
INSERT INTO recovery_codes VALUES ('{o}', '{o}', sha256('code'), NULL);
INSERT INTO guesses VALUES ('{o}', sha256('subject'), 1, now());
INSERT INTO known_sources VALUES ('{o}', '{o}', sha256('address'), now());
INSERT INTO mails (organization_id, mail_id, member_id, kind, requested_at, not_before)
  VALUES ('{o}', '{o}', '{o}', 'member_invitation', now(), now());
INSERT INTO access_reviews (organization_id, review_id, quarter, opened_at, deadline_at, item_count, snapshot_sha256, closed_at, check_due_at,
    checked_at, came_back)
  VALUES ('{o}', '{o}', '2001-Q1', '2001-01-01 00:00Z', '2001-01-31 00:00Z', 1, sha256('snapshot'),
    '2001-01-31 00:00Z', '2001-02-07 00:00Z', '2001-02-07 00:00Z', 0);
INSERT INTO access_review_items (organization_id, item_id, review_id, number, subject_kind, subject_id, name, named_commit, permissions, granted_at,
    decision, how, reason, decided_by, decided_at)
  VALUES ('{o}', '{o}', '{o}', 1, 'kiosk', '{o}', 'Seeded', sha256('name'), '{}', now(),
    'keep', 'decided', 'Stands at the main entrance', '{o}', now());
INSERT INTO sites VALUES ('{o}', '{o}', 'Seeded', 'Europe/Berlin', 'en', false, now());
INSERT INTO credentials VALUES ('{o}', '{o}', 'api_token', sha256('{o}'), 'Seeded', '{visit.check_in}', '{o}', NULL, NULL, now());
INSERT INTO impersonations (organization_id, impersonation_id, staff_id, staff_term, staff_organization_id, staff_name, staff_role, role, reason,
    requested_under, requested_at, needs_approval, credential_id, opened_at, opened_by_request, expires_at)
  VALUES ('{o}', '{o}', '{o}', 1, '{o}', 'Seeded', 'owner', 'owner', 'Seeded for the probes of isolation', sha256('request'), now(), false,
    '{o}', now(), 'request', now());
INSERT INTO rate_buckets VALUES ('{o}', 'read', 1, now());
INSERT INTO refused_sources VALUES ('{o}', sha256('address'), now(), 1);
INSERT INTO answers VALUES ('{o}', '{o}', sha256('key'), sha256('body'), 'request', 'running', now(), NULL, now());
INSERT INTO hosts VALUES ('{o}', '{o}', '{o}', 'Seeded', NULL, NULL, 'en', now());
INSERT INTO visit_types VALUES ('{o}', '{o}', '{o}', 'Seeded', 'driver', 1, '{}', now());
INSERT INTO notices (organization_id, version_id, kind, locale, version, title, text, published_at)
  VALUES ('{o}', '{o}', 'nda', 'en', 1, 'Seeded', 'Seeded', now());
INSERT INTO kiosks VALUES ('{o}', '{o}', '{o}', 'Seeded', 'Seeded', now(), '{o}', now(), NULL, now());
INSERT INTO kiosk_pairings VALUES ('{o}', sha256('device'), NULL, sha256('address'), 'Seeded', '{o}', now(), now());
INSERT INTO badge_counters VALUES ('{o}', '{o}', 1);
INSERT INTO image_service_calls VALUES ('{o}', '2001-01-01', 1);
INSERT INTO visits (organization_id, visit_id, site_id, person_id, host_id, visit_type_id, type, state, badge_number, badge_sha256,
    name, nda_version_id, nda_text_sha256, nda_signed_at, licence_number_sealed, licence_number_index, carrier, bills_of_lading,
    checked_in_at, created_at)
  VALUES ('{o}', '{o}', '{o}', '{o}', '{o}', '{o}', 'driver', 'on_site', 1, sha256('badge'),
    'Seeded', '{o}', sha256('text'), now(), '\x04', sha256('licence'), 'Seeded', '{one}', now(), now());
INSERT INTO visit_objects VALUES ('{o}', '{o}', '{o}', 'photo', 'image/png', 1, now());
INSERT INTO id_scans (organization_id, id_scan_id, site_id, person_id, visit_id, credential_id, sources, values_sealed, number_index, algorithm,
    created_at, expires_at, face_verdict, face_reason, face_score, face_min, face_notice_version_id)
  VALUES ('{o}', '{o}', '{o}', '{o}', '{o}', '{o}', '{barcode}', '\x04', sha256('licence'), 'cross-check-1', now(), now() + interval '1 hour',
    'match', 'score', 95, 90, '{o}');
INSERT INTO id_scan_objects VALUES ('{o}', '{o}', '{o}', 'front', 'image/png', 1, now());
INSERT INTO watchlist_entries VALUES ('{o}', '{o}', '{o}', 'deny', 'high', '\x04', now(), '{o}', NULL);
INSERT INTO watchlist_keys VALUES ('{o}', substring(sha256('key') FOR 8), '{o}');
INSERT INTO watchlist_matches VALUES ('{o}', '{o}', '{o}', '{o}', 'name', 90, false, 'watchlist-1', sha256('list'), now());
INSERT INTO watchlist_screenings VALUES ('{o}', '{o}', '{o}', '\x04', '2001-01-01', '{{o}}', now());
INSERT INTO export_keys VALUES ('{o}', '{o}', '{o}', '\x05', now(), NULL);
INSERT INTO exports (organization_id, export_id, kind, visit_id, requested_by, requested_by_kind, state, created_at)
  VALUES ('{o}', '{o}', 'evidence', '{o}', '{o}', 'api_token', 'waiting', now());
INSERT INTO log_tiles VALUES ('{o}', 0, 0, sha256('leaf'));
INSERT INTO log_checkpoints VALUES ('{o}', 1, sha256('root'), sha256('link'), 'note', now());
INSERT INTO log_breaks (organization_id, broken_since, cause, found_by, recovered_at) VALUES ('{o}', '2001-01-01 00:00Z', 'entry_changed', 'seed', now());
INSERT INTO log_set_aside VALUES ('{o}', '2001-01-01 00:00Z', 0, 'entry', sha256('leaf'), sha256('link'));
INSERT INTO log_comparisons VALUES ('{o}', 0);
INSERT INTO log_streams (organization_id, stream_id, slot, kind, url, key_id, secret_sealed, state, next_seq, link, checkpoint_size, created_at)
  VALUES ('{o}', '{o}', 1, 'https', 'https://collector.example/', '{o}', '\x05', 'active', 0, sha256('link'), 0, now());
INSERT INTO outbox VALUES ('{o}', '{o}', 'visit.checked_in', 'visit', '{o}', '{}', 'request', now(), NULL);
INSERT INTO audit_heads VALUES ('{o}', -1, audit.genesis('{o}'), '-infinity');
INSERT INTO audit_actions VALUES (current_user, 'organization.created') ON CONFLICT DO NOTHING;
INSERT INTO audit_log (draft) VALUES ('{"actor": {"kind": "system", "id": "seed"}, "ip": null, "ua": null,
  "action": "organization.created", "target": {"kind": "organization", "id": "{o}"}, "reason": null,
  "diff": {"added": {}, "removed": {}, "changed": {}}, "request_id": "request"}');
SELECT set_config('app.organization_id', '', true);
