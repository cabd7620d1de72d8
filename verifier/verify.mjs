// Verifies a bundle of Doorbook's audit log: entries, chain, tree, checkpoints, openings. One file, no dependency, no
// network; the same code runs under Node (`node verify.mjs`) and in a page. Formats: docs/runbooks/audit-log-verification.md.

// Node 18 has Web Crypto, but not as a global.
const { subtle } = globalThis.crypto ?? (await import('node:crypto')).webcrypto;
const encoder = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// ---------------------------------------------------------------------------------------------------------- findings

/** Something does not hold. `exit` 1: what was signed or hashed is not as it was; 2: nothing was verified. */
class Finding extends Error {
  constructor(exit, reason, text, seq = null) {
    super(text);
    Object.assign(this, { exit, reason, seq });
  }
}
const wrong = (reason, text, seq = null) => new Finding(1, reason, text, seq);
/** Nothing was verified: the input is no bundle, or the command line cannot be followed. */
const noBundle = (reason, text) => new Finding(2, reason, text);
/** An archive that our exporter would not write. Another program might read other members in it than this one does. */
const notOurs = (why) => noBundle('container', `This file is not as Doorbook writes it: ${why}. If it was packed anew, take the original file`);
/** Larger than this verifier takes: nothing is said about whether it is right. */
const beyond = (text, seq = null) => new Finding(2, 'limit', `${text}: it was not checked`, seq);
/** No signature of it can be checked. It is no sign of a change, since keys are mixed up more often than logs are forged. */
const unsigned = (name) => noBundle('keys', `None of your keys signed this. Check them first. ${name} is signed by another: two keys are needed, of the log and of bundles, for this organization and that time`);

// ----------------------------------------------------------------------------------------------------------- SHA-256

// FIPS 180-4. Written here because Web Crypto's digest costs more for each call than the hash of an entry does.
const K = new Int32Array(64);
const INITIAL = new Int32Array(8);
{
  let found = 0;
  for (let candidate = 2; found < 64; candidate++) {
    let prime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) prime = false;
    if (!prime) continue;
    const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
    if (found < 8) INITIAL[found] = fraction(Math.sqrt(candidate));
    K[found++] = fraction(Math.cbrt(candidate));
  }
}
const W = new Int32Array(64);

function compress(state, bytes, at) {
  for (let i = 0; i < 16; i++, at += 4) W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15], y = W[i - 2];
    W[i] = (W[i - 16] + W[i - 7] + (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) + (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))) | 0;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  // Eight rounds a turn: the names move and the values stay, which is twice as fast as moving eight values each round.
  for (let i = 0; i < 64; i += 8) {
    h = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + (g ^ (e & (f ^ g))) + K[i] + W[i]) | 0;
    d = (d + h) | 0;
    h = (h + (((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) | (c & (a | b)))) | 0;
    g = (g + (((d >>> 6) | (d << 26)) ^ ((d >>> 11) | (d << 21)) ^ ((d >>> 25) | (d << 7))) + (f ^ (d & (e ^ f))) + K[i + 1] + W[i + 1]) | 0;
    c = (c + g) | 0;
    g = (g + (((h >>> 2) | (h << 30)) ^ ((h >>> 13) | (h << 19)) ^ ((h >>> 22) | (h << 10))) + ((h & a) | (b & (h | a)))) | 0;
    f = (f + (((c >>> 6) | (c << 26)) ^ ((c >>> 11) | (c << 21)) ^ ((c >>> 25) | (c << 7))) + (e ^ (c & (d ^ e))) + K[i + 2] + W[i + 2]) | 0;
    b = (b + f) | 0;
    f = (f + (((g >>> 2) | (g << 30)) ^ ((g >>> 13) | (g << 19)) ^ ((g >>> 22) | (g << 10))) + ((g & h) | (a & (g | h)))) | 0;
    e = (e + (((b >>> 6) | (b << 26)) ^ ((b >>> 11) | (b << 21)) ^ ((b >>> 25) | (b << 7))) + (d ^ (b & (c ^ d))) + K[i + 3] + W[i + 3]) | 0;
    a = (a + e) | 0;
    e = (e + (((f >>> 2) | (f << 30)) ^ ((f >>> 13) | (f << 19)) ^ ((f >>> 22) | (f << 10))) + ((f & g) | (h & (f | g)))) | 0;
    d = (d + (((a >>> 6) | (a << 26)) ^ ((a >>> 11) | (a << 21)) ^ ((a >>> 25) | (a << 7))) + (c ^ (a & (b ^ c))) + K[i + 4] + W[i + 4]) | 0;
    h = (h + d) | 0;
    d = (d + (((e >>> 2) | (e << 30)) ^ ((e >>> 13) | (e << 19)) ^ ((e >>> 22) | (e << 10))) + ((e & f) | (g & (e | f)))) | 0;
    c = (c + (((h >>> 6) | (h << 26)) ^ ((h >>> 11) | (h << 21)) ^ ((h >>> 25) | (h << 7))) + (b ^ (h & (a ^ b))) + K[i + 5] + W[i + 5]) | 0;
    g = (g + c) | 0;
    c = (c + (((d >>> 2) | (d << 30)) ^ ((d >>> 13) | (d << 19)) ^ ((d >>> 22) | (d << 10))) + ((d & e) | (f & (d | e)))) | 0;
    b = (b + (((g >>> 6) | (g << 26)) ^ ((g >>> 11) | (g << 21)) ^ ((g >>> 25) | (g << 7))) + (a ^ (g & (h ^ a))) + K[i + 6] + W[i + 6]) | 0;
    f = (f + b) | 0;
    b = (b + (((c >>> 2) | (c << 30)) ^ ((c >>> 13) | (c << 19)) ^ ((c >>> 22) | (c << 10))) + ((c & d) | (e & (c | d)))) | 0;
    a = (a + (((f >>> 6) | (f << 26)) ^ ((f >>> 11) | (f << 21)) ^ ((f >>> 25) | (f << 7))) + (h ^ (f & (g ^ h))) + K[i + 7] + W[i + 7]) | 0;
    e = (e + a) | 0;
    a = (a + (((b >>> 2) | (b << 30)) ^ ((b >>> 13) | (b << 19)) ^ ((b >>> 22) | (b << 10))) + ((b & c) | (d & (b | c)))) | 0;
  }
  state[0] = (state[0] + a) | 0; state[1] = (state[1] + b) | 0; state[2] = (state[2] + c) | 0; state[3] = (state[3] + d) | 0;
  state[4] = (state[4] + e) | 0; state[5] = (state[5] + f) | 0; state[6] = (state[6] + g) | 0; state[7] = (state[7] + h) | 0;
}

/** Pads what is held (FIPS 180-4 section 5.1.1), compresses it, and gives the hash. */
function finish(state, rest, held, length, out = new Uint8Array(32)) {
  rest[held++] = 0x80;
  // Loops, here and below: for so few bytes a call of `fill` or `set` costs more.
  if (held > 56) {
    while (held < 64) rest[held++] = 0;
    compress(state, rest, 0);
    held = 0;
  }
  while (held < 56) rest[held++] = 0;
  for (let i = 0, high = Math.floor(length / 2 ** 29), low = length << 3; i < 4; i++) {
    rest[59 - i] = high >>> (8 * i);
    rest[63 - i] = low >>> (8 * i);
  }
  compress(state, rest, 0);
  for (let i = 0; i < 8; i++) {
    const word = state[i], at = i * 4;
    out[at] = word >>> 24; out[at + 1] = word >>> 16; out[at + 2] = word >>> 8; out[at + 3] = word;
  }
  return out;
}

/** A hash of what comes in pieces. */
export class Sha256 {
  constructor() {
    this.state = INITIAL.slice();
    this.rest = new Uint8Array(64);
    this.held = 0;
    this.length = 0;
  }

  update(bytes) {
    this.length += bytes.length;
    let at = 0;
    if (this.held > 0) {
      at = Math.min(64 - this.held, bytes.length);
      this.rest.set(bytes.subarray(0, at), this.held);
      this.held += at;
      if (this.held < 64) return this;
      compress(this.state, this.rest, 0);
    }
    for (; at + 64 <= bytes.length; at += 64) compress(this.state, bytes, at);
    this.held = bytes.length - at;
    for (let i = 0; i < this.held; i++) this.rest[i] = bytes[at + i];
    return this;
  }

  digest() {
    return finish(this.state, this.rest, this.held, this.length);
  }
}

export const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), new Sha256()).digest();

const STATE = new Int32Array(8), BLOCK = new Uint8Array(64);

// Node's own hash of a text in one call (20.12 and later), which the processor helps with. It pays from some bytes on, and
// only with the hash as a string: a Buffer costs as much again.
const oneCall = globalThis.process?.versions?.node ? (await import('node:crypto')).hash : undefined;
const ONE_CALL_BYTES_MIN = 192;
let joint = new Uint8Array(4096);

function inOneCall(prefix, first, bytes, out = new Uint8Array(32)) {
  const at = first === null ? 1 : 33, length = at + bytes.length;
  if (joint.length < length) joint = new Uint8Array(2 * length);
  joint[0] = prefix;
  if (first !== null) joint.set(first, 1);
  joint.set(bytes, at);
  const letters = oneCall('sha256', joint.subarray(0, length), 'latin1');
  for (let i = 0; i < 32; i++) out[i] = letters.charCodeAt(i);
  return out;
}

/** SHA-256 of a byte, 32 bytes or none, and some bytes: what a log has millions of, without an object for each where `out` is given. */
function prefixed(prefix, first, bytes, out) {
  if (oneCall !== undefined && bytes.length >= ONE_CALL_BYTES_MIN) return inOneCall(prefix, first, bytes, out);
  for (let i = 0; i < 8; i++) STATE[i] = INITIAL[i];
  BLOCK[0] = prefix;
  let held = 1;
  if (first !== null) for (let i = 0; i < 32; i++) BLOCK[held++] = first[i];
  const room = Math.min(64 - held, bytes.length);
  for (let i = 0; i < room; i++) BLOCK[held + i] = bytes[i];
  held += room;
  let at = room;
  if (held === 64) {
    compress(STATE, BLOCK, 0);
    for (; at + 64 <= bytes.length; at += 64) compress(STATE, bytes, at);
    held = bytes.length - at;
    for (let i = 0; i < held; i++) BLOCK[i] = bytes[at + i];
  }
  return finish(STATE, BLOCK, held, 1 + (first === null ? 0 : 32) + bytes.length, out);
}

// RFC 2104.
function hmacSha256(key, text) {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? sha256(key) : key);
  return sha256(block.map((byte) => byte ^ 0x5c), sha256(block.map((byte) => byte ^ 0x36), text));
}

// ------------------------------------------------------------------------------------------------------------ CRC-32

// ISO 3309, eight bytes a step; Node's own where it has one (20.15 and later).
const CRC_TABLES = Array.from({ length: 8 }, () => new Int32Array(256));
for (let byte = 0; byte < 256; byte++) {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
  CRC_TABLES[0][byte] = sum;
}
for (let table = 1; table < 8; table++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = CRC_TABLES[table - 1][byte];
    CRC_TABLES[table][byte] = (before >>> 8) ^ CRC_TABLES[0][before & 0xff];
  }
}

/** CRC-32 of bytes that follow others, whose CRC-32 is `sum`. */
export function crc32InScript(bytes, sum = 0) {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = CRC_TABLES, end = bytes.length;
  let crc = ~sum, at = 0;
  for (; at + 8 <= end; at += 8) {
    crc = t7[(crc ^ bytes[at]) & 0xff] ^ t6[((crc >>> 8) ^ bytes[at + 1]) & 0xff] ^ t5[((crc >>> 16) ^ bytes[at + 2]) & 0xff] ^ t4[(crc >>> 24) ^ bytes[at + 3]]
      ^ t3[bytes[at + 4]] ^ t2[bytes[at + 5]] ^ t1[bytes[at + 6]] ^ t0[bytes[at + 7]];
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]) & 0xff];
  return ~crc >>> 0;
}
const crc32 = (globalThis.process?.versions?.node ? (await import('node:zlib')).crc32 : undefined) ?? crc32InScript;

// -------------------------------------------------------------------------------------------- hashes, tree, encodings

export const leafHash = (entry, out) => prefixed(0, null, entry, out);
export const nodeHash = (left, right) => prefixed(1, left, right);
export const linkHash = (previous, leaf, out) => prefixed(2, previous, leaf, out);
export const genesis = (organization) => prefixed(3, null, encoder.encode('doorbook/audit-chain/v1' + organization));
export const commitment = (salt, value) => prefixed(4, salt, value);

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
export function hex(bytes) {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}
function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(i * 2, i * 2 + 2), 16));
}
function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
/** Canonical base64 only (RFC 4648 section 3.5): a changed last character must not pass. */
function unbase64(text) {
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return base64(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}
function equal(one, other) {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

/** A Merkle tree (RFC 6962) that grows by leaves: the roots of its perfect subtrees, from left to right. */
export class Tree {
  constructor(size = 0, frontier = []) {
    this.size = size;
    this.roots = [];
    let rest = size, next = 0;
    for (let level = 52; level >= 0; level--) {
      if (rest >= 2 ** level) {
        rest -= 2 ** level;
        this.roots.push({ level, hash: frontier[next++] });
      }
    }
  }

  append(leaf) {
    let node = { level: 0, hash: leaf };
    while (this.roots.length > 0 && this.roots[this.roots.length - 1].level === node.level) {
      node = { level: node.level + 1, hash: nodeHash(this.roots.pop().hash, node.hash) };
    }
    this.roots.push(node);
    this.size++;
  }

  root() {
    const hashes = this.roots.map((node) => node.hash);
    return hashes.length === 0 ? sha256() : hashes.reduceRight((right, left) => nodeHash(left, right));
  }

  /** How many roots a frontier of this size has. */
  static width(size) {
    let width = 0;
    for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) width += rest % 2;
    return width;
  }
}

/** The root that a leaf and its proof lead to (RFC 6962 section 2.1.1); null when the proof is of another length. */
export function rootOfProof(leaf, index, size, proof) {
  if (!(index >= 0 && index < size)) return null;
  let hash = leaf, node = index, last = size - 1;
  for (const other of proof) {
    if (last === 0 || other.length !== 32) return null;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(other, hash);
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, other);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : null;
}

// -------------------------------------------------------------------------------------------------------------- JSON

const DEPTH_MAX = 64;
/** Values in one text: more than an entry, a manifest or a list of proofs of ours has. Each costs memory, however short it is. */
const VALUES_MAX = 1_000_000, MANIFEST_VALUES_MAX = 20_000;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** A decimal number in the one spelling that the format allows, from 0 and below 2^53; NaN otherwise. */
function decimal(text) {
  const number = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(number) ? number : NaN;
}

/**
 * Reads JSON (RFC 8259) strictly: no duplicate keys, no lone surrogates, no number beyond those of a double. Gives nodes
 * `{kind, value, raw}`; `raw` is the very text, because what is committed to is bytes and not values. A number that is no
 * natural one below 2^53 has the value NaN; an entry may hold none but integers of that size, and no NUL. Throws a string, and
 * a finding where it is too deep or has too many values.
 */
export function readJson(text, isEntry = false, valuesMax = VALUES_MAX) {
  let at = 0, values = 0;
  const fail = (why) => { throw `${why} at ${at}`; };
  const blank = () => { while (at < text.length && ' \t\n\r'.includes(text[at])) at++; };
  const expect = (letter) => { if (text[at] !== letter) fail(`expected ${letter}`); at++; };
  function string() {
    const begin = at;
    expect('"');
    for (;;) {
      const code = text.charCodeAt(at);
      if (!(code >= 0x20)) fail('unended string');
      at++;
      if (code === 0x22) break;
      if (code === 0x5c) at++;
    }
    let value;
    try { value = JSON.parse(text.slice(begin, at)); } catch { fail('malformed string'); }
    if (LONE_SURROGATE.test(value)) fail('lone surrogate');
    if (isEntry && value.includes('\0')) fail('NUL');
    return value;
  }
  function number() {
    const number = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
    number.lastIndex = at;
    const match = number.exec(text);
    if (!match) fail('no value');
    if (isEntry && (match[1] ?? match[2]) !== undefined) fail('a number that is no integer');
    if (!(isEntry ? Number.isSafeInteger : Number.isFinite)(Number(match[0]))) fail('number out of range');
    at += match[0].length;
    return decimal(match[0]);
  }
  function node(depth) {
    if (++values > valuesMax) throw beyond(`A text has more than ${valuesMax} values`);
    const begin = at, first = text[at];
    const done = (kind, value) => ({ kind, value, raw: text.slice(begin, at) });
    if (first === '"') {
      const value = string();
      return done('string', value);
    }
    if (first === '{' || first === '[') {
      const isObject = first === '{', close = isObject ? '}' : ']';
      const value = isObject ? new Map() : [];
      let isDoubled = false;
      if (depth >= DEPTH_MAX) throw beyond(`A text has more than ${DEPTH_MAX} levels`);
      at++;
      blank();
      if (text[at] === close) { at++; return done(isObject ? 'object' : 'array', value); }
      for (;;) {
        blank();
        if (isObject) {
          const key = string();
          isDoubled ||= value.has(key);
          blank();
          expect(':');
          blank();
          value.set(key, node(depth + 1));
        } else {
          value.push(node(depth + 1));
        }
        blank();
        if (text[at] === close) {
          if (isDoubled) fail('duplicate key');
          at++;
          return done(isObject ? 'object' : 'array', value);
        }
        expect(',');
      }
    }
    for (const [word, kind, value] of WORDS) {
      if (text.startsWith(word, at)) { at += word.length; return done(kind, value); }
    }
    const value = number();
    return done('number', value);
  }
  if (LONE_SURROGATE.test(text)) fail('lone surrogate');
  blank();
  const root = node(0);
  blank();
  if (at !== text.length) fail('more than one value');
  return root;
}
const WORDS = [['true', 'boolean', true], ['false', 'boolean', false], ['null', 'null', null]];

/** What `readJson` gives, or null where the bytes are no such JSON. Limits are thrown. */
function tryJson(bytes, isEntry = false, valuesMax = VALUES_MAX) {
  const text = utf8(bytes);
  try {
    return text === null ? null : readJson(text, isEntry, valuesMax);
  } catch (error) {
    if (error instanceof Finding) throw error;
    return null;
  }
}

const field = (node, name, kind) => {
  const found = node?.kind === 'object' ? node.value.get(name) : undefined;
  return found !== undefined && (kind === undefined || found.kind === kind) ? found : undefined;
};

/** The node at a JSON Pointer (RFC 6901). */
function atPointer(node, pointer) {
  if (pointer === '') return node;
  if (!pointer.startsWith('/')) return undefined;
  for (const part of pointer.slice(1).split('/')) {
    if (/~(?![01])/.test(part)) return undefined;
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    node = node?.kind === 'object' ? node.value.get(name) : node?.kind === 'array' ? node.value[decimal(name)] : undefined;
  }
  return node;
}

const KEYS_MAX = 1024;
const ACTOR_KINDS = ['member', 'api_token', 'kiosk', 'staff', 'visitor', 'webhook', 'system'];
/** The fields of an entry in the order in which the database writes them, and what each may be. */
const FIELDS = {
  v: ['number'], org: ['string'], seq: ['number'], at: ['string'], via: ['string'], actor: ['object'], ip: ['string', 'null', 'object'], ua: ['string', 'null', 'object'],
  action: ['string'], target: ['object'], prev: ['null', 'number'], reason: ['null', 'string'], diff: ['object'], request_id: ['string'],
};
/** What stands in the fields that are objects; `impersonation` alone may be missing. */
const PARTS = { actor: { kind: 'string', id: 'string', impersonation: 'string' }, target: { kind: 'string', id: 'string' }, diff: { added: 'object', removed: 'object', changed: 'object' } };
const NAMES = Object.keys(FIELDS).map((name) => encoder.encode(name)), KIND_BYTES = ACTOR_KINDS.map((kind) => encoder.encode(kind));
const FIRST_BYTES = { string: [0x22], object: [0x7b], null: [0x6e], number: Array.from('0123456789', (digit) => digit.charCodeAt(0)) };
/** By field, the bytes that it may begin with. */
const BEGINNINGS = Object.values(FIELDS).map((kinds) => Uint8Array.from({ length: 256 }, (_, byte) => +kinds.some((kind) => FIRST_BYTES[kind].includes(byte))));
const [ACTOR, TARGET, PREV, DIFF] = ['actor', 'target', 'prev', 'diff'].map((name) => Object.keys(FIELDS).indexOf(name));
const [ID, KIND, IMPERSONATION, ADDED, REMOVED, CHANGED] = ['id', 'kind', 'impersonation', 'added', 'removed', 'changed'].map((name) => encoder.encode(name));

/** Whether bytes stand in a line from `at` to `end`, and nothing else. */
function isAt(line, at, end, wanted) {
  if (end - at !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (line[at + i] !== wanted[i]) return false;
  return true;
}

function isActorKind(line, at, end) {
  for (let i = 0; i < KIND_BYTES.length; i++) if (isAt(line, at, end, KIND_BYTES[i])) return true;
  return false;
}

/** Whether a node is an entry in its fields: all of the format, each of its kind, and no other. */
function hasFields(node) {
  if (node.value.size !== NAMES.length) return false;
  for (const [name, kinds] of Object.entries(FIELDS)) if (!kinds.includes(field(node, name)?.kind)) return false;
  for (const [name, parts] of Object.entries(PARTS)) {
    const given = field(node, name).value;
    for (const [part, one] of given) if (!Object.hasOwn(parts, part) || parts[part] !== one.kind) return false;
    for (const part of Object.keys(parts)) if (!given.has(part) && part !== 'impersonation') return false;
  }
  const prev = field(node, 'prev'), seq = field(node, 'seq').value;
  return ACTOR_KINDS.includes(field(field(node, 'actor'), 'kind').value) && (prev.kind === 'null' || (prev.value >= 0 && prev.value < seq));
}

/**
 * Steps over an entry as bytes, several times faster than `readJson`, and keeps where its fields stand. False does not mean
 * that the entry is wrong, only that `readJson` has to say: escapes by number, large numbers, long and repeated keys,
 * fields in another order than the database's.
 */
class EntryScan {
  constructor() {
    this.keys = new Int32Array(KEYS_MAX);
    // Fields of the entry, and those of its actor, target and diff: where key and value begin and end.
    this.places = new Int32Array(4 * NAMES.length);
    this.inner = new Int32Array(5 * 8);
    this.open = this.values = this.prev = this.placed = this.within = 0;
    // Of all bytes that stand in strings: others are ASCII, or nothing that is stepped over.
    this.bits = 0;
    this.line = new Uint8Array();
  }

  takes(line) {
    this.line = line;
    this.open = this.placed = this.within = this.bits = 0;
    this.values = 1;
    return line[0] === 0x7b && this.object(0, 0) === line.length && this.hasFields() && (this.bits < 0x80 || utf8(line) !== null);
  }

  /** Whether the fields are those of an entry, in their order. Finds what the entry speaks of, and `prev`: -1 for null. */
  hasFields() {
    const { line, places } = this;
    if (this.placed !== places.length) return false;
    for (let i = 0, at = 0; i < NAMES.length; i++, at += 4) {
      if (BEGINNINGS[i][line[places[at + 2]]] === 0 || !isAt(line, places[at], places[at + 1], NAMES[i])) return false;
    }
    let prev = -1;
    for (let at = places[4 * PREV + 2], end = places[4 * PREV + 3]; at < end && line[at] !== 0x6e; at++) prev = (prev < 0 ? 0 : prev * 10) + line[at] - 0x30;
    this.prev = prev;
    return this.hasParts();
  }

  hasParts() {
    const { line, inner, within } = this;
    let seen = 0, kind = 0, id = 0;
    for (let at = 0; at < within; at += 5) {
      const section = inner[at], key = inner[at + 1], keyEnd = inner[at + 2], begin = inner[at + 3];
      if (section === DIFF) {
        if (line[begin] !== 0x7b || !(isAt(line, key, keyEnd, ADDED) || isAt(line, key, keyEnd, REMOVED) || isAt(line, key, keyEnd, CHANGED))) return false;
        seen += 100;
        continue;
      }
      if (line[begin] !== 0x22) return false;
      if (isAt(line, key, keyEnd, ID)) {
        id = at;
      } else if (isAt(line, key, keyEnd, KIND)) {
        kind = at;
        if (section === ACTOR && !isActorKind(line, begin + 1, inner[at + 4] - 1)) return false;
      } else if (section === ACTOR && isAt(line, key, keyEnd, IMPERSONATION)) {
        continue;
      } else {
        return false;
      }
      seen += section === ACTOR ? 1 : 10;
    }
    return seen === 322 && this.takesTarget(inner[kind + 3] + 1, inner[kind + 4] - 1, inner[id + 3] + 1, inner[id + 4] - 1);
  }

  /** False where an escape hides what the target is. */
  takesTarget(kind, kindEnd, id, idEnd) {
    const { line } = this;
    for (let at = kind; at < kindEnd; at++) if (line[at] === 0x5c) return false;
    for (let at = id; at < idEnd; at++) if (line[at] === 0x5c) return false;
    hashTarget(line, kind, kindEnd, line, id, idEnd);
    return true;
  }

  value(at, depth) {
    const { line } = this, first = line[at];
    if (++this.values > VALUES_MAX) return -1;
    if (first === 0x22) return this.string(at);
    if (first === 0x7b) return this.object(at, depth);
    if (first === 0x5b) return this.list(at, depth);
    if (first === 0x6e) return line[at + 1] === 0x75 && line[at + 2] === 0x6c && line[at + 3] === 0x6c ? at + 4 : -1;
    if (first === 0x74) return line[at + 1] === 0x72 && line[at + 2] === 0x75 && line[at + 3] === 0x65 ? at + 4 : -1;
    return this.number(at);
  }

  /** Where a string ends; `this.hash` is of what stands in it. */
  string(at) {
    const { line } = this, end = line.length;
    let hash = 0, bits = 0;
    for (at++; at < end; at++) {
      const code = line[at];
      if (code === 0x22) {
        this.hash = hash;
        this.bits |= bits;
        return at + 1;
      }
      bits |= code;
      if (code < 0x20) return -1;
      hash = (Math.imul(hash, 31) + code) | 0;
      if (code === 0x5c && !SHORT_ESCAPES.has(line[++at])) return -1;
    }
    return -1;
  }

  number(at) {
    const { line } = this, begin = at;
    while (line[at] >= 0x30 && line[at] <= 0x39) at++;
    const next = line[at];
    const isPlain = at > begin && at - begin < 16 && (line[begin] !== 0x30 || at === begin + 1) && next !== 0x2e && next !== 0x65 && next !== 0x45;
    return isPlain ? at : -1;
  }

  list(at, depth) {
    const { line } = this;
    if (depth >= DEPTH_MAX) return -1;
    if (line[++at] === 0x5d) return at + 1;
    for (;;) {
      if ((at = this.value(at, depth + 1)) < 0) return -1;
      if (line[at] === 0x5d) return at + 1;
      if (line[at] !== 0x2c) return -1;
      while (line[++at] === 0x20);
    }
  }

  object(at, depth) {
    const { line, keys } = this, outer = this.open;
    if (depth >= DEPTH_MAX) return -1;
    if (line[++at] === 0x7d) return at + 1;
    for (;;) {
      const key = at + 1;
      if (line[at] !== 0x22 || (at = this.string(at)) < 0 || line[at] !== 0x3a) return -1;
      const { hash } = this, keyEnd = at - 1;
      // Two keys of one hash may be one key; and an escape may hide that two are.
      if (this.open === KEYS_MAX || keyEnd - key > 64) return -1;
      for (let i = key; i < keyEnd; i++) if (line[i] === 0x5c) return -1;
      for (let i = outer; i < this.open; i++) if (keys[i] === hash) return -1;
      keys[this.open++] = hash;
      while (line[++at] === 0x20);
      const begin = at;
      if ((at = this.value(at, depth + 1)) < 0) return -1;
      if (depth === 0) {
        if (!this.place(key, keyEnd, begin, at)) return -1;
      } else if (depth === 1 && !this.placeWithin(key, keyEnd, begin, at)) {
        return -1;
      }
      if (line[at] === 0x7d) break;
      if (line[at] !== 0x2c) return -1;
      while (line[++at] === 0x20);
    }
    this.open = outer;
    return at + 1;
  }

  place(key, keyEnd, begin, end) {
    const { places, placed } = this;
    if (placed === places.length) return false;
    places[placed] = key;
    places[placed + 1] = keyEnd;
    places[placed + 2] = begin;
    places[placed + 3] = end;
    this.placed = placed + 4;
    return true;
  }

  placeWithin(key, keyEnd, begin, end) {
    const { inner, within } = this, section = this.placed >> 2;
    if (section !== ACTOR && section !== TARGET && section !== DIFF) return true;
    if (within === inner.length) return false;
    inner[within] = section;
    inner[within + 1] = key;
    inner[within + 2] = keyEnd;
    inner[within + 3] = begin;
    inner[within + 4] = end;
    this.within = within + 5;
    return true;
  }

  /** The fields of the entry as nodes, those that a row of the CSV has; what is no object or string keeps its text. */
  node() {
    const text = strictUtf8.decode(this.line), isSame = text.length === this.line.length;
    const slice = (from, to) => (isSame ? text.slice(from, to) : strictUtf8.decode(this.line.subarray(from, to)));
    const value = new Map();
    for (let i = 0; i < this.placed; i += 4) {
      const name = slice(this.places[i], this.places[i + 1]), raw = slice(this.places[i + 2], this.places[i + 3]);
      if (name === 'actor' || name === 'target') value.set(name, readJson(raw));
      else if (raw[0] === '"') value.set(name, { kind: 'string', value: raw.includes('\\') ? JSON.parse(raw) : raw.slice(1, -1), raw });
      else value.set(name, { kind: raw === 'null' ? 'null' : 'raw', value: null, raw });
    }
    return { kind: 'object', value };
  }
}
const SHORT_ESCAPES = new Set(Array.from('"\\/bfnrt', (letter) => letter.charCodeAt(0)));

// 64 bits of hash of a target, from a beginning that differs from run to run, so that no targets can be prepared that share it.
const HASHED = new Int32Array(2), SEEDS = globalThis.crypto?.getRandomValues?.(new Int32Array(2)) ?? Int32Array.of(Math.random() * 2 ** 31, Math.random() * 2 ** 31);

/** Hashes kind and id of a target into `HASHED`. */
function hashTarget(kindBytes, kind, kindEnd, idBytes, id, idEnd) {
  HASHED[0] = SEEDS[0];
  HASHED[1] = SEEDS[1];
  hashOn(kindBytes, kind, kindEnd);
  hashOn(NO_TEXT, 0, 1);
  hashOn(idBytes, id, idEnd);
}
/** No text of an entry holds this byte. */
const NO_TEXT = Uint8Array.of(0xff);

function hashOn(bytes, at, end) {
  let one = HASHED[0], other = HASHED[1];
  for (; at < end; at++) {
    one = Math.imul(one ^ bytes[at], 0x2c1b3c6d);
    one ^= one >>> 15;
    other = Math.imul(other ^ bytes[at], 0x5bd1e995);
    other ^= other >>> 13;
  }
  HASHED[0] = one;
  HASHED[1] = other;
}

/** The newest entry of every target so far. A table of numbers: a Map of as many texts would be several times as large. */
class Newest {
  constructor() {
    this.grow(1 << 12);
    this.count = 0;
  }

  grow(size) {
    const { ones, others, seqs } = this;
    [this.ones, this.others, this.seqs] = [new Int32Array(size), new Int32Array(size), new Float64Array(size).fill(-1)];
    if (ones === undefined) return;
    for (let i = 0; i < ones.length; i++) if (seqs[i] >= 0) this.put(this.find(ones[i], others[i]), ones[i], others[i], seqs[i]);
  }

  find(one, other) {
    const { ones, others, seqs } = this, mask = seqs.length - 1;
    let at = one & mask;
    while (seqs[at] >= 0 && (ones[at] !== one || others[at] !== other)) at = (at + 1) & mask;
    return at;
  }

  put(at, one, other, seq) {
    [this.ones[at], this.others[at], this.seqs[at]] = [one, other, seq];
  }

  /** Puts the entry whose target was hashed last, and gives the one before it; -1 where there is none. */
  replace(seq) {
    const one = HASHED[0], other = HASHED[1], at = this.find(one, other), before = this.seqs[at];
    this.put(at, one, other, seq);
    if (before < 0 && ++this.count * 5 > this.seqs.length * 3) this.grow(this.seqs.length * 2);
    return before;
  }
}

// --------------------------------------------------------------------------------------------------------------- ZIP

const MEMBERS_MAX = 1024, DIRECTORY_BYTES_MAX = 1 << 20, TOTAL_BYTES_MAX = 8 * 2 ** 30, NAME_BYTES_MAX = 512, PIECE = 1 << 20;
const ELSEWHERE = 0xffffffff, UTF8_NAME = 0x800, END_BYTES = 22, ZIP64_BYTES = 20;

/** Where the directory is, from the record that ends the file: it has no comment, so it can stand in one place only. */
async function readDirectory(source) {
  const tail = await source.read(Math.max(0, source.size - END_BYTES - ZIP64_BYTES), source.size), at = tail.length - END_BYTES;
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  if (at < 0 || view.getUint32(at, true) !== 0x06054b50) throw noBundle('container', 'This is no bundle: it is no ZIP file, its end is missing, or something was put after it. Get the original file once more');
  const [disk, directoryDisk, here, count] = [4, 6, 8, 10].map((offset) => view.getUint16(at + offset, true));
  const [bytes, from] = [12, 16].map((offset) => view.getUint32(at + offset, true));
  if (view.getUint16(at + 20, true) !== 0) throw notOurs('it has a comment');
  const isLarge = count === 0xffff || bytes === ELSEWHERE || from === ELSEWHERE || (at >= ZIP64_BYTES && view.getUint32(at - ZIP64_BYTES, true) === 0x07064b50);
  if (isLarge) throw beyond('The file is in the form for more than 4 GiB (ZIP64)');
  if (count > MEMBERS_MAX || bytes > DIRECTORY_BYTES_MAX) throw beyond(`The file has more than ${MEMBERS_MAX} members`);
  if (disk !== 0 || directoryDisk !== 0 || here !== count || from + bytes !== source.size - END_BYTES) throw notOurs('its directory is not where it says');
  return { count, from, directory: await source.read(from, from + bytes) };
}

/**
 * Opens a ZIP. `source` has `size` and `read(from, to)`. Members lie one after another from the first byte on, in the order
 * of the directory, and both headers of a member say the same: then no program can find another member than another does.
 */
async function openZip(source) {
  const { count, from, directory } = await readDirectory(source);
  const members = new Map(), names = new Set();
  let at = 0, free = 0;
  for (let i = 0; i < count; i++) {
    const { member, head, next } = readMember(directory, at);
    if (member.at !== free) throw notOurs(`${member.name} does not begin where the member before it ends`);
    const begins = member.at + 30 + member.name.length;
    if (begins + member.packed > from) throw notOurs(`${member.name} is cut`);
    const local = await source.read(member.at, begins);
    if (!equal(local.subarray(0, 4), LOCAL_MARK) || !equal(local.subarray(4, 30), head) || !equal(local.subarray(30), encoder.encode(member.name))) throw notOurs(`${member.name} says two things of itself`);
    addName(names, member.name);
    members.set(member.name, Object.assign(member, { from: begins }));
    [at, free] = [next, begins + member.packed];
  }
  if (at !== directory.length || free !== from) throw notOurs('something lies between its members or behind them');
  return members;
}
const LOCAL_MARK = Uint8Array.of(0x50, 0x4b, 3, 4);

/** A member as the directory has it, the bytes that its local header must repeat, and where the next one stands. */
function readMember(directory, at) {
  if (at + 46 > directory.length) throw notOurs('its directory is cut');
  const entry = new DataView(directory.buffer, directory.byteOffset + at);
  if (entry.getUint32(0, true) !== 0x02014b50) throw notOurs('its directory has more in it than members');
  const short = (offset) => entry.getUint16(offset, true), long = (offset) => entry.getUint32(offset, true);
  const nameBytes = short(28);
  if (at + 46 + nameBytes > directory.length) throw notOurs('its directory is cut');
  const name = memberName(directory.subarray(at + 46, at + 46 + nameBytes));
  const member = { name, method: short(10), crc: long(16), packed: long(20), bytes: long(24), at: long(42) };
  // Made on Unix or by a program that does not say; needs no more than deflate; a regular file or of no kind.
  const isKnown = [0, 3].includes(short(4) >>> 8) && short(6) <= 20 && (short(8) & ~UTF8_NAME) === 0 && [0, 8].includes(member.method);
  const isPlain = short(30) === 0 && short(32) === 0 && short(34) === 0 && short(36) <= 1 && short(38) === 0 && [0, 8].includes(short(40) >>> 12);
  if (!isKnown || !isPlain || (member.method === 0 && member.packed !== member.bytes)) throw notOurs(`${name} is no plain member`);
  if ([member.packed, member.bytes, member.at].includes(ELSEWHERE)) throw beyond(`${name} is larger than 4 GiB`);
  return { member, head: directory.subarray(at + 6, at + 32), next: at + 46 + nameBytes };
}

/** Some file systems fold case, take no name that ends with a dot, or keep names for devices. */
const DEVICE = /^(con|prn|aux|nul|(com|lpt)[0-9])(\.|$)/i;

function memberName(bytes) {
  const name = utf8(bytes) ?? '';
  if (name.endsWith('/') || name.startsWith('__MACOSX/')) throw notOurs('there are folders in it');
  const isPlain = bytes.length <= NAME_BYTES_MAX && name.split('/').every((part) => /^[A-Za-z0-9._-]*[A-Za-z0-9_-]$/.test(part) && !DEVICE.test(part));
  if (!isPlain) throw notOurs('a member has a name that none of ours has');
  return name;
}

/** Refuses a name that comes twice, and one that is a folder of another, on whatever file system. */
function addName(names, name) {
  const folded = name.toLowerCase();
  if (names.has(folded)) throw notOurs(`two members are called ${name}`);
  names.add(folded);
  for (let at = folded.indexOf('/'); at >= 0; at = folded.indexOf('/', at + 1)) {
    const folder = `${folded.slice(0, at)}/`;
    if (names.has(folder.slice(0, -1))) throw notOurs(`${name} lies in a member`);
    names.add(folder);
  }
  if (names.has(`${folded}/`)) throw notOurs(`${name} is a folder too`);
}

/** The bytes of a member in pieces. What unpacks to more than the member says is stopped at once. */
async function* pieces(source, member) {
  async function* packed() {
    for (let at = 0; at < member.packed; at += PIECE) yield await source.read(member.from + at, member.from + Math.min(at + PIECE, member.packed));
  }
  let seen = 0;
  const unpacked = member.method === 0 ? packed() : inflated(packed(), member);
  try {
    for await (const piece of unpacked) {
      seen += piece.length;
      if (seen > member.bytes) throw notOurs(`${member.name} unpacks to more than it says`);
      yield piece;
    }
  } catch (error) {
    throw error instanceof Finding ? error : notOurs(`${member.name} cannot be unpacked`);
  }
  if (seen !== member.bytes) throw notOurs(`${member.name} unpacks to less than it says`);
}

async function* inflated(packed, member) {
  if (globalThis.process?.versions?.node) {
    const [{ createInflateRaw }, { Readable }] = await Promise.all([import('node:zlib'), import('node:stream')]);
    const unpacking = createInflateRaw();
    const feeding = Readable.from(packed);
    feeding.on('error', (error) => unpacking.destroy(error));
    yield* feeding.pipe(unpacking);
    // What follows the end of the packed bytes is passed over without a word; a browser refuses it by itself.
    if (unpacking.bytesWritten !== member.packed) throw notOurs(`${member.name} has more bytes than it says`);
    return;
  }
  const unpacking = new DecompressionStream('deflate-raw');
  const writer = unpacking.writable.getWriter();
  const feeding = (async () => {
    for await (const piece of packed) await writer.write(piece);
    await writer.close();
  })();
  feeding.catch(() => {});
  const reader = unpacking.readable.getReader();
  try {
    for (let got = await reader.read(); !got.done; got = await reader.read()) yield got.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}

const NOTE_BYTES_MAX = 1 << 16, MANIFEST_BYTES_MAX = 1 << 20, PROOFS_BYTES_MAX = 16 * 2 ** 20, VISIT_BYTES_MAX = 1 << 20;

/** A member whole. */
async function wholeMember(source, member, max) {
  if (member.bytes > max) throw beyond(`${member.name} is larger than ${max} bytes`);
  const whole = new Uint8Array(member.bytes);
  let at = 0;
  for await (const piece of pieces(source, member)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const LINE_BYTES_MAX = 16 * 2 ** 20;

/** Lines as bytes. `take` gives what is at hand, `fill` brings more; the last line `isUnended` where its LF is missing, or cut where it `isTooLong`. */
class Lines {
  constructor(source, member) {
    Object.assign(this, { pieces: pieces(source, member), piece: new Uint8Array(), from: 0, held: [], heldBytes: 0, isUnended: false, isTooLong: false });
  }

  take() {
    const end = this.piece.indexOf(10, this.from);
    if (end < 0) return null;
    const part = this.piece.subarray(this.from, end);
    this.from = end + 1;
    return this.held.length === 0 ? part : this.release(part);
  }

  release(part) {
    const line = joined([...this.held, part]);
    [this.held, this.heldBytes] = [[], 0];
    this.isTooLong ||= line.length > LINE_BYTES_MAX;
    return line;
  }

  async fill() {
    if (this.from < this.piece.length) {
      this.held.push(this.piece.slice(this.from));
      this.heldBytes += this.piece.length - this.from;
    }
    const next = await this.pieces.next();
    this.piece = next.done ? new Uint8Array() : next.value;
    this.from = 0;
    return !next.done;
  }

  /** The next line, or null after the last. */
  async next() {
    for (;;) {
      const line = this.take();
      if (line !== null) return line;
      const isMore = await this.fill();
      if (isMore && this.heldBytes <= LINE_BYTES_MAX) continue;
      if (this.held.length === 0) return null;
      this.isUnended = true;
      return this.release(new Uint8Array());
    }
  }
}

/** The bytes of a member, compared with those that they should be. */
class Expected {
  constructor(source, member) {
    Object.assign(this, { pieces: pieces(source, member), piece: new Uint8Array(), from: 0 });
  }

  async fill() {
    while (this.from === this.piece.length) {
      const next = await this.pieces.next();
      if (next.done) return false;
      [this.piece, this.from] = [next.value, 0];
    }
    return true;
  }

  async continuesWith(text) {
    const wanted = encoder.encode(text);
    for (let at = 0; at < wanted.length;) {
      if (this.from === this.piece.length && !(await this.fill())) return false;
      const { piece, from } = this, length = Math.min(wanted.length - at, piece.length - from);
      for (let i = 0; i < length; i++) if (piece[from + i] !== wanted[at + i]) return false;
      this.from += length;
      at += length;
    }
    return true;
  }

  /** Steps over a text where it stands next, whole in one piece. */
  async skip(text) {
    const bytes = encoder.encode(text);
    if (!(await this.fill()) || !bytes.every((byte, i) => this.piece[this.from + i] === byte)) return;
    this.from += bytes.length;
  }

  async isOver() {
    return !(await this.fill());
  }
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function utf8(bytes) {
  try { return strictUtf8.decode(bytes); } catch { return null; }
}

// -------------------------------------------------------------------------------------------------------------- notes

// RFC 8032 section 7.1, test 2: shows that this program can check such a signature at all.
const KNOWN = ['3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', '72', '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'];

async function hasEd25519() {
  const [key, text, signature] = KNOWN.map(unhex);
  try {
    return await verifiesEd25519({ public: key }, text, signature);
  } catch {
    return false;
  }
}
let knowsEd25519;

async function expectEd25519() {
  knowsEd25519 ??= hasEd25519();
  if (!(await knowsEd25519)) throw noBundle('usage', 'This program cannot check Ed25519 signatures: use Node 18, Chromium 137, Firefox 130, Safari 17 or later');
}

const NAME = /^[^\p{White_Space}+]+$/u;

// RFC 8032 section 5.1.3: whether 32 bytes are a point of the curve, x² = (y² - 1) / (dy² + 1) having a root.
const P = 2n ** 255n - 19n, D = -121665n * power(121666n, P - 2n) % P + P;
function power(base, exponent) {
  let result = 1n;
  for (base %= P; exponent > 0n; exponent >>= 1n, base = base * base % P) if (exponent & 1n) result = result * base % P;
  return result;
}
function isPoint(bytes) {
  const y = BigInt(`0x${hex(Uint8Array.from(bytes).reverse())}`) & (2n ** 255n - 1n), square = y * y % P;
  return power((square - 1n + P) * (D * square + 1n) % P, (P - 1n) / 2n) <= 1n;
}

/** The points of small order by their y, whichever sign they have: under one of them, signatures hold for any text. */
const SMALL_ORDER = [0n, 1n, P - 1n, P, P + 1n, 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n, 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7n]
  .map((y) => hex(Uint8Array.from({ length: 32 }, (_, i) => Number((y >> BigInt(8 * i)) & 255n))));
const isSmall = (point) => SMALL_ORDER.includes(hex(Uint8Array.from(point, (byte, i) => (i === 31 ? byte & 127 : byte))));

/** Without blanks around it. */
const trimmed = (text) => text.replace(/^[ \t\r]+|[ \t\r]+$/g, '');

/** Reads a verifier key (C2SP signed-note): `<name>+<hex id>+<base64 of 0x01 || public key>`. */
export function readKey(text) {
  const [name, id, ...rest] = trimmed(text).split('+');
  const bytes = unbase64(rest.join('+'));
  if (!NAME.test(name) || bytes?.length !== 33 || bytes[0] !== 1 || !isPoint(bytes.subarray(1)) || isSmall(bytes.subarray(1))) throw noBundle('usage', `This is no verifier key: ${trimmed(text).slice(0, 80)}`);
  const wanted = sha256(encoder.encode(`${name}\n`), bytes).subarray(0, 4);
  if (hex(wanted) !== id) throw noBundle('usage', `The id of the key ${name} is not its own: a character of the line was changed`);
  return { name, id, public: bytes.subarray(1) };
}

/** A text as editors and shells write it: UTF-8 with or without a byte order mark, or UTF-16 with one. */
function typedText(bytes) {
  const is = (...mark) => mark.every((byte, i) => bytes[i] === byte);
  const encoding = is(0xff, 0xfe) ? 'utf-16le' : is(0xfe, 0xff) ? 'utf-16be' : 'utf-8';
  try { return new TextDecoder(encoding, { fatal: true }).decode(bytes); } catch { return null; }
}

/** The keys in a file: one a line, or what `/.well-known/doorbook-audit-key` answers. Revoked ones are left out and named. */
export function keysOf(bytes, name) {
  const text = typedText(bytes), keys = [], revoked = [], none = () => noBundle('usage', `${name} is no list of verifier keys`);
  if (text === null) throw none();
  if (/^[ \t\r\n]*\{/.test(text)) {
    let node = null;
    try { node = readJson(text); } catch { /* said below */ }
    for (const one of field(node, 'keys', 'array')?.value ?? []) {
      const key = field(one, 'verifier_key', 'string')?.value;
      if (key === undefined) throw none();
      const { name: signs, id } = readKey(key);
      if (['null', undefined].includes(field(one, 'revoked_at')?.kind)) keys.push(key);
      else revoked.push(`${signs}+${id}`);
    }
  } else {
    keys.push(...text.split('\n').map(trimmed).filter((line) => line !== ''));
  }
  if (keys.length + revoked.length === 0) throw none();
  return { keys, revoked };
}

async function verifiesEd25519(key, text, signature) {
  // What OpenSSL takes and stricter verifiers do not: a key or an R of small order.
  if (signature.length !== 64 || isSmall(signature.subarray(0, 32)) || isSmall(key.public)) return false;
  key.imported ??= subtle.importKey('raw', key.public, { name: 'Ed25519' }, false, ['verify']);
  return subtle.verify({ name: 'Ed25519' }, await key.imported, signature, text);
}

const SIGNATURES_MAX = 64;

/** Text and signatures of a note, none of them checked; null where it is none. */
function readNote(bytes) {
  const note = bytes === null ? null : utf8(bytes);
  const end = note?.lastIndexOf('\n\n') ?? -1;
  if (end < 0 || !note.endsWith('\n') || end + 2 === note.length || /[\0-\x09\x0b-\x1f]/.test(note)) return null;
  const signatures = note.slice(end + 2, -1).split('\n').map((line) => {
    const [mark, name, encoded, ...more] = line.split(' ');
    const signature = mark === '\u2014' && more.length === 0 ? unbase64(encoded ?? '') : null;
    return signature?.length >= 5 && NAME.test(name) ? { name, id: hex(signature.subarray(0, 4)), bytes: signature.subarray(4) } : null;
  });
  if (signatures.length > SIGNATURES_MAX || signatures.includes(null)) return null;
  const text = note.slice(0, end + 1);
  return { text, lines: text.slice(0, -1).split('\n'), signatures };
}

/** The given keys of this name that signed the note; `unknown` where there is none, `forged` where one is said to have signed and did not. */
async function signers(note, keys, name) {
  const used = [], text = encoder.encode(note.text);
  for (const signature of note.signatures) {
    for (const key of keys.filter((one) => one.name === signature.name && one.id === signature.id)) {
      if (!(await verifiesEd25519(key, text, signature.bytes))) return 'forged';
      if (key.name === name) used.push(`${key.name}+${key.id}`);
    }
  }
  return used.length === 0 ? 'unknown' : used;
}

/** Reads a checkpoint; null where it is none. */
function checkpointOf(bytes) {
  const note = readNote(bytes);
  const [name, size, root, chain, time, ...rest] = note?.lines ?? [];
  const hashes = [root ?? '', chain?.startsWith('chain ') ? chain.slice(6) : ''].map(unbase64);
  const isTime = size === '0' ? time === undefined : time?.startsWith('time ') && isMoment(time.slice(5));
  if (!name?.includes('/') || Number.isNaN(decimal(size ?? '')) || hashes.some((hash) => hash?.length !== 32) || !isTime || rest.length > 0) return null;
  return { note, name, organization: name.slice(name.lastIndexOf('/') + 1), size: decimal(size), root: hashes[0], chain: hashes[1], time: time?.slice(5) ?? null };
}

const isSameState = (one, other) => equal(one.root, other.root) && equal(one.chain, other.chain) && one.time === other.time;

// ----------------------------------------------------------------------------------------------------------- manifest

const MANIFEST_FILES = ['manifest.json', 'manifest.hmac', 'manifest.sig'];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOMENT = encoder.encode('0000-00-00T00:00:00.000000Z');

const isMoment = (text) => text.length === 27 && isMomentAt(encoder.encode(text), 0);

/** Whether a time of an entry stands in these bytes, and one that exists. */
function isMomentAt(bytes, at) {
  for (let i = 0; i < 27; i++) {
    const byte = bytes[at + i], form = MOMENT[i];
    if (form === 0x30 ? !(byte >= 0x30 && byte <= 0x39) : byte !== form) return false;
  }
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2), month = twoDigits(bytes, at + 5), day = twoDigits(bytes, at + 8);
  if (month < 1 || month > 12 || day < 1 || twoDigits(bytes, at + 11) > 23 || twoDigits(bytes, at + 14) > 59 || twoDigits(bytes, at + 17) > 59) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 ? 28 + isLeap : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}
const twoDigits = (bytes, at) => (bytes[at] - 48) * 10 + bytes[at + 1] - 48;

function readManifest(bytes) {
  const refuse = (why) => { throw noBundle('manifest_form', `manifest.json ${why}`); };
  const text = utf8(bytes);
  if (text === null) refuse('is not UTF-8');
  if (!text.endsWith('\n') || text.indexOf('\n') !== text.length - 1) refuse('is not one line');
  const node = tryJson(bytes, false, MANIFEST_VALUES_MAX) ?? refuse('is no JSON, or has a key twice');
  const take = (name, kind, is = () => true) => {
    const found = field(node, name, kind);
    if (found === undefined || !is(found.value)) refuse(`lacks ${name}, or has one that is malformed`);
    return found.value;
  };
  const natural = (number) => number >= 0;
  const digest = (text) => /^[0-9a-f]{64}$/.test(text) || unbase64(text)?.length === 32;
  if (take('v', 'number') !== 1) refuse('is of a version that this verifier does not know');
  const isTime = (text) => /^[^.]*Z$|\.\d{1,9}Z$/.test(text) && isMoment(`${text.slice(0, 19)}.000000Z`) && /^(\.\d+)?Z$/.test(text.slice(19));
  take('created_by', 'object', (by) => by.get('kind')?.kind === 'string' && by.get('id')?.kind === 'string');
  const manifest = {
    kind: take('kind', 'string', (kind) => ['audit', 'data', 'evidence'].includes(kind)),
    organization: take('organization_id', 'string', (id) => UUID.test(id)),
    createdAt: take('created_at', 'string', isTime),
    firstSeq: take('first_seq', 'number', natural),
    treeSize: take('tree_size', 'number', natural),
    root: take('root', 'string', digest),
    chain: take('chain', 'string', digest),
    counts: take('counts', 'object', (counts) => [...counts.values()].every((count) => count.kind === 'number' && count.value >= 0) && counts.has('entries') && counts.has('openings')),
    hmacKeyId: take('hmac_key_id', 'string', (id) => UUID.test(id)),
    files: take('files', 'array').map((file) => ({ name: field(file, 'name', 'string')?.value, bytes: field(file, 'bytes', 'number')?.value, sha256: field(file, 'sha256', 'string')?.value })),
  };
  if (manifest.firstSeq > manifest.treeSize) refuse('lacks first_seq, or has one that is malformed');
  const isFile = (file) => file.name !== undefined && file.bytes >= 0 && /^[0-9a-f]{64}$/.test(file.sha256 ?? '');
  if (!manifest.files.every(isFile)) refuse('lists a file that is none');
  return manifest;
}

/** What one run takes on: memory and time are bounded by what was signed, and by this. */
function expectBounded({ kind, counts, files }) {
  if (files.reduce((bytes, file) => bytes + file.bytes, 0) > TOTAL_BYTES_MAX) throw beyond('The files together are larger than 8 GiB');
  if (counts.get('openings').value > OPENINGS_MAX) throw beyond(`More than ${OPENINGS_MAX} values are opened`);
  if (kind === 'evidence' && counts.get('entries').value > SHOWN_MAX) throw beyond(`The evidence has more than ${SHOWN_MAX} entries`);
}
const OPENINGS_MAX = 100_000, SHOWN_MAX = 100_000;

const isHash = (text, hash) => text === hex(hash) || text === base64(hash);

/** The manifest, when it is the one that was signed. Nothing of it is read before its signature was checked. */
async function openManifest(source, members, keys, options, report) {
  for (const name of MANIFEST_FILES) {
    if (members.has(name)) continue;
    if ([...members.keys()].some((other) => other.endsWith(`/${name}`))) throw notOurs('all of it lies in a folder');
    throw noBundle('manifest_form', `This is no bundle: it has no ${name}`);
  }
  const read = (name, max) => wholeMember(source, members.get(name), max);
  const files = { json: await read('manifest.json', MANIFEST_BYTES_MAX), hmac: utf8(await read('manifest.hmac', NOTE_BYTES_MAX)) ?? '', note: readNote(await read('manifest.sig', NOTE_BYTES_MAX)) };
  if (files.note === null) throw noBundle('manifest_form', 'manifest.sig is no signed note');
  const [name] = files.note.lines, used = await signers(files.note, keys, name);
  if (used === 'unknown') throw unsigned('The manifest');
  const refuse = (text) => { throw wrong('manifest_signature', text); };
  if (used === 'forged') refuse('manifest.sig was changed: its signature is not of the key that it names');
  const wanted = `${name}\nsha256 ${hex(sha256(files.json))}\nhmac ${files.hmac}`;
  if (!/^[0-9a-f]{64}\n$/.test(files.hmac) || files.note.text !== wanted) refuse('manifest.json or manifest.hmac was changed: it is not the one that was signed');
  const manifest = readManifest(files.json);
  if (!name.endsWith(`/${manifest.organization}/bundle`)) refuse('The manifest is signed for another organization');
  Object.assign(report, { kind: manifest.kind, organization: manifest.organization, created_at: manifest.createdAt });
  if (options.org !== undefined && options.org !== manifest.organization) throw wrong('organization', `This is a bundle of the organization ${manifest.organization}, and you asked for ${options.org}`);
  report.keys.push(...used);
  if (options.hmacKey === null) report.not_checked.push(`manifest.hmac, since the export key was not given (${manifest.hmacKeyId})`);
  else if (hex(hmacSha256(options.hmacKey, files.json)) !== files.hmac.slice(0, -1)) throw wrong('hmac', 'manifest.hmac is not of the export key that was given');
  expectBounded(manifest);
  return manifest;
}

// ------------------------------------------------------------------------------------------------------------ members

const ENTRIES = 'audit/entries.jsonl', LINKS = 'audit/links.txt', CSV = 'audit/entries.csv', OPENINGS = 'audit/openings.jsonl';
const CHECKPOINT = 'audit/checkpoint.note', PREVIOUS = 'audit/previous.note', FRONTIER = 'audit/frontier.txt', PROOFS = 'audit/proofs.json', VISIT = 'visit.json', NDA = 'nda.txt';
/** Those in which a `seq` can be named, so that what follows is tried though they are not as listed. */
const NAMING = [ENTRIES, LINKS, OPENINGS, PROOFS, CSV];
/** Those whose lines name a `seq`: read though they have another size. */
const STREAMED = [ENTRIES, LINKS, CSV];

/** For whole members: under Node its own hash, which the processor helps with; in a page the one above. */
async function bulkSha256() {
  if (!globalThis.process?.versions?.node) return new Sha256();
  return (await import('node:crypto')).createHash('sha256');
}

/** The members that a bundle of this kind cannot do without. A period leans on what was before it. */
function required(manifest, members) {
  const names = [ENTRIES, LINKS, CHECKPOINT];
  if (manifest.kind === 'evidence') names.push(PROOFS, VISIT);
  else if (manifest.firstSeq > 0 || members.has(PREVIOUS) || members.has(FRONTIER)) names.push(PREVIOUS, FRONTIER);
  return names;
}

/** Where more than this was added to a member, no entry is looked for in it. */
const ADDED_BYTES_MAX = 16 * 2 ** 20;

/** The members against the manifest: what first is not as it says, and whether a `seq` may be named for that. */
class Members {
  constructor(source, members, manifest) {
    Object.assign(this, { source, members, manifest, fault: null, isNaming: false, crcs: [] });
  }

  refuse(name, what) {
    this.isNaming ||= NAMING.includes(name);
    this.fault ??= wrong('members', `${name} ${what}`);
  }

  /** Compares names and sizes. Reads nothing, so that nothing is read that is much larger than was signed. */
  compareNames() {
    const { members, manifest } = this, listed = new Set(manifest.files.map((file) => file.name));
    const late = manifest.files.find((file, i) => i > 0 && !(manifest.files[i - 1].name < file.name));
    if (late !== undefined) this.refuse(late.name, 'is listed twice in the manifest, or out of order');
    for (const name of [...members.keys()].sort()) if (listed.has(name) === MANIFEST_FILES.includes(name)) this.refuse(name, 'was added: the signed manifest does not list it');
    for (const name of required(manifest, members)) if (!members.has(name)) this.refuse(name, 'is missing');
    let isLarger = false;
    for (const { name, bytes } of manifest.files) {
      const member = members.get(name);
      if (member === undefined) this.refuse(name, 'was removed: the signed manifest lists it');
      else if (member.bytes !== bytes) this.refuse(name, 'has another size than the signed manifest says');
      isLarger ||= member?.bytes > bytes + ADDED_BYTES_MAX;
    }
    if (isLarger || [...members.values()].some((member) => member.bytes > ADDED_BYTES_MAX && !listed.has(member.name))) throw this.fault;
  }

  /** Reads every member that has its size, and those in which a `seq` may be found. */
  async compareDigests() {
    for (const { name, bytes, sha256: wanted } of this.manifest.files) {
      const member = this.members.get(name);
      if (member === undefined || (member.bytes !== bytes && !STREAMED.includes(name))) continue;
      const { digest, crc } = await digests(this.source, member);
      if (member.bytes !== bytes || digest !== wanted) this.refuse(name, 'was changed: it is not what the signed manifest says');
      this.crcs.push([member, crc]);
    }
    // Not listed, and still looked into for a `seq`: whether they can be read at all comes first.
    const listed = new Set(this.manifest.files.map((file) => file.name));
    for (const name of STREAMED) if (this.members.has(name) && !listed.has(name)) await digests(this.source, this.members.get(name));
  }

  /** The last check: a CRC-32 proves nothing, but other programs go by it. */
  async expectCrcs() {
    for (const name of MANIFEST_FILES) this.crcs.push([this.members.get(name), (await digests(this.source, this.members.get(name))).crc]);
    for (const [member, crc] of this.crcs) if (member.crc !== crc) throw notOurs(`the CRC-32 of ${member.name} is not that of its bytes`);
  }

  /** Files that the entries were not compared with, in words; null where there is none. */
  unspoken(compared) {
    const names = this.manifest.files.map((file) => file.name).filter((name) => !name.startsWith('audit/') && name !== 'VERIFY.md' && !compared.has(name));
    const plain = names.filter((name) => !name.startsWith('data/')), data = names.length - plain.length;
    if (data > 0) plain.push(`data/ (${data} files)`);
    return plain.length === 0 ? null : `whether these say the same as the log: ${plain.join(', ')}. They are as they were when the bundle was signed`;
  }
}

/** SHA-256 in hex and CRC-32 of a member. */
async function digests(source, member) {
  const hash = await bulkSha256();
  let crc = 0;
  for await (const piece of pieces(source, member)) {
    hash.update(piece);
    crc = crc32(piece, crc);
  }
  return { digest: hex(hash.digest()), crc };
}

// ------------------------------------------------------------------------------------------------------------ entries

const CSV_HEAD = 'seq,at,via,actor_kind,actor_id,impersonation,ip,ua,action,target_kind,target_id,prev,reason,diff,request_id';
const CSV_CELLS = ['/seq', '/at', '/via', '/actor/kind', '/actor/id', '/actor/impersonation', '/ip', '/ua', '/action', '/target/kind', '/target/id', '/prev', '/reason', '/diff', '/request_id'].map((pointer) => pointer.slice(1).split('/'));

/**
 * What a spreadsheet may take for a formula: by its first sign, of ASCII or one that is read as it (full width, small,
 * minus), whatever that a reader does not see is before it.
 */
const FORMULA = /^(?:(?![\t\r])[\p{White_Space}\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff])*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212]/u;

/** The line of an entry in `audit/entries.csv`. */
export function csvLine(node) {
  const cell = ([outer, inner]) => {
    const found = inner === undefined ? field(node, outer) : field(field(node, outer), inner);
    const text = found === undefined || found.kind === 'null' ? '' : found.kind === 'string' ? found.value : found.raw;
    const guarded = FORMULA.test(text) ? `'${text}` : text;
    return `"${guarded.includes('"') ? guarded.replaceAll('"', '""') : guarded}"`;
  };
  return CSV_CELLS.map(cell).join(',');
}

/**
 * Reads entries, one after another. What begins with the very bytes that the database writes is stepped over as bytes;
 * everything else, and every entry of which more is needed, is read as JSON.
 */
class EntryReader {
  constructor(organization) {
    this.organization = organization;
    this.head = encoder.encode(`{"v": 1, "org": "${organization}", "seq": `);
    this.time = encoder.encode(', "at": "');
    this.scan = new EntryScan();
    this.node = null;
    // The newest time as it is written; zeros before there is one.
    this.newest = new Uint8Array(27);
  }

  get newestTime() {
    return this.newest[0] === 0 ? '' : utf8(this.newest);
  }

  set newestTime(text) {
    this.newest.set(encoder.encode(text));
  }

  /**
   * Reads the entry of that number, which is not older than the newest so far, and gives its `prev` (-1 for null). What it
   * speaks of is hashed for `Newest`.
   */
  read(line, seq) {
    this.node = null;
    const at = this.stepOver(line, seq);
    if (at < 0) {
      const whole = this.readWhole(line, seq, this.newestTime);
      this.newestTime = whole.at;
      return whole.prev;
    }
    for (let i = 0; i < 27; i++) this.newest[i] = line[at + i];
    return this.scan.prev;
  }

  /** Where the time stands in an entry that begins as the database writes it; -1 where it has to be read as JSON. */
  stepOver(line, seq) {
    const { head, time } = this;
    let at = 0;
    for (; at < head.length; at++) if (line[at] !== head[at]) return -1;
    const number = String(seq);
    for (let i = 0; i < number.length; i++) if (line[at++] !== number.charCodeAt(i)) return -1;
    for (let i = 0; i < time.length; i++) if (line[at++] !== time[i]) return -1;
    return line[at + 27] === 0x22 && isMomentAt(line, at) && this.isNotOlder(line, at) && this.scan.takes(line) && this.scan.prev < seq ? at : -1;
  }

  isNotOlder(line, at) {
    const { newest } = this;
    for (let i = 0; i < 27; i++) if (line[at + i] !== newest[i]) return line[at + i] > newest[i];
    return true;
  }

  readWhole(line, expected, before) {
    const node = tryJson(line, true), refuse = (why, seq) => { throw wrong('entry_form', `Entry ${seq} is not one that Doorbook writes: ${why}`, seq); };
    if (node?.kind !== 'object') refuse('it is no JSON object, or holds what no entry may hold', expected);
    const seq = field(node, 'seq', 'number')?.value;
    if (!(seq >= 0) || (expected !== null && seq !== expected)) refuse('its number is not that of its place', expected);
    if (field(node, 'v', 'number')?.value !== 1) refuse('it is of an unknown version', seq);
    if (field(node, 'org', 'string')?.value !== this.organization) refuse('it is of another organization', seq);
    const at = field(node, 'at', 'string')?.value ?? '';
    if (!isMoment(at) || at < before) refuse('it is older than the entry before it, or has no time', seq);
    if (!hasFields(node)) refuse('a field is missing, unknown or of another kind', seq);
    const [kind, id] = ['kind', 'id'].map((name) => encoder.encode(field(field(node, 'target'), name).value));
    hashTarget(kind, 0, kind.length, id, 0, id.length);
    this.node = node;
    return { seq, at, prev: field(node, 'prev').value ?? -1 };
  }

  /** The line in the CSV of the entry that was read last. */
  row() {
    return `${csvLine(this.node ?? this.scan.node())}\n`;
  }
}

/** `audit/entries.csv` as it stands in the bundle, compared with what the entries make; keeps what was wrong first. */
class Table {
  constructor(source, member) {
    this.expected = member === undefined ? null : new Expected(source, member);
    this.finding = null;
  }

  async begin() {
    if (this.expected !== null) {
      // Bundles begin with a byte order mark since spreadsheets need one; older ones do not.
      await this.expected.skip('\ufeff');
      await this.compare(`${CSV_HEAD}\n`, null);
    }
    return this;
  }

  get isCompared() {
    return this.expected !== null && this.finding === null;
  }

  async compare(text, seq) {
    if (!(await this.expected.continuesWith(text))) this.finding = wrong('csv', 'audit/entries.csv is not what the entries say', seq);
  }

  async end() {
    if (this.isCompared && !(await this.expected.isOver())) this.finding = wrong('csv', 'audit/entries.csv has more rows than there are entries');
    if (this.finding !== null) throw this.finding;
  }
}

const HEX_BYTES = encoder.encode('0123456789abcdef');

/** True where the bytes from `at` on are the hash in hex. */
function isHexAt(bytes, at, hash) {
  for (let i = 0; i < 32; i++) {
    if (bytes[at + 2 * i] !== HEX_BYTES[hash[i] >> 4] || bytes[at + 2 * i + 1] !== HEX_BYTES[hash[i] & 15]) return false;
  }
  return true;
}

/** Compares a line `seq leaf link` with what was computed; a link that cannot be computed must only look like one. */
function checkWritten(written, isEnded, seq, leaf, link) {
  const number = String(seq), at = number.length;
  let isLeaf = written !== null && written[at] === 32;
  for (let i = 0; isLeaf && i < at; i++) isLeaf = written[i] === number.charCodeAt(i);
  if (!isLeaf || !isHexAt(written, at + 1, leaf)) throw wrong('leaf', `Entry ${seq} was changed, or its line in audit/links.txt was`, seq);
  const isLine = isEnded && written.length === at + 130 && written[at + 65] === 32;
  const isLink = isLine && (link === null ? /^[0-9a-f]{64}$/.test(utf8(written.subarray(at + 66))) : isHexAt(written, at + 66, link));
  if (!isLink) throw wrong('link', `The chain breaks at entry ${seq}: its line in audit/links.txt was changed, or an entry was put in or taken out before it`, seq);
}

// ------------------------------------------------------------------------------------------------------- the verifier

/** The log as it was at one size: what an anchor is compared with. */
class Marks {
  constructor(sizes) {
    this.wanted = new Set(sizes);
    this.seen = new Map();
  }

  see(tree, chain, reader) {
    if (this.wanted.has(tree.size)) this.seen.set(tree.size, { root: tree.root(), chain: chain.slice(), time: reader.newestTime || null });
  }
}

function readOptions(options) {
  const keys = options.keys.map((key) => (typeof key === 'string' ? readKey(key) : key));
  if (keys.length === 0) throw noBundle('usage', 'No key was given');
  const [org, hmacKey] = [options.org?.toLowerCase(), options.hmacKey === undefined ? null : unhex(options.hmacKey.toLowerCase())];
  if (options.hmacKey !== undefined && hmacKey?.length !== 32) throw noBundle('usage', 'The export key is 64 hexadecimal digits');
  if (org !== undefined && !UUID.test(org)) throw noBundle('usage', 'The organization is given by its id, a UUID');
  const anchors = [...(options.anchors ?? []).map((note) => anchorOf(note, false)), ...(options.foundAnchors ?? []).map((note) => anchorOf(note, true))];
  return { keys, org, hmacKey, anchors, maxGap: options.maxGap };
}

/** A note that was kept, as an editor may have written it again. */
function anchorOf(note, isFound) {
  const text = typeof note === 'string' ? note : typedText(note), anchor = text === null ? null : checkpointOf(encoder.encode(text.replaceAll('\r\n', '\n')));
  if (anchor === null) throw noBundle('usage', 'An anchor is no checkpoint');
  return Object.assign(anchor, { isFound });
}

async function verify(source, given, report) {
  const options = readOptions(given), { keys, anchors } = options;
  await expectEd25519();
  const zip = await openZip(source), manifest = await openManifest(source, zip, keys, options, report);
  // What the manifest does not speak of decides; but the number of the first bad entry is worth looking for.
  const members = new Members(source, zip, manifest);
  members.compareNames();
  await members.compareDigests();
  for (const anchor of anchors) anchor.signers = await signers(anchor.note, keys, anchor.name);
  const check = { source, members: zip, manifest, keys, report, compared: new Set(), need: (name) => {
    if (!zip.has(name)) throw wrong('members', `${name} is missing`);
    return zip.get(name);
  } };
  const { fault, isNaming } = members;
  let log;
  try {
    log = await checkLog(check, anchors);
  } catch (error) {
    if (fault === null || !(error instanceof Finding) || error.reason === 'container') throw error;
    if (isNaming && error.exit === 1 && error.seq !== null) Object.assign(fault, { seq: error.seq, message: `${fault.message}. ${error.message}` });
    throw fault;
  }
  if (fault !== null) throw fault;
  checkAnchors(anchors, log, options, report);
  await members.expectCrcs();
  report.not_checked.push(...[members.unspoken(check.compared)].filter((what) => what !== null));
}

async function takeCheckpoint({ source, need, manifest, keys, report }, name) {
  const checkpoint = checkpointOf(await wholeMember(source, need(name), NOTE_BYTES_MAX));
  if (checkpoint === null) throw wrong('checkpoint_form', `${name} is no checkpoint`);
  const used = await signers(checkpoint.note, keys, checkpoint.name);
  if (used === 'unknown') throw unsigned(name);
  if (used === 'forged') throw wrong('checkpoint_signature', `${name} was changed: its signature is not of the key that it names`);
  if (checkpoint.organization !== manifest.organization) throw wrong('organization', `${name} is of another organization`);
  report.keys.push(...used);
  return checkpoint;
}

async function checkLog(check, anchors) {
  const { source, members, manifest } = check;
  const checkpoint = await takeCheckpoint(check, CHECKPOINT);
  const openings = new Openings(check);
  if (manifest.kind === 'evidence') return checkShown(check, checkpoint, openings);
  const begun = members.has(PREVIOUS) ? await readFrontier(check, checkpoint) : { tree: new Tree(), link: genesis(manifest.organization), time: '' };
  return checkEvery(check, checkpoint, begun, new Marks(anchors.map((anchor) => anchor.size)), openings);
}

const FRONTIER_BYTES_MAX = 64 * 65;

async function readFrontier(check, checkpoint) {
  const { source, need, manifest } = check;
  const previous = await takeCheckpoint(check, PREVIOUS);
  if (previous.size !== manifest.firstSeq || previous.size > checkpoint.size || previous.name !== checkpoint.name) throw wrong('frontier', 'audit/previous.note is not the checkpoint that the period begins at');
  const member = need(FRONTIER), text = member.bytes > FRONTIER_BYTES_MAX ? '\n' : (utf8(await wholeMember(source, member, FRONTIER_BYTES_MAX)) ?? '\n');
  const isText = text === '' || text.endsWith('\n');
  const roots = text === '' ? [] : text.slice(0, -1).split('\n').map(unhex);
  const isWhole = isText && roots.length === Tree.width(previous.size) && roots.every((root) => root?.length === 32);
  const tree = isWhole ? new Tree(previous.size, roots) : null;
  if (tree === null || !equal(tree.root(), previous.root)) throw wrong('frontier', 'audit/frontier.txt does not lead to audit/previous.note');
  return { tree, link: previous.chain, time: previous.time ?? '' };
}

/** That checkpoint and manifest speak of the same log. */
function expectSigned({ manifest, report }, checkpoint) {
  Object.assign(report, { first_seq: manifest.firstSeq, tree_size: checkpoint.size });
  const isSame = checkpoint.size === manifest.treeSize && isHash(manifest.root, checkpoint.root) && isHash(manifest.chain, checkpoint.chain);
  if (!isSame) throw wrong('tree', 'The manifest speaks of another log than audit/checkpoint.note');
}

function expectCount({ manifest }, name, count, reason) {
  if (manifest.counts.get(name).value !== count) throw wrong(reason, `The bundle has another number of ${name} than its manifest says`);
}

/** That a line of entries is whole. */
function expectLine(lines, seq) {
  if (lines.isTooLong) throw beyond(`${seq === null ? 'An entry' : `Entry ${seq}`} is longer than ${LINE_BYTES_MAX} bytes`);
  if (lines.isUnended) throw wrong('entry_form', `Entry ${seq} does not end where its line does`, seq);
}

/** Every entry from the first to the checkpoint. */
async function checkEvery(check, checkpoint, begun, marks, openings) {
  const { source, members, need, manifest, report } = check, { tree } = begun, began = tree.size;
  let { link } = begun, first = null;
  const [entries, links] = [new Lines(source, need(ENTRIES)), new Lines(source, need(LINKS))];
  const table = await new Table(source, members.get(CSV)).begin(), reader = new EntryReader(manifest.organization), wanted = await openings.seqs(), newest = new Newest();
  const second = new Uint8Array(32), turns = [new Uint8Array(32), new Uint8Array(32)];
  reader.newestTime = begun.time;
  marks.see(tree, link, reader);
  for (;;) {
    const line = entries.take() ?? (await entries.next());
    if (line === null) break;
    const seq = tree.size;
    expectLine(entries, seq);
    const prev = reader.read(line, seq);
    first ??= reader.newestTime;
    // A second leaf goes into its node at once, and a link into the next one: nothing of them is kept.
    const leaf = leafHash(line, seq % 2 === 1 ? second : undefined);
    link = linkHash(link, leaf, turns[seq % 2]);
    checkWritten(links.take() ?? (await links.next()), !links.isUnended, seq, leaf, link);
    const before = newest.replace(seq);
    if (before >= 0 ? prev !== before : prev >= began) throw wrong('prev', `Entry ${seq} does not name the entry before it of the same target`, seq);
    tree.append(leaf);
    marks.see(tree, link, reader);
    if (wanted.has(seq)) openings.entries.set(seq, tryJson(line, true));
    if (table.isCompared) await table.compare(reader.row(), seq);
  }
  if ((await links.next()) !== null) throw wrong('leaf', `Entry ${tree.size} is missing: it has a line in audit/links.txt and none in audit/entries.jsonl`, tree.size);
  expectSigned(check, checkpoint);
  if (began !== manifest.firstSeq) throw wrong('tree', 'The entries do not begin where the manifest says');
  if (tree.size !== checkpoint.size) throw wrong('tree', `There are entries up to ${tree.size}, and the log was signed with ${checkpoint.size}`, Math.min(tree.size, checkpoint.size));
  expectCount(check, 'entries', tree.size - began, 'tree');
  if (!isSameState({ root: tree.root(), chain: link, time: reader.newestTime || null }, checkpoint)) throw wrong('tree', `The entries are not those that were signed: somewhere from entry ${began} on the log was written anew`);
  expectCount(check, 'openings', await openings.check(), 'opening');
  await table.end();
  Object.assign(report, { entries: tree.size - began, openings: openings.count, first_at: first, last_at: first === null ? null : reader.newestTime });
  if (began > 0) report.not_checked.push(`the entries before entry ${began}, beyond what their checkpoint says`);
  return { checkpoint, marks: marks.seen, since: begun.time || first };
}

// ----------------------------------------------------------------------------------------------------------- evidence

/** The entries of one visit, each with its own proof. */
async function checkShown(check, checkpoint, openings) {
  const { manifest, report } = check;
  const shown = await readShown(check, openings);
  expectSigned(check, checkpoint);
  if (shown[0]?.seq !== manifest.firstSeq) throw wrong('tree', 'The entries do not begin where the manifest says');
  expectCount(check, 'entries', shown.length, 'tree');
  const last = shown[shown.length - 1];
  if (last.seq + 1 === checkpoint.size && (!equal(last.link, checkpoint.chain) || last.at !== checkpoint.time)) throw wrong('tree', `Entry ${last.seq} is not the one that was signed`, last.seq);
  await expectProofs(check, shown, checkpoint);
  await expectNoneLeftOut(check, shown);
  expectCount(check, 'openings', await openings.check(), 'opening');
  expectSignedText(check, shown);
  await shown.table.end();
  Object.assign(report, { entries: shown.length, openings: openings.count, first_at: shown[0].at, last_at: last.at });
  report.not_checked.push('entries of other visits, and later entries of this visit');
  return { checkpoint, marks: new Map(), since: null };
}

async function readShown({ source, members, need, manifest }, openings) {
  const [entries, links] = [new Lines(source, need(ENTRIES)), new Lines(source, need(LINKS))];
  const table = await new Table(source, members.get(CSV)).begin(), reader = new EntryReader(manifest.organization), wanted = await openings.seqs();
  const shown = [];
  for (let line = await entries.next(); line !== null; line = await entries.next()) {
    if (entries.isTooLong) expectLine(entries, null);
    const before = shown[shown.length - 1], place = field(tryJson(line, true), 'seq', 'number')?.value;
    if (!(place >= (before === undefined ? 0 : before.seq + 1))) throw wrong('entry_form', 'A line of audit/entries.jsonl is no entry, or is out of order');
    expectLine(entries, place);
    if (shown.length === manifest.counts.get('entries').value) throw wrong('tree', 'The bundle has more entries than its manifest says');
    const { seq, at } = reader.readWhole(line, null, before?.at ?? '');
    const leaf = leafHash(line), written = await links.next();
    const follows = seq === 0 ? genesis(manifest.organization) : before?.seq === seq - 1 ? before.link : null;
    const link = follows === null ? null : linkHash(follows, leaf);
    checkWritten(written, !links.isUnended, seq, leaf, link);
    if (wanted.has(seq)) openings.entries.set(seq, reader.node);
    if (table.isCompared) await table.compare(reader.row(), seq);
    shown.push({ seq, at, leaf, link: link ?? unhex(utf8(written.subarray(-64))), node: reader.node });
  }
  if ((await links.next()) !== null) throw wrong('leaf', 'audit/links.txt has more lines than there are entries');
  return Object.assign(shown, { table });
}

async function expectProofs({ source, need }, shown, checkpoint) {
  const node = tryJson(await wholeMember(source, need(PROOFS), PROOFS_BYTES_MAX));
  if (node?.kind !== 'array') throw wrong('proof', 'audit/proofs.json is no list of proofs');
  shown.forEach(({ seq, leaf }, i) => {
    const given = node.value[i], hashes = field(given, 'proof', 'array')?.value.map((one) => unhex(one.kind === 'string' ? one.value : 'x'));
    const isProof = hashes?.every((hash) => hash?.length === 32) && field(given, 'seq', 'number')?.value === seq && field(given, 'leaf', 'string')?.value === hex(leaf);
    const root = isProof ? rootOfProof(leaf, seq, checkpoint.size, hashes) : null;
    if (root === null || !equal(root, checkpoint.root)) throw wrong('proof', `Entry ${seq} is not proved to be in the log`, seq);
  });
  if (node.value.length !== shown.length) throw wrong('proof', 'audit/proofs.json has more proofs than there are entries');
}

/** Between two entries of one target none may be missing, and the visit is shown from its first entry on. */
async function expectNoneLeftOut({ source, need }, shown) {
  const visit = field(tryJson(await wholeMember(source, need(VISIT), VISIT_BYTES_MAX)), 'visit_id', 'string')?.value;
  if (visit === undefined) throw wrong('prev', 'visit.json names no visit');
  const newest = new Map(), own = JSON.stringify(['visit', visit]);
  for (const { seq, node } of shown) {
    const [kind, id] = ['kind', 'id'].map((name) => field(field(node, 'target'), name, 'string')?.value), prev = field(node, 'prev');
    const target = JSON.stringify([kind, id]), before = newest.get(target);
    const isRead = kind !== undefined && id !== undefined && (prev?.kind === 'null' || prev?.value >= 0);
    const isWhole = before === undefined ? target !== own || prev?.kind === 'null' : prev?.value === before;
    if (!isRead || !isWhole) throw wrong('prev', `Entry ${seq} does not name the entry before it of the same target`, seq);
    newest.set(target, seq);
  }
  if (!newest.has(own)) throw wrong('prev', 'No entry is of the visit that visit.json names');
}

/** That `nda.txt` is the text whose SHA-256 an entry says was signed. */
function expectSignedText({ manifest, compared, report }, shown) {
  const named = shown.map(({ node }) => field(field(field(node, 'diff'), 'added'), 'nda_text_sha256', 'string')?.value).filter((hash) => hash !== undefined);
  const listed = manifest.files.find((file) => file.name === NDA);
  if (listed === undefined) {
    if (named.length > 0) report.not_checked.push('the text that was signed at the visit: it is not in this bundle');
    return;
  }
  if (!named.includes(listed.sha256)) throw wrong('nda', 'nda.txt is not the text that was signed at the visit: no entry names its SHA-256');
  compared.add(NDA);
}

// ----------------------------------------------------------------------------------------------------------- openings

/** Bytes of entries and files that openings are looked for in: no file can be opened a million times. */
const OPENED_BYTES_MAX = 8 * 2 ** 30;

/** Whether one text stands before another, in UTF-8. */
function isBefore(one, other) {
  const [left, right] = [encoder.encode(one), encoder.encode(other)];
  for (let i = 0; i < left.length && i < right.length; i++) if (left[i] !== right[i]) return left[i] < right[i];
  return left.length < right.length;
}

function readOpening(line) {
  const node = line === null ? null : tryJson(line);
  const [seq, pointer, salt] = [field(node, 'seq', 'number')?.value, field(node, 'pointer', 'string')?.value, unbase64(field(node, 'salt', 'string')?.value ?? '')];
  const [value, file] = [field(node, 'value'), field(node, 'file')];
  const isWhole = seq >= 0 && pointer !== undefined && salt?.length === 32 && (value === undefined) !== (file === undefined) && (file === undefined || file.kind === 'string');
  return isWhole ? { seq, pointer, salt, value, file: file?.value } : null;
}

/** `audit/openings.jsonl`: read once for the entries to keep, and once they are there, to open what they seal. */
class Openings {
  constructor({ source, members, manifest, compared }) {
    Object.assign(this, { source, members, compared, entries: new Map(), count: 0, max: manifest?.counts.get('openings').value });
  }

  async *all() {
    if (!this.members.has(OPENINGS)) return;
    const rows = new Lines(this.source, this.members.get(OPENINGS));
    for (let line = await rows.next(); line !== null; line = await rows.next()) {
      if (rows.isTooLong) throw beyond(`An opened value is longer than ${LINE_BYTES_MAX} bytes`);
      yield readOpening(rows.isUnended ? null : line);
    }
  }

  /** The entries to keep: of as many openings as the manifest counts, and up to the first that is none. */
  async seqs() {
    const seqs = new Set();
    let left = this.max;
    try {
      for await (const opening of this.all()) {
        if (opening === null || left-- === 0) break;
        seqs.add(opening.seq);
      }
    } catch (error) {
      // It is found again, in its turn.
      if (!(error instanceof Finding)) throw error;
    }
    return seqs;
  }

  async check() {
    let before = null, bytes = 0;
    for await (const opening of this.all()) {
      if (opening === null) throw wrong('opening', 'A line of audit/openings.jsonl is no opening');
      if (this.count === this.max) throw wrong('opening', 'The bundle has another number of openings than its manifest says');
      const { seq, pointer } = opening;
      if (before !== null && (seq < before.seq || (seq === before.seq && !isBefore(before.pointer, pointer)))) throw wrong('opening', 'The lines of audit/openings.jsonl are out of order', seq);
      bytes += (this.members.get(opening.file)?.bytes ?? 0) + (this.entries.get(seq)?.raw.length ?? 0);
      if (bytes > OPENED_BYTES_MAX) throw beyond('The opened files together are larger than 8 GiB');
      await this.open(opening);
      before = opening;
      this.count++;
    }
    return this.count;
  }

  async open({ seq, pointer, salt, value, file }) {
    const sealed = atPointer(this.entries.get(seq), pointer), commit = unbase64(field(sealed, 'commit', 'string')?.value ?? '');
    if (commit?.length !== 32) throw wrong('opening', `What is opened at ${pointer.slice(0, 80)} is nothing that entry ${seq} seals`, seq);
    const hash = await bulkSha256();
    hash.update(Uint8Array.of(4)).update(salt);
    if (file === undefined) {
      hash.update(encoder.encode(value.kind === 'string' ? value.value : value.raw));
    } else {
      const member = this.members.get(file);
      if (member === undefined || field(sealed, 'bytes', 'number')?.value !== member.bytes) throw wrong('opening', `${file.slice(0, 80)} is not the file that entry ${seq} speaks of`, seq);
      for await (const piece of pieces(this.source, member)) hash.update(piece);
      this.compared.add(file);
    }
    if (!equal(hash.digest(), commit)) throw wrong('opening', `The value that is shown for ${pointer.slice(0, 80)} of entry ${seq} does not match the log`, seq);
  }
}

// ------------------------------------------------------------------------------------------------------------ anchors

function checkAnchors(given, { checkpoint, marks, since }, { maxGap }, report) {
  const foreign = given.filter((anchor) => anchor.name !== checkpoint.name), own = given.filter((anchor) => anchor.name === checkpoint.name);
  const alien = foreign.find((anchor) => !anchor.isFound);
  if (alien !== undefined) throw noBundle('usage', `Your note of size ${alien.size} is of another log (${alien.name.slice(0, 120)}): leave it out`);
  const anchors = own.sort((one, other) => one.size - other.size);
  const forged = anchors.find((anchor) => anchor.signers === 'forged'), unknown = anchors.find((anchor) => anchor.signers === 'unknown');
  if (forged !== undefined) throw wrong('anchor', `Your note of size ${forged.size} was changed: its signature is not of the key that it names`);
  if (unknown !== undefined) throw unsigned(`Your note of size ${unknown.size}`);
  for (const anchor of anchors) {
    const { size } = anchor;
    if (size > checkpoint.size) throw wrong('anchor', `This bundle ends before your note: it is older than the note, or its newest entries were removed. It ends at ${checkpoint.size}, the note at ${size}`, checkpoint.size);
    const beginning = { root: sha256(), chain: genesis(checkpoint.organization), time: null };
    const is = size === checkpoint.size ? checkpoint : (marks.get(size) ?? (size === 0 ? beginning : undefined));
    if (is === undefined) report.not_checked.push(`your note of size ${size}: this bundle does not lead through that size`);
    else if (!isSameState(is, anchor)) throw wrong('anchor', `The first ${size} entries are not those of your note: the log was written anew`);
    else report.anchors.push(size);
  }
  const fork = anchors.find((anchor, i) => i > 0 && anchors[i - 1].size === anchor.size && !isSameState(anchors[i - 1], anchor));
  if (fork !== undefined) throw wrong('anchor', `Two of your notes of size ${fork.size} say two things: there are two logs`);
  if (foreign.length > 0) report.not_checked.push(`${foreign.length} of your notes, which are of other logs`);
  if (report.anchors.length === 0) report.not_checked.push('whether the whole log was written and signed anew: that takes a note of it that was kept elsewhere (--anchor)');
  if (maxGap !== undefined) checkGaps([since, ...anchors.map((anchor) => anchor.time), checkpoint.time], maxGap);
}

function checkGaps(times, days) {
  const microseconds = (time) => Date.parse(`${time.slice(0, 23)}Z`) * 1000 + Number(time.slice(23, 26));
  const sorted = times.filter((time) => time !== null).map(microseconds).sort((one, other) => one - other);
  if (sorted.some((time, i) => i > 0 && time - sorted[i - 1] > days * 86_400_000_000)) throw wrong('gap', `More than ${days} days lie between two checkpoints`);
}

// ---------------------------------------------------------------------------------------------------------- reporting

/** What the bytes of a bundle are read from: `{size, read(from, to)}` of a Uint8Array, a Blob, or such a thing itself. */
function sourceOf(input) {
  if (input instanceof Uint8Array) return { size: input.length, read: async (from, to) => input.subarray(from, to) };
  if (typeof input.arrayBuffer === 'function') return { size: input.size, read: async (from, to) => new Uint8Array(await input.slice(from, to).arrayBuffer()) };
  return input;
}

/**
 * Verifies a bundle: `{exit, reason, first_bad_seq, message, …}`. `input` is a Uint8Array, a Blob, or `{size, read(from, to)}`.
 * Options: `keys` (texts, or what `readKey` made of them), `org`, `anchors` and `foundAnchors` (notes as bytes or text; found
 * ones may be of other logs), `maxGap` (days), `hmacKey` (hex), `revoked` (names of keys that were left out).
 */
export async function verifyBundle(input, options) {
  const report = { exit: 0, reason: 'ok', first_bad_seq: null, message: 'Everything checked is correct', keys: [], anchors: [], not_checked: [] };
  try {
    await verify(sourceOf(input), { ...options, keys: options.keys ?? [] }, report);
    const revoked = options.revoked ?? [];
    if (revoked.length > 0) report.not_checked.push(`what revoked keys signed: they were left out (${revoked.join(', ')})`);
    report.not_checked.push('whether what was written is true, only that it was written then and is unchanged', 'entries younger than the checkpoint');
  } catch (error) {
    if (!(error instanceof Finding)) throw error;
    Object.assign(report, { exit: error.exit, reason: error.reason, first_bad_seq: error.seq, message: error.message });
    // Nothing was verified, so nothing is said of it.
    if (error.exit === 2) Object.assign(report, { keys: [], anchors: [], not_checked: [] });
  }
  report.keys = [...new Set(report.keys)];
  return report;
}

/** The report for people. */
export function describe(report) {
  const at = report.first_bad_seq === null ? '' : ` at entry ${report.first_bad_seq}`;
  if (report.exit === 2) return `NOT VERIFIED: ${report.message}.`;
  const rows = [report.exit === 0 ? `VERIFIED: ${report.message}.` : `WRONG${at}: ${report.message}.`];
  const row = (name, value) => { if (value !== undefined && value !== null && value !== '') rows.push(`  ${name.padEnd(14)}${value}`); };
  const list = (texts) => texts.join('\n' + ' '.repeat(16));
  row('organization', report.organization);
  row('bundle', report.kind && `${report.kind}, made ${report.created_at}`);
  if (report.exit === 0) {
    row('entries', `${report.entries}${report.openings ? `, ${report.openings} opened values match the log` : ''}; the log had ${report.tree_size}`);
    row('from, to', report.first_at === null ? null : `${report.first_at} – ${report.last_at}`);
    row('keys', list(report.keys));
    row('anchors', report.anchors.length ? `the log is as your notes of sizes ${report.anchors.join(', ')} say` : null);
    row('not checked', list(report.not_checked));
  }
  return rows.join('\n');
}

export const USAGE = 'usage: node verify.mjs BUNDLE --key KEY [--key KEY] [--org ID] [--anchor NOTE_OR_FOLDER] [--max-gap DAYS] [--hmac-key HEX] [--json]';
const KEPT_BYTES_MAX = 1 << 20;
const misread = (text) => noBundle('usage', text);

/** Files of keys and notes. */
async function filesystem() {
  const { existsSync, readFileSync, readdirSync, statSync } = await import('node:fs');
  const small = (path) => {
    const about = statSync(path);
    if (!about.isFile() || about.size > KEPT_BYTES_MAX) throw misread(`${path} is no small file`);
    return readFileSync(path);
  };
  const walk = (path) => readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? walk(`${path}/${entry.name}`) : entry.name.endsWith('.note') ? [small(`${path}/${entry.name}`)] : []));
  return {
    keys(value) {
      try { return { keys: [readKey(value)], revoked: [] }; } catch { /* a file, then */ }
      if (!existsSync(value)) throw misread(`--key ${value.slice(0, 200)} is neither a verifier key nor a file`);
      return keysOf(small(value), value);
    },
    addAnchors(value, { anchors, foundAnchors }) {
      if (!statSync(value).isDirectory()) return anchors.push(small(value));
      const found = walk(value);
      if (found.length === 0) throw misread(`${value} has no .note in it`);
      return foundAnchors.push(...found);
    },
  };
}

const OPTIONS = ['--key', '--anchor', '--org', '--hmac-key', '--max-gap'];

/** The words of a command line as pairs of option and value; the bundle has the option ''. `--name=value` is two words. */
function* pairs(given) {
  for (let at = 0; at < given.length; at++) {
    const word = given[at], [, name, inline] = /^(--[^=]*)(?:=([^]*))?$/.exec(word) ?? [];
    if (word === '--') {
      for (const rest of given.slice(at + 1)) yield ['', rest];
      return;
    }
    if (word === '-' || !word.startsWith('-')) yield ['', word];
    else if (word === '--json') continue;
    else if (OPTIONS.includes(name) && (inline !== undefined || at + 1 < given.length)) yield [name, inline ?? given[++at]];
    else throw misread(`${word.slice(0, 80)} cannot be followed. ${USAGE}`);
  }
}

function readArguments(given, files) {
  const options = { keys: [], revoked: [], anchors: [], foundAnchors: [] };
  let bundle;
  for (const [name, value] of pairs(given)) {
    if (name === '' && bundle !== undefined) throw misread(`More than one bundle was given. ${USAGE}`);
    if (name === '') {
      bundle = value;
    } else if (name === '--key') {
      const { keys, revoked } = files.keys(value);
      options.keys.push(...keys);
      options.revoked.push(...revoked);
    } else if (name === '--anchor') {
      files.addAnchors(value, options);
    } else if (name === '--max-gap') {
      if (!/^[0-9]{1,9}$/.test(value)) throw misread('--max-gap takes a number of days');
      options.maxGap = Number(value);
    } else {
      options[name === '--org' ? 'org' : 'hmacKey'] = value;
    }
  }
  if (bundle === undefined) throw misread(`No bundle was given. ${USAGE}`);
  return { bundle, options };
}

async function verifyFile(path, options) {
  const { statSync } = await import('node:fs'), { open } = await import('node:fs/promises');
  // Opening a pipe could keep the program waiting for ever.
  if (!statSync(path).isFile()) throw misread(`${path} is no file`);
  const file = await open(path);
  try {
    const stat = await file.stat();
    const read = async (from, to) => {
      const bytes = new Uint8Array(Math.max(0, to - from));
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
        if (bytesRead === 0) return bytes.subarray(0, at);
        at += bytesRead;
      }
      return bytes;
    };
    return await verifyBundle({ size: stat.size, read }, options);
  } finally {
    await file.close();
  }
}

/** Does what a command line says, and gives the report. Whatever goes wrong is exit 2. */
export async function command(given) {
  try {
    if (given.includes('--help') || given.includes('-h')) throw misread(USAGE);
    const { bundle, options } = readArguments(given, await filesystem());
    return await verifyFile(bundle, options);
  } catch (error) {
    return failed(error);
  }
}

function failed(error) {
  const message = error instanceof Finding ? error.message : error?.code ? `It cannot be read: ${error.message}` : `This could not be verified: ${error?.message ?? error}`;
  return { exit: 2, reason: 'usage', first_bad_seq: null, message: message.replace(/\s+/g, ' '), keys: [], anchors: [], not_checked: [] };
}

/** Writes all of it, or throws: what could not be written out must not end as verified. */
function write(fs, descriptor, text) {
  const bytes = encoder.encode(`${text}\n`);
  for (let at = 0; at < bytes.length;) {
    try {
      at += fs.writeSync(descriptor, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      // A pipe whose reader is slow.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/** The program. Exit 0 is said in one place, after the report was written; whatever ends it before that is 2. */
async function main(given, fs) {
  process.exitCode = 2;
  const isJson = given.includes('--json');
  const say = (report) => write(fs, report.exit === 2 && !isJson ? 2 : 1, isJson ? JSON.stringify(report) : describe(report));
  const fail = (error) => {
    try { say(failed(error)); } finally { process.exit(2); }
  };
  process.on('uncaughtException', fail).on('unhandledRejection', fail);
  // Node 18 calls Ed25519 experimental, in two lines beside the one that a script waits for.
  process.removeAllListeners('warning').on('warning', ({ name, message }) => name === 'ExperimentalWarning' || console.error(message));
  const report = await command(given);
  say(report);
  process.exitCode = report.exit;
}

/**
 * Whether Node was told to run this file, and not one that imports it. Asked of the file itself, since its path may hold
 * whatever a URL writes otherwise, and may lead through links. Where it cannot be told, this is the program: a verifier that
 * says nothing would look like one that found nothing.
 */
async function isProgram(fs) {
  const started = process.argv[1];
  if (started === undefined) return false;
  try {
    const { fileURLToPath } = await import('node:url');
    const [own, other] = [fileURLToPath(import.meta.url), started].map((path) => fs.statSync(path, { bigint: true }));
    // Some file systems number nothing.
    return ['dev', 'ino', 'size', 'mtimeNs'].every((what) => own[what] === other[what]);
  } catch {
    return true;
  }
}

if (globalThis.process?.versions?.node && typeof document === 'undefined') {
  const fs = await import('node:fs');
  if (await isProgram(fs)) await main(process.argv.slice(2), fs);
}
