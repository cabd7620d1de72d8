// Bundles for the tests, made with Node's own cryptography and nothing of the verifier's.

import { createHash, createHmac, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

const hash = (...parts) => parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest();
const prefixed = (prefix, ...parts) => hash(Buffer.of(prefix), ...parts);

export const ORGANIZATION = '6513270e-269e-4d37-b2a7-4de452e6b438';
export const ORIGIN = 'doorbook.example/audit';

/** An Ed25519 key under a name, from a seed. */
export function signer(name, seed) {
  const privateKey = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(12);
  const typed = Buffer.concat([Buffer.of(1), raw]);
  const id = hash(`${name}\n`, typed).subarray(0, 4);
  return {
    name,
    text: `${name}+${id.toString('hex')}+${typed.toString('base64')}`,
    line: (text) => `\u2014 ${name} ${Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]).toString('base64')}\n`,
    note(text) { return Buffer.from(`${text}\n${this.line(text)}`); },
  };
}

export const logKey = signer(`${ORIGIN}/${ORGANIZATION}`, 1);
export const bundleKey = signer(`${ORIGIN}/${ORGANIZATION}/bundle`, 2);
export const KEYS = [logKey.text, bundleKey.text];
export const HMAC_KEY = Buffer.alloc(32, 7);

/** The definition of RFC 6962 section 2.1. */
export function root(leaves) {
  if (leaves.length <= 1) return leaves[0] ?? hash();
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return prefixed(1, root(leaves.slice(0, k)), root(leaves.slice(k)));
}
function path(index, leaves) {
  if (leaves.length <= 1) return [];
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return index < k ? [...path(index, leaves.slice(0, k)), root(leaves.slice(k))] : [...path(index - k, leaves.slice(k)), root(leaves.slice(0, k))];
}
function frontier(leaves) {
  const roots = [];
  for (let at = 0; at < leaves.length;) {
    const width = 2 ** Math.floor(Math.log2(leaves.length - at));
    roots.push(root(leaves.slice(at, at + width)));
    at += width;
  }
  return roots;
}

export const PHOTO = Buffer.from('a photo');
const salt = (n) => hash(`salt ${n}`);

/** JSON with the blanks that the database writes: the verifier has a shorter way with such entries. */
export const spaced = (value) => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  return `{${Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${spaced(one)}`).join(', ')}}`;
};

/** A log: entries of a few visits, with a sealed name each and a photo in the first of each visit. */
export function log(count, change = (text) => text, write = JSON.stringify) {
  const last = new Map(), entries = [];
  for (let seq = 0; seq < count; seq++) {
    const visit = `0000000${seq % 3}-0000-7000-8000-000000000000`;
    const name = { sealed: 'ZQ==', commit: prefixed(4, salt(seq), `Name ${seq}`).toString('base64') };
    const photo = { object: 'o', type: 'image/jpeg', bytes: PHOTO.length, commit: prefixed(4, salt(-seq), PHOTO).toString('base64') };
    const diff = { added: last.has(visit) ? { name } : { name, photo }, removed: {}, changed: {} };
    const at = new Date(Date.UTC(2026, 10, 1) + seq * 3_600_000).toISOString().replace('Z', '000Z');
    const entry = {
      v: 1, org: ORGANIZATION, seq, at, via: 'fn_check_in', actor: { kind: 'kiosk', id: 'k' }, ip: '203.0.113.7', ua: '=cmd|"x"\ny', action: 'visit.checked_in',
      target: { kind: 'visit', id: visit }, prev: last.get(visit) ?? null, reason: null, diff, request_id: `r${seq}`,
    };
    last.set(visit, seq);
    entries.push(change(write(entry), seq));
  }
  return chained(entries);
}

/** Entries with their hashes. */
export function chained(entries) {
  const leaves = entries.map((entry) => prefixed(0, entry));
  const links = [];
  let link = prefixed(3, `doorbook/audit-chain/v1${ORGANIZATION}`);
  for (const leaf of leaves) links.push(link = prefixed(2, link, leaf));
  return { entries, leaves, links };
}

export function checkpoint({ entries, leaves, links }, size = entries.length, key = logKey) {
  const time = size === 0 ? '' : `time ${JSON.parse(entries[size - 1]).at}\n`;
  const chain = size === 0 ? prefixed(3, `doorbook/audit-chain/v1${ORGANIZATION}`) : links[size - 1];
  return key.note(`${key.name}\n${size}\n${root(leaves.slice(0, size)).toString('base64')}\nchain ${chain.toString('base64')}\n${time}`);
}

const cell = (value, write) => {
  const text = value === null || value === undefined ? '' : typeof value === 'object' ? write(value) : String(value);
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
};
export function csv(entries) {
  const rows = entries.map((text) => {
    const e = JSON.parse(text), write = text.includes('"org": ') ? spaced : JSON.stringify;
    return [e.seq, e.at, e.via, e.actor?.kind, e.actor?.id, e.actor?.impersonation, e.ip, e.ua, e.action, e.target?.kind, e.target?.id, e.prev, e.reason, e.diff, e.request_id].map((one) => cell(one, write)).join(',');
  });
  return ['seq,at,via,actor_kind,actor_id,impersonation,ip,ua,action,target_kind,target_id,prev,reason,diff,request_id', ...rows, ''].join('\n');
}

const openingOf = (seq) => JSON.stringify({ seq, pointer: '/diff/added/name', salt: salt(seq).toString('base64'), value: `Name ${seq}` });
const lined = (rows) => Buffer.from(rows.map((row) => `${row}\n`).join(''));
const linkRows = (made, seqs) => seqs.map((seq) => `${seq} ${made.leaves[seq].toString('hex')} ${made.links[seq].toString('hex')}`);

/** The files of a bundle of kind audit, from `first` to `size`. */
export function auditFiles(made, first = 0, size = made.entries.length) {
  const seqs = Array.from({ length: size - first }, (_, i) => first + i);
  const files = {
    'audit/checkpoint.note': checkpoint(made, size),
    'audit/entries.csv': Buffer.from(csv(made.entries.slice(first, size))),
    'audit/entries.jsonl': lined(seqs.map((seq) => made.entries[seq])),
    'audit/links.txt': lined(linkRows(made, seqs)),
    'audit/openings.jsonl': lined(seqs.slice(0, 2).map(openingOf)),
    'VERIFY.md': Buffer.from('How to check this bundle.\n'),
  };
  if (first > 0) {
    files['audit/previous.note'] = checkpoint(made, first);
    files['audit/frontier.txt'] = lined(frontier(made.leaves.slice(0, first)).map((one) => one.toString('hex')));
  }
  return { kind: 'audit', first, size, files, made };
}

/** The files of an evidence pack of the visit of entry 0. */
export function evidenceFiles(made) {
  const size = made.entries.length, seqs = [];
  for (let seq = 0; seq < size; seq += 3) seqs.push(seq);
  const proofs = seqs.map((seq) => ({ seq, leaf: made.leaves[seq].toString('hex'), proof: path(seq, made.leaves).map((one) => one.toString('hex')) }));
  const photo = JSON.stringify({ seq: 0, pointer: '/diff/added/photo', salt: salt(-0).toString('base64'), file: 'photo.jpg' });
  return {
    kind: 'evidence', first: 0, size, made,
    files: {
      'audit/checkpoint.note': checkpoint(made), 'audit/entries.jsonl': lined(seqs.map((seq) => made.entries[seq])), 'audit/links.txt': lined(linkRows(made, seqs)),
      'audit/openings.jsonl': lined([openingOf(0), photo]), 'audit/proofs.json': Buffer.from(`${JSON.stringify(proofs)}\n`), 'photo.jpg': PHOTO,
      'visit.json': Buffer.from(`${JSON.stringify({ visit_id: JSON.parse(made.entries[0]).target.id })}\n`), 'evidence.html': Buffer.from('<!doctype html>\n'),
    },
  };
}

/** Adds the manifest and signs it; `changes` go into the manifest. */
export function signed({ kind, first, size, files, made }, changes = {}, key = bundleKey) {
  const names = Object.keys(files).sort((one, other) => (one < other ? -1 : 1));
  const count = (name) => (files[name] ?? '').toString().split('\n').length - 1;
  const manifest = Buffer.from(`${JSON.stringify({
    v: 1, kind, organization_id: ORGANIZATION, created_at: '2026-11-03T00:00:00Z', created_by: { kind: 'member', id: 'm' }, first_seq: first, tree_size: size,
    root: root(made.leaves.slice(0, size)).toString('hex'), chain: made.links[size - 1].toString('hex'), counts: { entries: count('audit/entries.jsonl'), openings: count('audit/openings.jsonl') },
    hmac_key_id: '01890a5d-ac96-774b-bcce-b302099a8057', files: names.map((name) => ({ name, bytes: files[name].length, sha256: hash(files[name]).toString('hex') })), ...changes,
  })}\n`);
  const hmac = createHmac('sha256', HMAC_KEY).update(manifest).digest('hex');
  const note = key.note(`${key.name}\nsha256 ${hash(manifest).toString('hex')}\nhmac ${hmac}\n`);
  return { ...files, 'manifest.json': manifest, 'manifest.hmac': Buffer.from(`${hmac}\n`), 'manifest.sig': note };
}

function crc32(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
  }
  return ~sum >>> 0;
}

/** A ZIP of files; `options` bend it. */
export function zip(files, { deflate = false, mode = 0o100644, names = {}, bytes = {}, twice = [] } = {}) {
  const locals = [], directory = [];
  let at = 0;
  for (const name of [...Object.keys(files), ...twice]) {
    const shown = Buffer.from(names[name] ?? name), data = files[name], packed = deflate ? deflateRawSync(data) : data;
    const told = bytes[name] ?? data.length;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(deflate ? 8 : 0, 4);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(told, 18);
    common.writeUInt16LE(shown.length, 22);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), common, shown, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('504b01021403', 'hex'), common, tail, shown]));
    locals.push(local);
    at += local.length;
  }
  const list = Buffer.concat(directory), end = Buffer.alloc(22);
  end.write('504b0506', 'hex');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, list, end]);
}

export const random = randomBytes;
