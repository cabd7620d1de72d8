-- What fn_publish_audit_keys may do: ask for the keys, and nothing else.
-- Limits: request
GRANT USAGE ON SCHEMA directory TO fn_publish_audit_keys;
GRANT EXECUTE ON FUNCTION directory.log_keys() TO fn_publish_audit_keys;
