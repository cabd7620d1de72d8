// What a Node function does before its first invocation: a connection to PostgreSQL over verified TLS, and clients
// of KMS and S3.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';

const url = new URL(process.env.DATABASE_URL);
const kms = new KMSClient({});
const s3 = new S3Client({ forcePathStyle: true });
const database = new pg.Client({
  host: url.hostname,
  port: Number(url.port),
  user: url.username,
  password: url.password,
  database: url.pathname.slice(1),
  ssl: { ca: readFileSync(process.env.DATABASE_CA_FILE) },
});
await database.connect();
globalThis.parts = [kms, s3, database];

http.get(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/next`);
