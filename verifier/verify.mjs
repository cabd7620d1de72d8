// Verifies a bundle of Doorbook's audit log: entries, chain, tree, checkpoints, openings. One file, no dependency, no
// network; the same code runs under Node (`node verify.mjs`) and in a page. Formats: docs/runbooks/audit-log-verification.md.

// Node 18 has Web Crypto, but not as a global.
const { subtle } = globalThis.crypto ?? (await import('node:crypto')).webcrypto;
const encoder = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// ---------------------------------------------------------------------------------------------------------- findings

/** Something does not hold. `exit` 2: the input is no bundle; 1: it is one, and it is wrong. */
class Finding extends Error {
  constructor(exit, reason, text, seq = null) {
    super(text);
    Object.assign(this, { exit, reason, seq });
  }
}
const noBundle = (reason, text) => new Finding(2, reason, text);
const wrong = (reason, text, seq = null) => new Finding(1, reason, text, seq);

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
function finish(state, rest, held, length) {
  rest[held++] = 0x80;
  if (held > 56) {
    rest.fill(0, held, 64);
    compress(state, rest, 0);
    held = 0;
  }
  rest.fill(0, held, 64);
  for (let i = 0, high = Math.floor(length / 2 ** 29), low = length << 3; i < 4; i++) {
    rest[59 - i] = high >>> (8 * i);
    rest[63 - i] = low >>> (8 * i);
  }
  compress(state, rest, 0);
  const out = new Uint8Array(32);
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

function inOneCall(prefix, first, bytes) {
  const at = first === null ? 1 : 33, length = at + bytes.length;
  if (joint.length < length) joint = new Uint8Array(2 * length);
  joint[0] = prefix;
  if (first !== null) joint.set(first, 1);
  joint.set(bytes, at);
  const letters = oneCall('sha256', joint.subarray(0, length), 'latin1'), out = new Uint8Array(32);
  for (let i = 0; i < 32; i++) out[i] = letters.charCodeAt(i);
  return out;
}

/** SHA-256 of a byte, 32 bytes or none, and some bytes: what a log has millions of, without an object for each. */
function prefixed(prefix, first, bytes) {
  if (oneCall !== undefined && bytes.length >= ONE_CALL_BYTES_MIN) return inOneCall(prefix, first, bytes);
  STATE.set(INITIAL);
  BLOCK[0] = prefix;
  let held = 1;
  if (first !== null) {
    BLOCK.set(first, 1);
    held = 33;
  }
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
  return finish(STATE, BLOCK, held, 1 + (first === null ? 0 : 32) + bytes.length);
}

// RFC 2104.
function hmacSha256(key, text) {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? sha256(key) : key);
  return sha256(block.map((byte) => byte ^ 0x5c), sha256(block.map((byte) => byte ^ 0x36), text));
}

// -------------------------------------------------------------------------------------------- hashes, tree, encodings

export const leafHash = (entry) => prefixed(0, null, entry);
export const nodeHash = (left, right) => prefixed(1, left, right);
export const linkHash = (previous, leaf) => prefixed(2, previous, leaf);
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
const LONE_SURROGATE = /\p{Surrogate}/u;

/** A decimal number in the one spelling that the format allows, from 0 and below 2^53; NaN otherwise. */
function decimal(text) {
  const number = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(number) ? number : NaN;
}

/**
 * Reads JSON (RFC 8259) strictly: no duplicate keys, no lone surrogates, no number beyond those of a double. Gives nodes
 * `{kind, value, raw}`; `raw` is the very text, because what is committed to is bytes and not values. A number that is no
 * natural one below 2^53 has the value NaN; an entry may hold none but integers of that size, and no NUL. Throws a string.
 */
export function readJson(text, isEntry = false) {
  let at = 0;
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
    const begin = at, first = text[at];
    const done = (kind, value) => ({ kind, value, raw: text.slice(begin, at) });
    if (first === '"') {
      const value = string();
      return done('string', value);
    }
    if (first === '{' || first === '[') {
      const isObject = first === '{', close = isObject ? '}' : ']';
      const value = isObject ? new Map() : [];
      if (depth >= DEPTH_MAX) fail('too deep');
      at++;
      blank();
      if (text[at] === close) { at++; return done(isObject ? 'object' : 'array', value); }
      for (;;) {
        blank();
        if (isObject) {
          const key = string();
          if (value.has(key)) fail('duplicate key');
          blank();
          expect(':');
          blank();
          value.set(key, node(depth + 1));
        } else {
          value.push(node(depth + 1));
        }
        blank();
        if (text[at] === close) { at++; return done(isObject ? 'object' : 'array', value); }
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

/** What `readJson` gives, or null where the bytes are no such JSON. */
function tryJson(bytes, isEntry = false) {
  const text = utf8(bytes);
  try { return text === null ? null : readJson(text, isEntry); } catch { return null; }
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

/**
 * Steps over an entry as bytes, several times faster than `readJson`, and keeps where its fields stand. False does not mean
 * that the entry is wrong, only that `readJson` has to say: escapes by number, large numbers, long and repeated keys.
 */
class EntryScan {
  constructor() {
    this.keys = new Int32Array(KEYS_MAX);
    this.open = 0;
    this.places = [];
    this.line = new Uint8Array();
  }

  takes(line) {
    [this.line, this.open, this.places.length] = [line, 0, 0];
    return line[0] === 0x7b && this.object(0, 0) === line.length && (this.isAscii(line) || utf8(line) !== null);
  }

  isAscii(line) {
    let bits = 0;
    for (let at = 0; at < line.length; at++) bits |= line[at];
    return bits < 0x80;
  }

  value(at, depth) {
    const { line } = this, first = line[at];
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
    let hash = 0;
    for (at++; at < end; at++) {
      const code = line[at];
      if (code === 0x22) {
        this.hash = hash;
        return at + 1;
      }
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
      if (depth === 0) this.places.push(key, keyEnd, begin, at);
      if (line[at] === 0x7d) break;
      if (line[at] !== 0x2c) return -1;
      while (line[++at] === 0x20);
    }
    this.open = outer;
    return at + 1;
  }

  /** The fields of the entry as nodes, those that a row of the CSV has; what is no object or string keeps its text. */
  node() {
    const text = strictUtf8.decode(this.line), isSame = text.length === this.line.length;
    const slice = (from, to) => (isSame ? text.slice(from, to) : strictUtf8.decode(this.line.subarray(from, to)));
    const value = new Map();
    for (let i = 0; i < this.places.length; i += 4) {
      const name = slice(this.places[i], this.places[i + 1]), raw = slice(this.places[i + 2], this.places[i + 3]);
      if (name === 'actor' || name === 'target') value.set(name, readJson(raw));
      else if (raw[0] === '"') value.set(name, { kind: 'string', value: raw.includes('\\') ? JSON.parse(raw) : raw.slice(1, -1), raw });
      else value.set(name, { kind: raw === 'null' ? 'null' : 'raw', value: null, raw });
    }
    return { kind: 'object', value };
  }
}
const SHORT_ESCAPES = new Set(Array.from('"\\/bfnrt', (letter) => letter.charCodeAt(0)));

// --------------------------------------------------------------------------------------------------------------- ZIP

const MEMBERS_MAX = 100_000, TOTAL_BYTES_MAX = 8 * 2 ** 30, DIRECTORY_BYTES_MAX = 32 * 2 ** 20, NAME_BYTES_MAX = 512, PIECE = 1 << 20;
const ELSEWHERE = 0xffffffff;

/** The record that ends a ZIP, from the last bytes of the file: what is no such record but looks like one may stand in a comment. */
function findEnd(tail) {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) === 0x06054b50 && at + 22 + view.getUint16(at + 20, true) === tail.length) {
      const isZip64 = at >= 20 && view.getUint32(at - 20, true) === 0x07064b50;
      return { at, view, isZip64 };
    }
  }
  throw noBundle('container', 'this is no ZIP file, or its end is missing');
}

async function readDirectory(source) {
  const tailBytes = Math.min(source.size, 22 + 65535);
  const { at, view, isZip64 } = findEnd(await source.read(source.size - tailBytes, source.size));
  const count = view.getUint16(at + 10, true), bytes = view.getUint32(at + 12, true), from = view.getUint32(at + 16, true);
  if (isZip64 || count === 0xffff || bytes === ELSEWHERE || from === ELSEWHERE) throw noBundle('container', 'the ZIP file is in the form for large ones (ZIP64)');
  if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 6, true) !== 0 || view.getUint16(at + 8, true) !== count) {
    throw noBundle('container', 'the ZIP file is in several parts');
  }
  if (from + bytes !== source.size - tailBytes + at) throw noBundle('container', 'the ZIP file does not end where it says');
  if (count > MEMBERS_MAX || bytes > DIRECTORY_BYTES_MAX) throw noBundle('container', 'too many members');
  return { count, from, directory: await source.read(from, from + bytes) };
}

/**
 * Opens a ZIP. `source` has `size` and `read(from, to)`. Only what the contract allows is taken: stored and deflated
 * members with plain names, no ZIP64, no encryption, no links, none twice.
 */
async function openZip(source) {
  const { count, from, directory } = await readDirectory(source);
  const members = new Map(), folded = new Set();
  let at = 0, total = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > directory.length) throw noBundle('container', 'the directory of the ZIP file is cut');
    const entry = new DataView(directory.buffer, directory.byteOffset + at);
    if (entry.getUint32(0, true) !== 0x02014b50) throw noBundle('container', 'the directory of the ZIP file is damaged');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => entry.getUint16(offset, true));
    const name = memberName(directory.subarray(at + 46, at + 46 + nameBytes));
    if (folded.has(name.toLowerCase())) throw noBundle('container', `two members are called ${name}`);
    folded.add(name.toLowerCase());
    const member = {
      name, flags: entry.getUint16(8, true), method: entry.getUint16(10, true),
      packed: entry.getUint32(20, true), bytes: entry.getUint32(24, true), at: entry.getUint32(42, true),
    };
    const kind = (entry.getUint16(40, true) >>> 12) & 0xf;
    if (kind !== 0 && kind !== 8) throw noBundle('container', `${name} is a link or no plain file`);
    if (member.flags & 0x2061) throw noBundle('container', `${name} is encrypted or patched`);
    if (member.method !== 0 && member.method !== 8) throw noBundle('container', `${name} is packed by an unknown method`);
    if ([member.packed, member.bytes, member.at].includes(ELSEWHERE) || entry.getUint16(34, true) !== 0) throw noBundle('container', `${name} is larger than 4 GiB`);
    if (member.method === 0 && member.packed !== member.bytes) throw noBundle('container', `${name} has two sizes`);
    total += member.bytes;
    if (total > TOTAL_BYTES_MAX) throw noBundle('container', 'the members together are larger than 8 GiB');
    members.set(name, member);
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  if (at !== directory.length) throw noBundle('container', 'the directory of the ZIP file has another length');
  await locate(source, members, from);
  return members;
}

/** Finds where each member's bytes begin. Its local header must say what the directory says, and no two may share bytes. */
async function locate(source, members, end) {
  let free = 0;
  for (const member of [...members.values()].sort((one, other) => one.at - other.at)) {
    if (member.at < free || member.at + 30 > end) throw noBundle('container', `${member.name} lies over another member`);
    const local = await source.read(member.at, Math.min(member.at + 30 + member.name.length, end));
    const head = new DataView(local.buffer, local.byteOffset);
    if (head.getUint32(0, true) !== 0x04034b50) throw noBundle('container', `${member.name} is not where the directory says`);
    if (head.getUint16(26, true) !== member.name.length || !equal(local.subarray(30), encoder.encode(member.name))) throw noBundle('container', `${member.name} has two names`);
    const flags = head.getUint16(6, true), packed = head.getUint32(18, true), bytes = head.getUint32(22, true);
    const isSame = (packed === member.packed && bytes === member.bytes) || ((flags & 8) !== 0 && packed === 0 && bytes === 0);
    if (!isSame || head.getUint16(8, true) !== member.method || (flags & 1) !== 0) throw noBundle('container', `${member.name} says two things of itself`);
    member.from = member.at + 30 + member.name.length + head.getUint16(28, true);
    free = member.from + member.packed;
    if (free > end) throw noBundle('container', `${member.name} is cut`);
  }
}

function memberName(bytes) {
  const name = utf8(bytes) ?? '';
  const isPlain = bytes.length <= NAME_BYTES_MAX && name.split('/').every((part) => /^[A-Za-z0-9._-]+$/.test(part) && part !== '.' && part !== '..');
  if (!isPlain) throw noBundle('container', 'the name of a member is no plain path');
  return name;
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
      if (seen > member.bytes) throw noBundle('container', `${member.name} unpacks to more than it says`);
      yield piece;
    }
  } catch (error) {
    throw error instanceof Finding ? error : noBundle('container', `${member.name} cannot be unpacked`);
  }
  if (seen !== member.bytes) throw noBundle('container', `${member.name} unpacks to less than it says`);
}

async function* inflated(packed, member) {
  if (globalThis.process?.versions?.node) {
    const [{ createInflateRaw }, { Readable }] = await Promise.all([import('node:zlib'), import('node:stream')]);
    const unpacking = createInflateRaw();
    const feeding = Readable.from(packed);
    feeding.on('error', (error) => unpacking.destroy(error));
    yield* feeding.pipe(unpacking);
    // What follows the end of the packed bytes is passed over without a word; a browser refuses it by itself.
    if (unpacking.bytesWritten !== member.packed) throw noBundle('container', `${member.name} has more bytes than it says`);
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

const SMALL_BYTES_MAX = 64 * 2 ** 20;

/** A member whole; null where it is larger than any such file would be. */
async function wholeMember(source, member, max = SMALL_BYTES_MAX) {
  if (member.bytes > max) return null;
  const whole = new Uint8Array(member.bytes);
  let at = 0;
  for await (const piece of pieces(source, member)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Reads whatever is packed, to see that it can be: whether this is a bundle at all comes before what is wrong with it. */
async function expectSound(source, members) {
  for (const member of members.values()) if (member.method !== 0) for await (const piece of pieces(source, member)) void piece;
}

const LINE_BYTES_MAX = 16 * 2 ** 20;

/** Lines as bytes. `take` gives what is at hand, `fill` brings more; the last line `isUnended` where its LF is missing. */
class Lines {
  constructor(source, member) {
    Object.assign(this, { pieces: pieces(source, member), piece: new Uint8Array(), from: 0, held: [], heldBytes: 0, isUnended: false });
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
  if (!(await knowsEd25519)) throw noBundle('usage', 'this program cannot check Ed25519 signatures: use Node 18, Chromium 137, Firefox 130, Safari 17 or later');
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

/** Reads a verifier key (C2SP signed-note): `<name>+<hex id>+<base64 of 0x01 || public key>`. */
export function readKey(text) {
  const [name, id, ...rest] = text.trim().split('+');
  const bytes = unbase64(rest.join('+'));
  if (!NAME.test(name) || bytes?.length !== 33 || bytes[0] !== 1 || !isPoint(bytes.subarray(1))) throw noBundle('usage', `this is no verifier key: ${text.trim().slice(0, 80)}`);
  const wanted = sha256(encoder.encode(`${name}\n`), bytes).subarray(0, 4);
  if (hex(wanted) !== id) throw noBundle('usage', `the id of the key ${name} is not its own`);
  return { name, id, public: bytes.subarray(1) };
}

async function verifiesEd25519(key, text, signature) {
  if (signature.length !== 64) return false;
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

/** The given keys of this name that signed the note; null where there is none, or where one is said to have signed and did not. */
async function signers(note, keys, name) {
  const used = [], text = encoder.encode(note.text);
  for (const signature of note.signatures) {
    for (const key of keys.filter((one) => one.name === signature.name && one.id === signature.id)) {
      if (!(await verifiesEd25519(key, text, signature.bytes))) return null;
      if (key.name === name) used.push(`${key.name}+${key.id}`);
    }
  }
  return used.length === 0 ? null : used;
}

/** Reads a checkpoint and who signed it; a text where it does not count. */
async function readCheckpoint(bytes, keys) {
  const note = readNote(bytes);
  const [name, size, root, chain, time, ...rest] = note?.lines ?? [];
  const hashes = [root ?? '', chain?.startsWith('chain ') ? chain.slice(6) : ''].map(unbase64);
  const isTime = size === '0' ? time === undefined : time?.startsWith('time ') && isMoment(time.slice(5));
  if (!name?.includes('/') || Number.isNaN(decimal(size ?? '')) || hashes.some((hash) => hash?.length !== 32) || !isTime || rest.length > 0) return 'form';
  const used = await signers(note, keys, name);
  if (used === null) return 'signature';
  return { name, organization: name.slice(name.lastIndexOf('/') + 1), size: decimal(size), root: hashes[0], chain: hashes[1], time: time?.slice(5) ?? null, keys: used };
}

const isSameState = (one, other) => equal(one.root, other.root) && equal(one.chain, other.chain) && one.time === other.time;

// ----------------------------------------------------------------------------------------------------------- manifest

const MANIFEST_FILES = ['manifest.json', 'manifest.hmac', 'manifest.sig'];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

/** Whether a text is a time of an entry, and one that exists. */
function isMoment(text) {
  if (!MOMENT.test(text)) return false;
  const at = (from) => (text.charCodeAt(from) - 48) * 10 + text.charCodeAt(from + 1) - 48;
  const year = at(0) * 100 + at(2), month = at(5), day = at(8);
  if (month < 1 || month > 12 || day < 1 || at(11) > 23 || at(14) > 59 || at(17) > 59) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 ? 28 + isLeap : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

function readManifest(bytes) {
  const text = utf8(bytes);
  if (text === null) throw noBundle('manifest_form', 'manifest.json is not UTF-8');
  if (!text.endsWith('\n') || text.indexOf('\n') !== text.length - 1) throw noBundle('manifest_form', 'manifest.json is not one line');
  let node;
  try { node = readJson(text); } catch (why) { throw noBundle('manifest_form', `manifest.json is no JSON: ${why}`); }
  const take = (name, kind, is = () => true) => {
    const found = field(node, name, kind);
    if (found === undefined || !is(found.value)) throw noBundle('manifest_form', `manifest.json has no good ${name}`);
    return found.value;
  };
  const natural = (number) => number >= 0;
  const digest = (text) => /^[0-9a-f]{64}$/.test(text) || unbase64(text)?.length === 32;
  if (take('v', 'number') !== 1) throw noBundle('manifest_form', 'manifest.json is of a version that this verifier does not know');
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
  if (manifest.firstSeq > manifest.treeSize) throw noBundle('manifest_form', 'manifest.json has no good first_seq');
  const isFile = (file) => file.name !== undefined && file.bytes >= 0 && /^[0-9a-f]{64}$/.test(file.sha256 ?? '');
  if (!manifest.files.every(isFile)) throw noBundle('manifest_form', 'manifest.json lists a file that is none');
  return manifest;
}

const isHash = (text, hash) => text === hex(hash) || text === base64(hash);

/** The manifest, when it is the one that was signed. */
async function openManifest(source, members, keys, options, report) {
  const read = (name) => (members.has(name) ? wholeMember(source, members.get(name)) : null);
  const bytes = await read('manifest.json');
  if (bytes === null) throw noBundle('manifest_form', 'this is no bundle: it has no manifest.json');
  const manifest = readManifest(bytes);
  Object.assign(report, { kind: manifest.kind, organization: manifest.organization, created_at: manifest.createdAt });
  if (options.org !== undefined && options.org !== manifest.organization) throw wrong('organization', `the bundle is of the organization ${manifest.organization}`);
  const refuse = (text) => { throw wrong('manifest_signature', text); };
  const note = readNote(await read('manifest.sig')), hmac = utf8((await read('manifest.hmac')) ?? new Uint8Array()) ?? '';
  if (note === null) refuse('manifest.sig is missing, or no signed note');
  const used = await signers(note, keys, note.lines[0]);
  if (used === null) refuse('manifest.sig is not signed by a key that was given');
  if (!note.lines[0].endsWith(`/${manifest.organization}/bundle`)) refuse('the manifest is signed for another organization');
  const wanted = `${note.lines[0]}\nsha256 ${hex(sha256(bytes))}\nhmac ${hmac}`;
  if (!/^[0-9a-f]{64}\n$/.test(hmac) || note.text !== wanted) refuse('the manifest is not the one that was signed');
  report.keys.push(...used);
  if (options.hmacKey === null) report.not_checked.push(`the HMAC of the manifest: its key was not given (${manifest.hmacKeyId})`);
  else if (hex(hmacSha256(options.hmacKey, bytes)) !== hmac.slice(0, -1)) throw wrong('hmac', 'the HMAC of the manifest is of another key or text');
  return manifest;
}

// ------------------------------------------------------------------------------------------------------------ members

const ENTRIES = 'audit/entries.jsonl', LINKS = 'audit/links.txt', CSV = 'audit/entries.csv', OPENINGS = 'audit/openings.jsonl';
const CHECKPOINT = 'audit/checkpoint.note', PREVIOUS = 'audit/previous.note', FRONTIER = 'audit/frontier.txt', PROOFS = 'audit/proofs.json', VISIT = 'visit.json';
/** Those in which a `seq` can be named, so that what follows is tried though they are not as listed. */
const NAMING = [ENTRIES, LINKS, OPENINGS, PROOFS, CSV];

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

/** What first is not as the manifest says, or null; and whether a `seq` may be named for it. */
async function checkMembers(source, members, manifest) {
  let fault = null, isNaming = false;
  const refuse = (name, what) => {
    isNaming ||= NAMING.includes(name);
    fault ??= wrong('members', `${name} ${what}`);
  };
  const listed = new Set(manifest.files.map((file) => file.name));
  const late = manifest.files.find((file, i) => i > 0 && !(manifest.files[i - 1].name < file.name));
  if (late !== undefined) refuse(late.name, 'is listed twice, or out of order');
  for (const name of [...members.keys()].sort()) if (listed.has(name) === MANIFEST_FILES.includes(name)) refuse(name, 'is not listed in the manifest');
  for (const name of required(manifest, members)) if (!members.has(name)) refuse(name, 'is missing');
  for (const { name, bytes, sha256 } of manifest.files) {
    const member = members.get(name);
    if (member === undefined) refuse(name, 'is missing');
    else if (member.bytes !== bytes && ![ENTRIES, LINKS, CSV].includes(name)) refuse(name, 'has another size than the manifest says');
    else {
      const hash = await bulkSha256();
      for await (const piece of pieces(source, member)) hash.update(piece);
      if (member.bytes !== bytes || hex(hash.digest()) !== sha256) refuse(name, 'is not what the manifest says');
    }
  }
  return { fault, isNaming };
}

// ------------------------------------------------------------------------------------------------------------ entries

const CSV_HEAD = 'seq,at,via,actor_kind,actor_id,impersonation,ip,ua,action,target_kind,target_id,prev,reason,diff,request_id';
const CSV_CELLS = ['/seq', '/at', '/via', '/actor/kind', '/actor/id', '/actor/impersonation', '/ip', '/ua', '/action', '/target/kind', '/target/id', '/prev', '/reason', '/diff', '/request_id'].map((pointer) => pointer.slice(1).split('/'));

/** The line of an entry in `audit/entries.csv`. */
export function csvLine(node) {
  const cell = ([outer, inner]) => {
    const found = inner === undefined ? field(node, outer) : field(field(node, outer), inner);
    const text = found === undefined || found.kind === 'null' ? '' : found.kind === 'string' ? found.value : found.raw;
    const guarded = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
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
  }

  /** Seq and time of an entry that is not younger than `before`; `expected` is the seq that it must have, where it is known. */
  read(line, expected, before) {
    const at = expected === null ? null : this.stepOver(line, expected);
    this.node = null;
    if (at !== null && at >= before) return { seq: expected, at };
    return this.readWhole(line, expected, before);
  }

  stepOver(line, seq) {
    const { head, time } = this;
    let at = 0;
    for (; at < head.length; at++) if (line[at] !== head[at]) return null;
    const number = String(seq);
    for (let i = 0; i < number.length; i++) if (line[at++] !== number.charCodeAt(i)) return null;
    for (let i = 0; i < time.length; i++) if (line[at++] !== time[i]) return null;
    if (line[at + 27] !== 0x22) return null;
    let text = '';
    for (let i = 0; i < 27; i++) text += String.fromCharCode(line[at + i]);
    return isMoment(text) && this.scan.takes(line) ? text : null;
  }

  readWhole(line, expected, before) {
    const node = tryJson(line, true);
    if (node?.kind !== 'object') throw wrong('entry_form', 'an entry is no JSON object that an entry may be', expected);
    const seq = field(node, 'seq', 'number')?.value;
    if (!(seq >= 0) || (expected !== null && seq !== expected)) throw wrong('entry_form', 'an entry has another number than its place', expected);
    if (field(node, 'v', 'number')?.value !== 1) throw wrong('entry_form', 'an entry is of an unknown version', seq);
    if (field(node, 'org', 'string')?.value !== this.organization) throw wrong('entry_form', 'an entry is of another organization', seq);
    const at = field(node, 'at', 'string')?.value ?? '';
    if (!isMoment(at) || at < before) throw wrong('entry_form', 'the time of an entry falls, or is none', seq);
    this.node = node;
    return { seq, at };
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
    if (this.expected !== null) await this.compare(`${CSV_HEAD}\n`, null);
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
  if (!isLeaf || !isHexAt(written, at + 1, leaf)) throw wrong('leaf', 'an entry is not the one whose hash stands beside it', seq);
  const isLine = isEnded && written.length === at + 130 && written[at + 65] === 32;
  const isLink = isLine && (link === null ? /^[0-9a-f]{64}$/.test(utf8(written.subarray(at + 66))) : isHexAt(written, at + 66, link));
  if (!isLink) throw wrong('link', 'the chain does not go through this entry', seq);
}

// ------------------------------------------------------------------------------------------------------- the verifier

/** The log as it was at one size: what an anchor is compared with. */
class Marks {
  constructor(sizes) {
    this.wanted = new Set(sizes);
    this.seen = new Map();
  }

  see(tree, chain, time) {
    if (this.wanted.has(tree.size)) this.seen.set(tree.size, { root: tree.root(), chain, time: time || null });
  }
}

function readOptions(options) {
  const keys = options.keys.map((key) => (typeof key === 'string' ? readKey(key) : key));
  if (keys.length === 0) throw noBundle('usage', 'no key was given: nothing was verified');
  const [org, hmacKey] = [options.org?.toLowerCase(), options.hmacKey === undefined ? null : unhex(options.hmacKey.toLowerCase())];
  if (options.hmacKey !== undefined && hmacKey?.length !== 32) throw noBundle('usage', 'the HMAC key is not 32 bytes in hex');
  if (org !== undefined && !UUID.test(org)) throw noBundle('usage', 'the organization is no id');
  return { keys, org, hmacKey, maxGap: options.maxGap };
}

async function verify(source, given, report) {
  const options = readOptions(given), { keys } = options;
  await expectEd25519();
  const members = await openZip(source);
  let manifest;
  try {
    manifest = await openManifest(source, members, keys, options, report);
  } catch (error) {
    await expectSound(source, members);
    throw error;
  }
  // What the manifest does not speak of decides; but the number of the first bad entry is worth looking for.
  const { fault, isNaming } = await checkMembers(source, members, manifest);
  const anchors = [];
  for (const note of given.anchors) anchors.push(await readCheckpoint(note, keys));
  const check = { source, members, manifest, keys, report, need: (name) => {
    if (!members.has(name)) throw wrong('members', `${name} is missing`);
    return members.get(name);
  } };
  let log;
  try {
    log = await checkLog(check, anchors);
  } catch (error) {
    if (fault === null || !(error instanceof Finding) || error.exit === 2) throw error;
    if (isNaming && error.seq !== null) Object.assign(fault, { seq: error.seq, message: `${fault.message}: ${error.message}` });
    throw fault;
  }
  if (fault !== null) throw fault;
  checkAnchors(anchors, log, options, report);
}

async function takeCheckpoint({ source, need, manifest, keys, report }, name) {
  const checkpoint = await readCheckpoint(await wholeMember(source, need(name)), keys);
  if (checkpoint === 'form') throw wrong('checkpoint_form', `${name} is no checkpoint`);
  if (checkpoint === 'signature') throw wrong('checkpoint_signature', `${name} is not signed by a key that was given`);
  if (checkpoint.organization !== manifest.organization) throw wrong('organization', `${name} is of another organization`);
  report.keys.push(...checkpoint.keys);
  return checkpoint;
}

async function checkLog(check, anchors) {
  const { source, members, manifest } = check;
  const checkpoint = await takeCheckpoint(check, CHECKPOINT);
  const openings = new Openings(source, members);
  if (manifest.kind === 'evidence') return checkShown(check, checkpoint, openings);
  const begun = members.has(PREVIOUS) ? await readFrontier(check, checkpoint) : { tree: new Tree(), link: genesis(manifest.organization), time: '' };
  return checkEvery(check, checkpoint, begun, new Marks(anchors.map((anchor) => anchor.size)), openings);
}

const FRONTIER_BYTES_MAX = 64 * 65;

async function readFrontier(check, checkpoint) {
  const { source, need, manifest } = check;
  const previous = await takeCheckpoint(check, PREVIOUS);
  if (previous.size !== manifest.firstSeq || previous.size > checkpoint.size || previous.name !== checkpoint.name) throw wrong('frontier', 'the previous checkpoint is not the one that the period begins at');
  const text = utf8((await wholeMember(source, need(FRONTIER), FRONTIER_BYTES_MAX)) ?? new Uint8Array([10])) ?? '\n';
  const isText = text === '' || text.endsWith('\n');
  const roots = text === '' ? [] : text.slice(0, -1).split('\n').map(unhex);
  const isWhole = isText && roots.length === Tree.width(previous.size) && roots.every((root) => root?.length === 32);
  const tree = isWhole ? new Tree(previous.size, roots) : null;
  if (tree === null || !equal(tree.root(), previous.root)) throw wrong('frontier', 'the frontier does not lead to the previous checkpoint');
  return { tree, link: previous.chain, time: previous.time ?? '' };
}

/** That checkpoint and manifest speak of the same log. */
function expectSigned({ manifest, report }, checkpoint) {
  Object.assign(report, { first_seq: manifest.firstSeq, tree_size: checkpoint.size });
  const isSame = checkpoint.size === manifest.treeSize && isHash(manifest.root, checkpoint.root) && isHash(manifest.chain, checkpoint.chain);
  if (!isSame) throw wrong('tree', 'the manifest speaks of another log than the checkpoint');
}

function expectCount({ manifest }, name, count, reason) {
  if (manifest.counts.get(name).value !== count) throw wrong(reason, `the bundle has ${count} ${name}, and the manifest counts others`);
}

/** Every entry from the first to the checkpoint. */
async function checkEvery(check, checkpoint, begun, marks, openings) {
  const { source, members, need, manifest, report } = check, { tree } = begun, began = tree.size;
  let { link, time } = begun, first = null;
  const [entries, links] = [new Lines(source, need(ENTRIES)), new Lines(source, need(LINKS))];
  const table = await new Table(source, members.get(CSV)).begin(), reader = new EntryReader(manifest.organization), wanted = await openings.seqs();
  marks.see(tree, link, time);
  for (;;) {
    const line = entries.take() ?? (await entries.next());
    if (line === null) break;
    const seq = tree.size;
    if (entries.isUnended) throw wrong('entry_form', 'an entry does not end where its line does', seq);
    time = reader.read(line, seq, time).at;
    first ??= time;
    const leaf = leafHash(line);
    link = linkHash(link, leaf);
    checkWritten(links.take() ?? (await links.next()), !links.isUnended, seq, leaf, link);
    tree.append(leaf);
    marks.see(tree, link, time);
    if (wanted.has(seq)) openings.entries.set(seq, tryJson(line, true));
    if (table.isCompared) await table.compare(reader.row(), seq);
  }
  if ((await links.next()) !== null) throw wrong('leaf', 'audit/links.txt has more lines than there are entries', tree.size);
  expectSigned(check, checkpoint);
  if (began !== manifest.firstSeq) throw wrong('tree', 'the entries do not begin where the manifest says');
  if (tree.size !== checkpoint.size) throw wrong('tree', `the entries end at ${tree.size}, the log was signed with ${checkpoint.size}`, Math.min(tree.size, checkpoint.size));
  expectCount(check, 'entries', tree.size - began, 'tree');
  if (!isSameState({ root: tree.root(), chain: link, time: time || null }, checkpoint)) throw wrong('tree', `the log is not what was signed, somewhere from entry ${began} on`);
  expectCount(check, 'openings', await openings.check(), 'opening');
  await table.end();
  Object.assign(report, { entries: tree.size - began, openings: openings.count, first_at: first, last_at: first === null ? null : time });
  if (began > 0) report.not_checked.push(`entries before entry ${began}, beyond what their checkpoint says`);
  return { checkpoint, marks: marks.seen, since: begun.time || first };
}

// ----------------------------------------------------------------------------------------------------------- evidence

/** The entries of one visit, each with its own proof. */
async function checkShown(check, checkpoint, openings) {
  const { manifest, report } = check;
  const shown = await readShown(check, openings);
  expectSigned(check, checkpoint);
  if (shown[0]?.seq !== manifest.firstSeq) throw wrong('tree', 'the entries do not begin where the manifest says');
  expectCount(check, 'entries', shown.length, 'tree');
  const last = shown[shown.length - 1];
  if (last.seq + 1 === checkpoint.size && (!equal(last.link, checkpoint.chain) || last.at !== checkpoint.time)) throw wrong('tree', 'the newest entry is not the one that was signed', last.seq);
  await expectProofs(check, shown, checkpoint);
  await expectNoneLeftOut(check, shown);
  expectCount(check, 'openings', await openings.check(), 'opening');
  await shown.table.end();
  Object.assign(report, { entries: shown.length, openings: openings.count, first_at: shown[0].at, last_at: last.at });
  report.not_checked.push('entries of other visits, and entries of this visit that are younger than the last one shown');
  return { checkpoint, marks: new Map(), since: null };
}

async function readShown({ source, members, need, manifest }, openings) {
  const [entries, links] = [new Lines(source, need(ENTRIES)), new Lines(source, need(LINKS))];
  const table = await new Table(source, members.get(CSV)).begin(), reader = new EntryReader(manifest.organization), wanted = await openings.seqs();
  const shown = [];
  for (let line = await entries.next(); line !== null; line = await entries.next()) {
    const before = shown[shown.length - 1], place = field(tryJson(line, true), 'seq', 'number')?.value;
    if (!(place >= (before === undefined ? 0 : before.seq + 1))) throw wrong('entry_form', 'a line of audit/entries.jsonl is no entry, or not in the order of the log');
    if (entries.isUnended) throw wrong('entry_form', 'an entry does not end where its line does', place);
    const { seq, at } = reader.read(line, null, before?.at ?? '');
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
  const node = tryJson((await wholeMember(source, need(PROOFS))) ?? new Uint8Array());
  if (node?.kind !== 'array') throw wrong('proof', 'audit/proofs.json is no list of proofs');
  shown.forEach(({ seq, leaf }, i) => {
    const given = node.value[i], hashes = field(given, 'proof', 'array')?.value.map((one) => unhex(one.kind === 'string' ? one.value : 'x'));
    const isProof = hashes?.every((hash) => hash?.length === 32) && field(given, 'seq', 'number')?.value === seq && field(given, 'leaf', 'string')?.value === hex(leaf);
    const root = isProof ? rootOfProof(leaf, seq, checkpoint.size, hashes) : null;
    if (root === null || !equal(root, checkpoint.root)) throw wrong('proof', 'an entry is not proved to be in the log', seq);
  });
  if (node.value.length !== shown.length) throw wrong('proof', 'audit/proofs.json has more proofs than there are entries');
}

/** Between two entries of one target none may be missing, and the visit is shown from its first entry on. */
async function expectNoneLeftOut({ source, need }, shown) {
  const visit = field(tryJson((await wholeMember(source, need(VISIT))) ?? new Uint8Array()), 'visit_id', 'string')?.value;
  if (visit === undefined) throw wrong('prev', 'visit.json names no visit');
  const newest = new Map(), own = JSON.stringify(['visit', visit]);
  for (const { seq, node } of shown) {
    const [kind, id] = ['kind', 'id'].map((name) => field(field(node, 'target'), name, 'string')?.value), prev = field(node, 'prev');
    const target = JSON.stringify([kind, id]), before = newest.get(target);
    const isRead = kind !== undefined && id !== undefined && (prev?.kind === 'null' || prev?.value >= 0);
    const isWhole = before === undefined ? target !== own || prev?.kind === 'null' : prev?.value === before;
    if (!isRead || !isWhole) throw wrong('prev', 'an entry of the same target before this one is not shown', seq);
    newest.set(target, seq);
  }
  if (!newest.has(own)) throw wrong('prev', 'no entry is of the visit');
}

// ----------------------------------------------------------------------------------------------------------- openings

const OPENED_BYTES_MAX = 16 * 2 ** 30;

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
  constructor(source, members) {
    Object.assign(this, { source, members, entries: new Map(), count: 0 });
  }

  async *all() {
    if (!this.members.has(OPENINGS)) return;
    const rows = new Lines(this.source, this.members.get(OPENINGS));
    for (let line = await rows.next(); line !== null; line = await rows.next()) yield readOpening(rows.isUnended ? null : line);
  }

  async seqs() {
    const seqs = new Set();
    for await (const opening of this.all()) if (opening !== null) seqs.add(opening.seq);
    return seqs;
  }

  async check() {
    let before = null, bytes = 0;
    for await (const opening of this.all()) {
      if (opening === null) throw wrong('opening', 'a line of audit/openings.jsonl is no opening');
      const { seq, pointer } = opening;
      if (before !== null && (seq < before.seq || (seq === before.seq && !isBefore(before.pointer, pointer)))) throw wrong('opening', 'the openings are out of order', seq);
      bytes += this.members.get(opening.file)?.bytes ?? 0;
      if (bytes > OPENED_BYTES_MAX) throw wrong('opening', 'one file is opened too often', seq);
      await this.open(opening);
      before = opening;
      this.count++;
    }
    return this.count;
  }

  async open({ seq, pointer, salt, value, file }) {
    const sealed = atPointer(this.entries.get(seq), pointer), commit = unbase64(field(sealed, 'commit', 'string')?.value ?? '');
    if (commit?.length !== 32) throw wrong('opening', 'an opening is of nothing that the entry seals', seq);
    const hash = await bulkSha256();
    hash.update(Uint8Array.of(4)).update(salt);
    if (file === undefined) {
      hash.update(encoder.encode(value.kind === 'string' ? value.value : value.raw));
    } else {
      const member = this.members.get(file);
      if (member === undefined || field(sealed, 'bytes', 'number')?.value !== member.bytes) throw wrong('opening', `${file} is not the file that the entry speaks of`, seq);
      for await (const piece of pieces(this.source, member)) hash.update(piece);
    }
    if (!equal(hash.digest(), commit)) throw wrong('opening', 'what is shown is not what was committed to', seq);
  }
}

// ------------------------------------------------------------------------------------------------------------ anchors

function checkAnchors(given, { checkpoint, marks, since }, { maxGap }, report) {
  if (given.includes('form')) throw wrong('anchor', 'an anchor is no checkpoint');
  if (given.includes('signature')) throw wrong('anchor', 'an anchor is not signed by a key that was given');
  const anchors = [...given].sort((one, other) => one.size - other.size);
  for (const anchor of anchors) {
    const { size } = anchor;
    if (anchor.name !== checkpoint.name) throw wrong('anchor', `the anchor of size ${size} is of another log`);
    if (size > checkpoint.size) throw wrong('anchor', `an anchor covers ${size} entries, the log only ${checkpoint.size}: the newest were removed`, checkpoint.size);
    const beginning = { root: sha256(), chain: genesis(checkpoint.organization), time: null };
    const is = size === checkpoint.size ? checkpoint : (marks.get(size) ?? (size === 0 ? beginning : undefined));
    if (is === undefined) report.not_checked.push(`the anchor of size ${size}: the bundle does not lead through that size`);
    else if (!isSameState(is, anchor)) throw wrong('anchor', `the first ${size} entries are not those that were anchored`);
    else report.anchors.push(size);
  }
  const fork = anchors.find((anchor, i) => i > 0 && anchors[i - 1].size === anchor.size && !isSameState(anchors[i - 1], anchor));
  if (fork !== undefined) throw wrong('anchor', `two anchors of size ${fork.size} say two things`);
  if (given.length === 0) report.not_checked.push('anchors: none was given, so a log that was signed anew from its first entry would not show');
  if (maxGap !== undefined) checkGaps([since, ...anchors.map((anchor) => anchor.time), checkpoint.time], maxGap);
}

function checkGaps(times, days) {
  const microseconds = (time) => Date.parse(`${time.slice(0, 23)}Z`) * 1000 + Number(time.slice(23, 26));
  const sorted = times.filter((time) => time !== null).map(microseconds).sort((one, other) => one - other);
  if (sorted.some((time, i) => i > 0 && time - sorted[i - 1] > days * 86_400_000_000)) throw wrong('gap', `more than ${days} days lie between two checkpoints`);
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
 * Options: `keys` (texts, or what `readKey` made of them), `org`, `anchors` (notes as bytes or text), `maxGap` (days), `hmacKey` (hex).
 */
export async function verifyBundle(input, options) {
  const report = { exit: 0, reason: 'ok', first_bad_seq: null, message: 'all of it holds', keys: [], anchors: [], not_checked: [] };
  const anchors = (options.anchors ?? []).map((anchor) => (typeof anchor === 'string' ? encoder.encode(anchor) : anchor));
  try {
    await verify(sourceOf(input), { ...options, keys: options.keys ?? [], anchors }, report);
    report.not_checked.push('whether what was written is true, only that it was written then and is unchanged', 'entries younger than the checkpoint');
  } catch (error) {
    if (!(error instanceof Finding)) throw error;
    Object.assign(report, { exit: error.exit, reason: error.reason, first_bad_seq: error.seq, message: error.message });
  }
  report.keys = [...new Set(report.keys)];
  return report;
}

/** The report for people. */
export function describe(report) {
  if (report.exit === 2) return `NOT VERIFIED: ${report.message}`;
  const rows = [report.exit === 0 ? 'VERIFIED' : `WRONG${report.first_bad_seq === null ? '' : ` at entry ${report.first_bad_seq}`}: ${report.message}`];
  const row = (name, value) => { if (value !== undefined && value !== null && value !== '') rows.push(`  ${name.padEnd(14)}${value}`); };
  row('organization', report.organization);
  row('bundle', report.kind && `${report.kind}, made ${report.created_at}`);
  if (report.exit === 0) {
    row('entries', `${report.entries}${report.openings ? `, ${report.openings} values opened` : ''}; the log had ${report.tree_size}`);
    row('from, to', report.first_at === null ? null : `${report.first_at} – ${report.last_at}`);
    row('keys', report.keys.join('\n' + ' '.repeat(16)));
    row('anchors', report.anchors.length ? `agree at sizes ${report.anchors.join(', ')}` : null);
    row('not checked', report.not_checked.join('\n' + ' '.repeat(16)));
  }
  return rows.join('\n');
}

const USAGE = 'usage: node verify.mjs BUNDLE --key KEY [--key KEY] [--org ID] [--anchor NOTE_OR_FOLDER] [--max-gap DAYS] [--hmac-key HEX] [--json]';
const NOTE_BYTES_MAX = 1 << 20;

/** Files of keys and notes. Whatever cannot be followed is thrown as a text. */
async function filesystem() {
  const { existsSync, readFileSync, readdirSync, statSync } = await import('node:fs');
  const { open } = await import('node:fs/promises');
  const small = (path) => {
    const about = statSync(path);
    if (!about.isFile() || about.size > NOTE_BYTES_MAX) throw `${path} is no small file`;
    return readFileSync(path);
  };
  const walk = (path) => readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? walk(`${path}/${entry.name}`) : entry.name.endsWith('.note') ? [small(`${path}/${entry.name}`)] : []));
  return {
    open,
    isFile: (path) => statSync(path).isFile(),
    keys(value) {
      if (!existsSync(value)) return [value];
      const keys = (utf8(small(value)) ?? '').split('\n').map((line) => line.trim()).filter((line) => line !== '');
      if (keys.length === 0) throw `${value} is no list of verifier keys`;
      return keys;
    },
    anchors(value) {
      const notes = statSync(value).isDirectory() ? walk(value) : [small(value)];
      if (notes.length === 0) throw `--anchor ${value} has no .note in it`;
      return notes;
    },
  };
}

function readArguments(given, files) {
  const options = { keys: [], anchors: [] };
  let bundle;
  for (let at = 0; at < given.length; at++) {
    const argument = given[at];
    if (argument === '--json') continue;
    if (!argument.startsWith('-')) {
      if (bundle !== undefined) throw USAGE;
      bundle = argument;
      continue;
    }
    const value = given[++at];
    if (value === undefined) throw USAGE;
    if (argument === '--key') options.keys.push(...files.keys(value));
    else if (argument === '--anchor') options.anchors.push(...files.anchors(value));
    else if (argument === '--org') options.org = value;
    else if (argument === '--hmac-key') options.hmacKey = value;
    else if (argument === '--max-gap' && /^\d{1,9}$/.test(value)) options.maxGap = Number(value);
    else throw USAGE;
  }
  if (bundle === undefined) throw USAGE;
  if (options.keys.length === 0) throw 'no key was given: nothing was verified';
  return { bundle, options };
}

async function verifyFile(path, options, files) {
  // Opening a pipe could keep the program waiting for ever.
  if (!files.isFile(path)) throw `${path} is no file`;
  const file = await files.open(path);
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

async function main(given) {
  if (given.includes('--help') || given.includes('-h')) return console.log(USAGE);
  // Node 18 calls Ed25519 experimental, in two lines beside the one that a script waits for.
  process.removeAllListeners('warning').on('warning', ({ name, message }) => name === 'ExperimentalWarning' || console.error(message));
  let report;
  try {
    const files = await filesystem(), { bundle, options } = readArguments(given, files);
    report = await verifyFile(bundle, options, files);
  } catch (error) {
    const message = typeof error === 'string' ? error : error.code ? `cannot read: ${error.message}` : `this could not be verified: ${error.message}`;
    report = { exit: 2, reason: 'usage', first_bad_seq: null, message };
  }
  const text = given.includes('--json') ? JSON.stringify(report) : describe(report);
  (report.exit === 2 && !given.includes('--json') ? console.error : console.log)(text);
  process.exitCode = report.exit;
}

if (globalThis.process?.argv?.[1] && import.meta.url === new URL(`file://${(await import('node:fs')).realpathSync(process.argv[1])}`).href) await main(process.argv.slice(2));
