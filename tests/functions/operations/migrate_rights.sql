SELECT grantee::regrole || ' ' || privilege_type || ' ' || what FROM (
  SELECT oid::regclass::text AS what, (aclexplode(relacl)).* FROM pg_class
  UNION ALL SELECT attrelid::regclass || '.' || attname, (aclexplode(attacl)).* FROM pg_attribute
  UNION ALL SELECT oid::regprocedure::text, (aclexplode(proacl)).* FROM pg_proc
  UNION ALL SELECT oid::regnamespace::text, (aclexplode(nspacl)).* FROM pg_namespace
  UNION ALL SELECT 'database', (aclexplode(datacl)).* FROM pg_database WHERE datname = current_database()
) AS rights
WHERE grantee <> 0 AND grantee::regrole::text LIKE 'fn\_%'
UNION ALL SELECT role || ' writes ' || action FROM audit_actions
ORDER BY 1
