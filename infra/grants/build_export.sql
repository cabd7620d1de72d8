-- What fn_build_export may do: the statements of functions/evidence/build-export/src,
-- and finding their organizations.
-- Limits: worker
GRANT USAGE ON SCHEMA public, app, audit, directory TO fn_build_export;
GRANT EXECUTE ON FUNCTION app.organization_id(), app.open_for_system(uuid) TO fn_build_export;
GRANT EXECUTE ON FUNCTION directory.due(text, uuid, integer, timestamptz) TO fn_build_export;
GRANT EXECUTE ON FUNCTION directory.take(uuid, text), directory.mark(uuid, text, timestamptz) TO fn_build_export;
GRANT EXECUTE ON FUNCTION directory.enter_log_key(text, bytea, timestamptz) TO fn_build_export;
GRANT EXECUTE ON FUNCTION audit.first_seq_at(text), audit.period(text, text) TO fn_build_export;

GRANT SELECT, UPDATE (state, attempt, leased_until, failures, not_before, first_seq, tree_size, entries_done, upload_id,
  bytes, manifest_sha256, built_at, expires_at, failure) ON exports TO fn_build_export;
GRANT SELECT (organization_id, export_key_id, key_id, key_sealed, retired_at),
  INSERT (organization_id, export_key_id, key_id, key_sealed, created_at) ON export_keys TO fn_build_export;
GRANT SELECT (organization_id, key_id, kms_key_id, wrapped_key, wrapped_index_key, retired_at) ON tenant_keys TO fn_build_export;

GRANT SELECT (organization_id, seq, entry, leaf, link, action, target_kind, target_id), INSERT (draft) ON audit_log TO fn_build_export;
GRANT SELECT (organization_id, size, root, link, note) ON log_checkpoints TO fn_build_export;
GRANT SELECT ON log_tiles TO fn_build_export;
GRANT INSERT (organization_id, event_id, kind, subject_kind, subject_id, facts, request_id, occurred_at) ON outbox TO fn_build_export;

-- What an export of kind `data` holds of each table: nothing sealed, and no hash of a secret.
GRANT SELECT (organization_id, item_id, review_id, number, subject_kind, subject_id, name, email, role, permissions, site_id, member_id, granted_at,
  last_used_at, decision, how, reason, decided_by, decided_at, revoked_at) ON access_review_items TO fn_build_export;
GRANT SELECT (organization_id, review_id, quarter, opened_at, deadline_at, item_count, closed_at, checked_at, came_back)
  ON access_reviews TO fn_build_export;
GRANT SELECT (organization_id, credential_id, kind, name, permissions, site_id, expires_at, revoked_at, created_at, last_used_at, member_id,
  assurance) ON credentials TO fn_build_export;
GRANT SELECT (organization_id, host_id, person_id, name, email, phone, locale, created_at) ON hosts TO fn_build_export;
GRANT SELECT (organization_id, object_id, id_scan_id, side, media_type, bytes, created_at) ON id_scan_objects TO fn_build_export;
GRANT SELECT (organization_id, id_scan_id, site_id, person_id, visit_id, credential_id, sources, verdicts, algorithm, score, created_at,
  expires_at, purged_at, face_verdict, face_reason, face_score, face_min, face_notice_version_id) ON id_scans TO fn_build_export;
GRANT SELECT (organization_id, impersonation_id, staff_id, staff_organization_id, staff_name, staff_role, role, reason, requested_at, approved_at,
  restricted_approved_at, credential_id, opened_at, expires_at, ended_at, ended_by) ON impersonations TO fn_build_export;
GRANT SELECT (organization_id, kiosk_id, site_id, name, device, credential_id, paired_at, revoked_at, created_at) ON kiosks TO fn_build_export;
GRANT SELECT (organization_id, mail_id, member_id, kind, requested_at, sent_at, given_up_at, is_refused) ON mails TO fn_build_export;
GRANT SELECT (organization_id, member_id, person_id, email, name, role, state, created_at, last_sign_in_at, standing_since)
  ON members TO fn_build_export;
GRANT SELECT (organization_id, version_id, kind, locale, version, title, text, published_at, retired_at) ON notices TO fn_build_export;
GRANT SELECT (organization_id, name, plan, environment, created_at, requires_mfa, requires_staff_approval) ON organizations
  TO fn_build_export;
GRANT SELECT (organization_id, event_id, kind, subject_kind, subject_id, facts, request_id, occurred_at, ready_at) ON outbox TO fn_build_export;
GRANT SELECT (organization_id, person_id, kind, wrapped_key, created_at) ON people TO fn_build_export;
GRANT SELECT (organization_id, site_id, name, time_zone, locale, requires_nda, id_check_age_min, id_check_rules, id_check_face_min, document_retention_hours, created_at) ON sites TO fn_build_export;
GRANT SELECT (organization_id, object_id, visit_id, kind, media_type, bytes, created_at) ON visit_objects TO fn_build_export;
GRANT SELECT (organization_id, visit_type_id, site_id, name, applies_to, version, answers_schema, created_at) ON visit_types TO fn_build_export;
GRANT SELECT (organization_id, visit_id, site_id, person_id, host_id, visit_type_id, type, state, hold_reasons, badge_number, name, company, email, phone,
  purpose, answers, nda_version_id, nda_text_sha256, nda_signed_at, carrier, bills_of_lading, appointment, load_type, seal, un_number, hazard_class, dangerous_goods, trailer,
  co_driver, tractor_plate, trailer_plate, checked_in_at, checked_out_at, occurred_at, device_seq, checked_out_occurred_at,
  checked_out_device_seq, decision, decided_at, decided_by, decided_by_member, licence_person_id, licence_purged_at, legal_hold_since,
  legal_hold_by, created_at) ON visits TO fn_build_export;
GRANT SELECT (organization_id, entry_id, person_id, list, severity, created_at, created_by, ended_at) ON watchlist_entries TO fn_build_export;
GRANT SELECT (organization_id, match_id, visit_id, entry_id, rule, score, is_weak, algorithm, list_digest, created_at, outcome, reviewed_at,
  reviewed_by, reviewed_by_member) ON watchlist_matches TO fn_build_export;
GRANT SELECT (organization_id, visit_id, person_id, today, compared, created_at) ON watchlist_screenings TO fn_build_export;

-- The mark of a broken log, and the mails that tell of it.
GRANT EXECUTE ON FUNCTION audit.broken_since(), audit.first_difference(bigint, bigint), audit.mark_broken(bigint, timestamptz) TO fn_build_export;
GRANT INSERT (organization_id, mail_id, member_id, kind, requested_at, not_before) ON mails TO fn_build_export;

INSERT INTO audit_actions (role, action) VALUES
  ('fn_build_export', 'export.built'),
  ('fn_build_export', 'export.failed');
