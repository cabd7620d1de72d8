// The same check-in as a Node function would do it: `pg` with prepared statements, node:crypto, KMS by the AWS SDK,
// unwrapped keys kept in memory. The statements are those that our function sends, awaited one after the other.
//
// Arguments: file with organizations and statements, connections, seed. Each line of standard input asks for one turn.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import pg from 'pg';
import { arrive } from './arrival.mjs';

const { tenants, reference, visitor } = JSON.parse(readFileSync(process.argv[2]));
const connections = Number(process.argv[3]);
const seed = Number(process.argv[4]);
const url = new URL(process.env.DATABASE_URL);

async function connect() {
  const client = new pg.Client({
    host: url.hostname,
    port: Number(url.port),
    user: url.username,
    password: url.password,
    database: url.pathname.slice(1),
    ssl: { ca: readFileSync(process.env.DATABASE_CA_FILE) },
  });
  await client.connect();
  return client;
}

async function unwrapKeys() {
  const kms = new KMSClient({});
  for (const tenant of tenants) {
    const answer = await kms.send(new DecryptCommand({
      KeyId: tenant.kms_key,
      CiphertextBlob: Buffer.from(tenant.wrapped, 'hex'),
      EncryptionContext: { organization: tenant.organization, purpose: 'tenant-key' },
    }));
    tenant.secretKey = Buffer.from(answer.Plaintext);
  }
  kms.destroy();
}

async function turn(clients, milliseconds) {
  const started = performance.now();
  const tookMs = [];
  await Promise.all(clients.map(async (client, nth) => {
    for (let at = seed * 311 + nth * 61; performance.now() - started < milliseconds; at += 617) {
      tookMs.push(await arrive(client, tenants[at % tenants.length], reference, visitor));
    }
  }));
  return { perSecond: tookMs.length / ((performance.now() - started) / 1000), tookMs };
}

const clients = await Promise.all(Array.from({ length: connections }, connect));
await unwrapKeys();
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const { milliseconds, isAlone } = JSON.parse(line);
  console.log(JSON.stringify(await turn(isAlone ? clients.slice(0, 1) : clients, milliseconds)));
}
await Promise.all(clients.map((client) => client.end()));
