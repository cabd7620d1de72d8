// One arrival: the event is parsed and checked, the values are sealed, the statements are run, the answer is made.
import { createCipheriv, createHash, hkdfSync, randomBytes, randomUUID } from 'node:crypto';

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

function newId() {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

function eventOf(tenant, visitor) {
  return JSON.stringify({
    version: '2.0', routeKey: 'POST /v1/visits', rawPath: '/v1/visits', rawQueryString: '',
    headers: {
      authorization: `Bearer ${tenant.token}`, 'content-type': 'application/json',
      'idempotency-key': randomUUID(), 'user-agent': 'doorbook-bench',
    },
    requestContext: { requestId: randomUUID(), http: { method: 'POST', path: '/v1/visits', sourceIp: '203.0.113.7' } },
    body: JSON.stringify({ type: 'visitor', site_id: tenant.site, host_id: tenant.host, ...Object.fromEntries(visitor) }),
    isBase64Encoded: false,
  });
}

function parse(event) {
  const body = JSON.parse(event.body);
  for (const [field, value] of Object.entries(body)) {
    if (typeof value !== 'string' || value.length === 0 || value.length > 500) throw new Error(field);
  }
  return body;
}

function envelopeKey(secret, id, purpose) {
  const material = Buffer.from(hkdfSync('sha256', secret, 'doorbook/envelope/v1', purpose, 64));
  return { id, key: material.subarray(0, 32), commitment: material.subarray(32) };
}

function seal({ id, key, commitment }, associated, value) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associated);
  const text = Buffer.concat([cipher.update(value), cipher.final()]);
  return Buffer.concat([Buffer.from([1]), id, commitment, nonce, text, cipher.getAuthTag()]);
}

const bytesOf = (id) => Buffer.from(id.replaceAll('-', ''), 'hex');

function sealForAudit(key, pointer, requestId, value) {
  const salt = randomBytes(32);
  const text = Buffer.from(value);
  const padded = Buffer.alloc(Math.ceil((36 + text.length) / 64) * 64);
  padded.writeUInt32BE(text.length);
  salt.copy(padded, 4);
  text.copy(padded, 36);
  const sealed = seal(key, Buffer.from(`audit_log ${pointer} ${requestId}`), padded);
  return { sealed: sealed.toString('base64'), commit: sha256(Buffer.from([4]), salt, text).toString('base64') };
}

// What the statements' parameters are called, made for this arrival.
function valuesOf(tenant, event, body, reference, visitor) {
  const requestId = event.requestContext.requestId;
  const now = new Date();
  const ids = Array.from({ length: 8 }, newId);
  const [visit, personId] = ids;
  const personSecret = randomBytes(32);
  const tenantId = bytesOf(tenant.tenant_key);
  const wrapping = envelopeKey(tenant.secretKey, tenantId, Buffer.concat([Buffer.from('person-key'), bytesOf(personId)]));
  const wrapped = seal(wrapping, Buffer.from('person-key'), personSecret);
  const person = envelopeKey(personSecret, bytesOf(personId), 'person-values');
  const draft = JSON.parse(reference.draft);
  draft.target.id = visit;
  draft.request_id = requestId;
  for (const [field] of visitor) {
    draft.diff.added[field] = sealForAudit(person, `/diff/added/${field}`, requestId, body[field]);
  }
  const badge = `dbb_test_${randomBytes(56).toString('base64url')}`;
  const hashes = [
    sha256(event.headers['idempotency-key']), sha256('POST', '/v1/visits', event.body), sha256(badge),
    ...Array.from({ length: 4 }, () => sha256(randomBytes(16))),
  ];
  return { ids, visit, hashes, wrapped, badge, requestId, now, draft: JSON.stringify(draft), badgeNumber: null };
}

function parameter(slot, values, tenant) {
  if (slot === 'badge') return values.badgeNumber;
  if (slot === 'draft') return values.draft;
  if (slot === 'now') return values.now;
  if (slot === 'request_id') return values.requestId;
  if ('tenant' in slot) return slot.tenant === 'secret' ? Buffer.from(tenant.secret, 'hex') : tenant[slot.tenant];
  if ('id' in slot) return values.ids[slot.id];
  if ('hash' in slot) return values.hashes[slot.hash];
  if ('document' in slot) return slot.document.map((piece) => piece.text ?? asText(parameter(piece.slot, values, tenant))).join('');
  return slot.constant?.startsWith('\\x') ? Buffer.from(slot.constant.slice(2), 'hex') : slot.constant;
}

const asText = (value) => (Buffer.isBuffer(value) ? value.toString('hex') : String(value));

export async function arrive(client, tenant, reference, visitor) {
  const text = eventOf(tenant, visitor);
  const started = performance.now();
  const event = JSON.parse(text);
  const body = parse(event);
  sha256(event.headers.authorization.slice(7));
  const values = valuesOf(tenant, event, body, reference, visitor);
  let answer;
  for (const step of reference.steps) {
    if (step.name === 'check-in.record') {
      answer = JSON.stringify({ visit_id: values.visit, badge_number: values.badgeNumber, badge_qr: values.badge, checked_in_at: values.now });
      const key = envelopeKey(tenant.secretKey, bytesOf(tenant.tenant_key), 'answer');
      seal(key, Buffer.from('answer'), Buffer.from(answer));
    }
    const parameters = step.slots.map((slot) => parameter(slot, values, tenant));
    const result = await client.query({ name: step.name, text: step.sql, values: parameters });
    if (step.name === 'check-in.admit') {
      const [admitted] = result.rows;
      if (admitted.outcome !== 'admitted') throw new Error(admitted.outcome);
      values.badgeNumber = admitted.badge_number;
    }
  }
  JSON.stringify({ statusCode: 201, headers: { 'content-type': 'application/json' }, body: answer });
  return performance.now() - started;
}
