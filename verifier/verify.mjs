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

/** SHA-256 of a byte, 32 bytes or none, and some bytes: what a log has millions of, without an object for each. */
function prefixed(prefix, first, bytes) {
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

/**
 * Reads JSON (RFC 8259) strictly: no duplicate keys, no lone surrogates, no numbers but integers below 2^53. Gives nodes
 * `{kind, value, raw}`; `raw` is the very text, because what is committed to is bytes and not values. Throws a string.
 */
export function readJson(text) {
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
    return value;
  }
  function node(depth) {
    if (depth > DEPTH_MAX) fail('too deep');
    blank();
    const begin = at, first = text[at];
    const done = (kind, value) => ({ kind, value, raw: text.slice(begin, at) });
    if (first === '"') {
      const value = string();
      return done('string', value);
    }
    if (first === '{' || first === '[') {
      const isObject = first === '{', close = isObject ? '}' : ']';
      const value = isObject ? new Map() : [];
      at++;
      blank();
      if (text[at] === close) { at++; return done(isObject ? 'object' : 'array', value); }
      for (;;) {
        if (isObject) {
          blank();
          const key = string();
          if (value.has(key)) fail('duplicate key');
          blank();
          expect(':');
          value.set(key, node(depth + 1));
        } else {
          value.push(node(depth + 1));
        }
        blank();
        if (text[at] === close) { at++; return done(isObject ? 'object' : 'array', value); }
        expect(',');
      }
    }
    const word = /(?:true|false|null|-?(?:0|[1-9][0-9]*))(?![0-9.eE+\-a-z])/y;
    word.lastIndex = at;
    const match = word.exec(text);
    if (!match) fail('no value');
    at += match[0].length;
    if (match[0] === 'true' || match[0] === 'false') return done('boolean', match[0] === 'true');
    if (match[0] === 'null') return done('null', null);
    const number = Number(match[0]);
    if (!Number.isSafeInteger(number)) fail('number out of range');
    return done('number', number);
  }
  if (LONE_SURROGATE.test(text)) fail('lone surrogate');
  const root = node(0);
  blank();
  if (at !== text.length) fail('more than one value');
  return root;
}

const field = (node, name, kind) => {
  const found = node.kind === 'object' ? node.value.get(name) : undefined;
  return found !== undefined && (kind === undefined || found.kind === kind) ? found : undefined;
};

/** The node at a JSON Pointer (RFC 6901). */
function atPointer(node, pointer) {
  if (pointer === '') return node;
  if (!pointer.startsWith('/')) return undefined;
  for (const part of pointer.slice(1).split('/')) {
    if (/~(?![01])/.test(part)) return undefined;
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    node = node?.kind === 'object' ? node.value.get(name) : node?.kind === 'array' ? node.value[/^(0|[1-9][0-9]*)$/.test(name) ? name : -1] : undefined;
  }
  return node;
}

// --------------------------------------------------------------------------------------------------------------- ZIP

const MEMBERS_MAX = 100_000, MEMBER_BYTES_MAX = 2 ** 32 - 1, TOTAL_BYTES_MAX = 8 * 2 ** 30, PIECE = 1 << 20;
const SMALL_BYTES_MAX = 64 * 2 ** 20;

/**
 * Opens a ZIP. `source` has `size` and `read(from, to)`. Only what the contract allows is taken: stored and deflated
 * members with plain names, no ZIP64, no encryption, no links, none twice.
 */
async function openZip(source) {
  const tailBytes = Math.min(source.size, 22 + 65535);
  const tail = await source.read(source.size - tailBytes, source.size);
  let end = -1;
  for (let at = tail.length - 22; at >= 0 && end < 0; at--) {
    if (tail[at] === 0x50 && tail[at + 1] === 0x4b && tail[at + 2] === 5 && tail[at + 3] === 6) end = at;
  }
  if (end < 0) throw noBundle('container', 'this is no ZIP file, or its end is missing');
  const view = new DataView(tail.buffer, tail.byteOffset);
  const count = view.getUint16(end + 10, true), bytes = view.getUint32(end + 12, true), from = view.getUint32(end + 16, true);
  const endAt = source.size - tailBytes + end;
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 6, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    throw noBundle('container', 'the ZIP file is in several parts');
  }
  if (endAt + 22 + view.getUint16(end + 20, true) !== source.size || from + bytes !== endAt) throw noBundle('container', 'the ZIP file does not end where it says');
  if (count > MEMBERS_MAX || count === 0xffff) throw noBundle('container', 'too many members');
  const directory = await source.read(from, endAt);
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
    if (member.flags & 0x2041) throw noBundle('container', `${name} is encrypted`);
    if (member.method !== 0 && member.method !== 8) throw noBundle('container', `${name} is packed by an unknown method`);
    if ([member.packed, member.bytes, member.at].includes(0xffffffff)) throw noBundle('container', `${name} is larger than 4 GiB`);
    if (member.method === 0 && member.packed !== member.bytes) throw noBundle('container', `${name} has two sizes`);
    total += member.bytes;
    if (total > TOTAL_BYTES_MAX) throw noBundle('container', 'the members together are larger than 8 GiB');
    members.set(name, member);
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  if (at !== directory.length) throw noBundle('container', 'the directory of the ZIP file has another length');
  let free = 0;
  for (const member of [...members.values()].sort((one, other) => one.at - other.at)) {
    if (member.at < free || member.at + 30 > from) throw noBundle('container', `${member.name} lies over another member`);
    const local = await source.read(member.at, member.at + 30);
    const head = new DataView(local.buffer, local.byteOffset);
    if (head.getUint32(0, true) !== 0x04034b50) throw noBundle('container', `${member.name} is not where the directory says`);
    const nameEnd = member.at + 30 + head.getUint16(26, true);
    const localName = await source.read(member.at + 30, Math.min(nameEnd, from));
    if (!equal(localName, encoder.encode(member.name))) throw noBundle('container', `${member.name} has two names`);
    if (head.getUint16(8, true) !== member.method) throw noBundle('container', `${member.name} has two methods`);
    member.from = nameEnd + head.getUint16(28, true);
    free = member.from + member.packed;
    if (free > from) throw noBundle('container', `${member.name} is cut`);
  }
  return members;
}

function memberName(bytes) {
  let name;
  try { name = strictUtf8.decode(bytes); } catch { throw noBundle('container', 'the name of a member is not UTF-8'); }
  const parts = name.split('/');
  const isPlain = parts.every((part) => /^[A-Za-z0-9._-]+$/.test(part) && part !== '.' && part !== '..');
  if (!isPlain) throw noBundle('container', 'the name of a member is no plain path');
  return name;
}

/** The bytes of a member in pieces. What unpacks to more than the member says is stopped at once. */
async function* pieces(source, member) {
  async function* packed() {
    for (let at = 0; at < member.packed; at += PIECE) yield await source.read(member.from + at, member.from + Math.min(at + PIECE, member.packed));
  }
  let seen = 0;
  const unpacked = member.method === 0 ? packed() : inflated(packed());
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

async function* inflated(packed) {
  if (globalThis.process?.versions?.node) {
    const [{ createInflateRaw }, { Readable }] = await Promise.all([import('node:zlib'), import('node:stream')]);
    const unpacking = createInflateRaw();
    const feeding = Readable.from(packed);
    feeding.on('error', (error) => unpacking.destroy(error));
    yield* feeding.pipe(unpacking);
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

async function wholeMember(source, member) {
  if (member.bytes > SMALL_BYTES_MAX) throw wrong('members', `${member.name} is larger than 64 MiB`);
  const whole = new Uint8Array(member.bytes);
  let at = 0;
  for await (const piece of pieces(source, member)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Lines as bytes; each must end with LF and with nothing else. `take` gives what is at hand, `fill` brings more. */
class Lines {
  constructor(source, member, reason) {
    Object.assign(this, { pieces: pieces(source, member), member, reason, piece: new Uint8Array(), from: 0, held: [] });
  }

  take() {
    const end = this.piece.indexOf(10, this.from);
    if (end < 0) return null;
    const part = this.piece.subarray(this.from, end);
    this.from = end + 1;
    if (this.held.length === 0) return part;
    const line = joined([...this.held, part]);
    this.held = [];
    return line;
  }

  async fill() {
    if (this.from < this.piece.length) this.held.push(this.piece.slice(this.from));
    const next = await this.pieces.next();
    if (next.done && this.held.length > 0) throw wrong(this.reason, `the last line of ${this.member.name} is not ended`);
    this.piece = next.done ? new Uint8Array() : next.value;
    this.from = 0;
    return !next.done;
  }

  /** The next line, or null after the last. */
  async next() {
    for (;;) {
      const line = this.take();
      if (line !== null) return line;
      if (!(await this.fill())) return null;
    }
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

/** Reads a verifier key (C2SP signed-note): `<name>+<hex id>+<base64 of 0x01 || public key>`. */
export function readKey(text) {
  const parts = text.trim().split('+');
  const [name, id, ...rest] = parts;
  const bytes = unbase64(rest.join('+') ?? '');
  if (parts.length < 3 || !name || /[\s]/.test(name) || bytes?.length !== 33 || bytes[0] !== 1) throw noBundle('usage', `this is no verifier key: ${text.trim().slice(0, 80)}`);
  const wanted = sha256(encoder.encode(`${name}\n`), bytes).subarray(0, 4);
  if (hex(wanted) !== id) throw noBundle('usage', `the id of the key ${name} is not its own`);
  return { name, id, public: bytes.subarray(1) };
}

async function verifiesEd25519(key, text, signature) {
  if (signature.length !== 64) return false;
  key.imported ??= subtle.importKey('raw', key.public, { name: 'Ed25519' }, false, ['verify']);
  try { return await subtle.verify({ name: 'Ed25519' }, await key.imported, signature, text); } catch { return false; }
}

/** The lines of a note's text, when a key that was given and has the wanted name signed it. */
async function readNote(bytes, keys, isName, reason, what) {
  const note = utf8(bytes);
  const end = note?.lastIndexOf('\n\n') ?? -1;
  if (end < 0 || !note.endsWith('\n')) throw wrong(reason.form, `${what} is no signed note`);
  const text = note.slice(0, end + 1);
  const used = [];
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const parts = line.split(' ');
    const signature = parts.length === 3 && parts[0] === '\u2014' ? unbase64(parts[2]) : null;
    if (signature === null || signature.length < 5) throw wrong(reason.form, `${what} has a malformed line of signature`);
    const id = hex(signature.subarray(0, 4));
    for (const key of keys.filter((one) => one.name === parts[1] && one.id === id && isName(one.name))) {
      if (!(await verifiesEd25519(key, encoder.encode(text), signature.subarray(4)))) throw wrong(reason.signature, `${what} is not signed by ${key.name}+${key.id}`);
      used.push(key);
    }
  }
  if (used.length === 0) throw wrong(reason.signature, `${what} is signed by no key that was given`);
  const first = text.slice(0, text.indexOf('\n'));
  if (used.some((key) => key.name !== first)) throw wrong(reason.signature, `${what} is signed by the key of another log`);
  return { lines: text.slice(0, -1).split('\n'), keys: used, name: first };
}

const CHECKPOINT = { form: 'checkpoint_form', signature: 'checkpoint_signature' };
const ANCHOR = { form: 'anchor', signature: 'anchor' };
const MANIFEST = { form: 'manifest_signature', signature: 'manifest_signature' };

async function readCheckpoint(bytes, keys, organization, what, reason = CHECKPOINT) {
  const isLog = (name) => name.endsWith(`/${organization}`);
  const { lines: [name, size, root, chain, time, ...rest], keys: used } = await readNote(bytes, keys, isLog, reason, what);
  const isSize = /^(0|[1-9][0-9]{0,14})$/.test(size ?? '');
  const hashes = [root ?? '', chain?.startsWith('chain ') ? chain.slice(6) : ''].map(unbase64);
  const isTime = Number(size) === 0 ? time === undefined : /^time \S+$/.test(time ?? '');
  if (!isSize || hashes.some((hash) => hash?.length !== 32) || !isTime || rest.length > 0) throw wrong(reason.form, `${what} is no checkpoint`);
  return { name, size: Number(size), root: hashes[0], chain: hashes[1], time: time?.slice(5) ?? null, keys: used };
}

// ----------------------------------------------------------------------------------------------------------- manifest

const MANIFEST_FILES = ['manifest.json', 'manifest.hmac', 'manifest.sig'];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

function readManifest(bytes) {
  const text = utf8(bytes);
  if (text === null) throw noBundle('manifest_form', 'manifest.json is not UTF-8');
  let node;
  try { node = readJson(text); } catch (why) { throw noBundle('manifest_form', `manifest.json is no JSON: ${why}`); }
  const take = (name, kind, is = () => true) => {
    const found = field(node, name, kind);
    if (found === undefined || !is(found.value)) throw noBundle('manifest_form', `manifest.json has no good ${name}`);
    return found.value;
  };
  const natural = (number) => number >= 0;
  const digest = (text) => unhex(text)?.length === 32 || unbase64(text)?.length === 32;
  if (take('v', 'number') !== 1) throw noBundle('manifest_form', 'manifest.json is of a version that this verifier does not know');
  const manifest = {
    kind: take('kind', 'string', (kind) => ['audit', 'data', 'evidence'].includes(kind)),
    organization: take('organization_id', 'string', (id) => UUID.test(id)),
    createdAt: take('created_at', 'string'),
    firstSeq: take('first_seq', 'number', natural),
    treeSize: take('tree_size', 'number', natural),
    root: take('root', 'string', digest),
    chain: take('chain', 'string', digest),
    counts: take('counts', 'object'),
    files: new Map(),
  };
  let before = '';
  for (const file of take('files', 'array')) {
    const [name, size, sum] = [field(file, 'name', 'string')?.value, field(file, 'bytes', 'number')?.value, field(file, 'sha256', 'string')?.value];
    if (name === undefined || !(size >= 0) || unhex(sum ?? 'x')?.length !== 32) throw noBundle('manifest_form', 'manifest.json lists a file that is none');
    if (!(name > before) || MANIFEST_FILES.includes(name)) throw noBundle('manifest_form', `manifest.json lists ${name} out of order or twice`);
    before = name;
    manifest.files.set(name, { bytes: size, sha256: sum });
  }
  return manifest;
}

const isHash = (text, hash) => text === hex(hash) || text === base64(hash);

// ------------------------------------------------------------------------------------------------------------ entries

/** Reads an entry's line; `expected` is the seq that it must have, or null where some are left out. */
function readEntry(line, organization, expected, before) {
  const at = expected ?? null;
  const text = utf8(line);
  let node;
  try { node = text === null ? null : readJson(text); } catch { node = null; }
  if (node?.kind !== 'object') throw wrong('entry_form', 'an entry is no JSON object', at);
  const seq = field(node, 'seq', 'number')?.value;
  if (!(seq >= 0) || (expected !== null && seq !== expected)) throw wrong('entry_form', `an entry has the number ${seq}`, at);
  if (field(node, 'v', 'number')?.value !== 1) throw wrong('entry_form', 'an entry is of an unknown version', seq);
  if (field(node, 'org', 'string')?.value !== organization) throw wrong('entry_form', 'an entry is of another organization', seq);
  const moment = field(node, 'at', 'string')?.value ?? '';
  if (!MOMENT.test(moment) || moment < before) throw wrong('entry_form', 'the time of an entry falls, or is none', seq);
  return { node, seq, at: moment };
}

const CSV_HEAD = 'seq,at,via,actor_kind,actor_id,impersonation,ip,ua,action,target_kind,target_id,prev,reason,diff,request_id';

/** The line of an entry in `audit/entries.csv`. */
export function csvLine(node) {
  const cell = (pointer) => {
    const found = atPointer(node, pointer);
    const text = found === undefined || found.kind === 'null' ? '' : found.kind === 'string' ? found.value : found.raw;
    const guarded = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return `"${guarded.replaceAll('"', '""')}"`;
  };
  const pointers = ['/seq', '/at', '/via', '/actor/kind', '/actor/id', '/actor/impersonation', '/ip', '/ua', '/action', '/target/kind', '/target/id', '/prev', '/reason', '/diff', '/request_id'];
  return pointers.map(cell).join(',');
}

// ------------------------------------------------------------------------------------------------------- the verifier

/** Where a log stood at a size: what an anchor is compared with. */
class Marks {
  constructor(sizes) {
    this.wanted = new Set(sizes);
    this.seen = new Map();
  }

  see(tree, link) {
    if (this.wanted.has(tree.size)) this.seen.set(tree.size, { root: tree.root(), link });
  }
}

async function verify(source, options, report) {
  const keys = options.keys.map(readKey);
  if (keys.length === 0) throw noBundle('usage', 'no key was given: nothing was verified');
  const hmacKey = options.hmacKey === undefined ? null : unhex(options.hmacKey);
  if (options.hmacKey !== undefined && hmacKey?.length !== 32) throw noBundle('usage', 'the HMAC key is not 32 bytes in hex');
  if (options.org !== undefined && !UUID.test(options.org)) throw noBundle('usage', 'the organization is no id');
  const members = await openZip(source);
  for (const name of MANIFEST_FILES) if (!members.has(name)) throw noBundle('container', `${name} is missing`);
  const manifestBytes = await wholeMember(source, members.get('manifest.json'));
  const manifest = readManifest(manifestBytes);
  Object.assign(report, { kind: manifest.kind, organization: manifest.organization, created_at: manifest.createdAt });
  if (options.org !== undefined && options.org !== manifest.organization) throw wrong('organization', `the bundle is of the organization ${manifest.organization}`);
  await checkSignature(source, members, manifest, manifestBytes, keys, hmacKey, report);

  // What the manifest does not speak of decides; but the number of the first bad entry is worth looking for.
  const changed = await checkMembers(source, members, manifest);
  const tryAnyway = ['audit/entries.jsonl', 'audit/links.txt', 'audit/openings.jsonl', 'audit/proofs.json', 'audit/entries.csv'];
  if (changed !== null && !tryAnyway.includes(changed.member)) throw changed.finding;
  try {
    await checkLog(source, members, manifest, keys, options, report);
  } catch (error) {
    if (changed === null || !(error instanceof Finding)) throw error;
    changed.finding.seq = error.seq;
    throw changed.finding;
  }
  if (changed !== null) throw changed.finding;
}

async function checkSignature(source, members, manifest, manifestBytes, keys, hmacKey, report) {
  const hmac = utf8(await wholeMember(source, members.get('manifest.hmac')));
  const note = await wholeMember(source, members.get('manifest.sig'));
  const isBundle = (name) => name.endsWith(`/${manifest.organization}/bundle`);
  const { lines: [, ...rest], keys: used } = await readNote(note, keys, isBundle, MANIFEST, 'manifest.sig');
  const wanted = [`sha256 ${hex(sha256(manifestBytes))}`, `hmac ${hmac?.slice(0, -1)}`];
  if (!/^[0-9a-f]{64}\n$/.test(hmac ?? '') || rest.join('\n') !== wanted.join('\n')) throw wrong('manifest_signature', 'the manifest is not the one that was signed');
  report.keys.push(...used.map((key) => `${key.name}+${key.id}`));
  if (hmacKey === null) report.not_checked.push('the HMAC of the manifest: its key was not given (--hmac-key)');
  else if (hex(hmacSha256(hmacKey, manifestBytes)) !== hmac.slice(0, -1)) throw wrong('hmac', 'the HMAC of the manifest is of another key or text');
}

/** For whole members: under Node its own hash, which the processor helps with; in a page the one above. */
async function bulkSha256() {
  if (!globalThis.process?.versions?.node) return new Sha256();
  return (await import('node:crypto')).createHash('sha256');
}

/** The first member that is not what the manifest says, or null. */
async function checkMembers(source, members, manifest) {
  const found = (member, text) => ({ member, finding: wrong('members', text) });
  for (const name of members.keys()) {
    if (!manifest.files.has(name) && !MANIFEST_FILES.includes(name)) return found(name, `${name} is not listed in the manifest`);
  }
  for (const name of manifest.files.keys()) if (!members.has(name)) return found(name, `${name} is missing`);
  let first = null;
  for (const [name, listed] of manifest.files) {
    const hash = await bulkSha256();
    if (members.get(name).bytes === listed.bytes) for await (const piece of pieces(source, members.get(name))) hash.update(piece);
    if (members.get(name).bytes !== listed.bytes || hex(hash.digest()) !== listed.sha256) first ??= found(name, `${name} is not what the manifest says`);
  }
  return first;
}

async function checkLog(source, members, manifest, keys, options, report) {
  const need = (name) => {
    if (!members.has(name)) throw wrong('members', `${name} is missing`);
    return members.get(name);
  };
  const checkpoint = await readCheckpoint(await wholeMember(source, need('audit/checkpoint.note')), keys, manifest.organization, 'audit/checkpoint.note');
  report.keys.push(...checkpoint.keys.map((key) => `${key.name}+${key.id}`));
  if (checkpoint.size !== manifest.treeSize || !isHash(manifest.root, checkpoint.root) || !isHash(manifest.chain, checkpoint.chain)) {
    throw wrong('checkpoint_form', 'the manifest speaks of another checkpoint');
  }
  report.size = checkpoint.size;
  const anchors = [];
  let begun = { size: 0, tree: new Tree(), link: genesis(manifest.organization), time: '' };
  if (manifest.kind !== 'evidence' && (manifest.firstSeq > 0 || members.has('audit/previous.note'))) begun = await readFrontier(source, need, manifest, keys);
  const openings = members.has('audit/openings.jsonl') ? await readOpenings(source, members.get('audit/openings.jsonl')) : [];
  for (const bytes of options.anchors ?? []) anchors.push(await tryAnchor(bytes, keys, manifest.organization));
  const marks = new Marks(anchors.flatMap((anchor) => (anchor.finding ? [] : [anchor.size])));
  const seen = manifest.kind === 'evidence'
    ? await checkShown(source, need, members, manifest, checkpoint, openings, report)
    : await checkEvery(source, need, members, manifest, checkpoint, begun, openings, marks, report);
  await checkOpenings(source, members, openings, seen.opened);
  if (members.has('audit/entries.csv') && seen.csv !== null && !seen.csv) throw wrong('csv', 'audit/entries.csv is not what the entries say');
  checkAnchors(anchors, manifest, checkpoint, begun, marks, options, report);
}

async function readFrontier(source, need, manifest, keys) {
  const previous = await readCheckpoint(await wholeMember(source, need('audit/previous.note')), keys, manifest.organization, 'audit/previous.note');
  const text = utf8(await wholeMember(source, need('audit/frontier.txt'))) ?? '';
  const roots = text === '' ? [] : text.slice(0, -1).split('\n').map(unhex);
  if ((text !== '' && !text.endsWith('\n')) || roots.some((root) => root?.length !== 32)) throw wrong('frontier', 'audit/frontier.txt is malformed');
  if (previous.size !== manifest.firstSeq || roots.length !== Tree.width(previous.size)) throw wrong('frontier', 'the frontier is of another size');
  const tree = new Tree(previous.size, roots);
  if (!equal(tree.root(), previous.root)) throw wrong('frontier', 'the frontier does not lead to the previous checkpoint');
  return { size: previous.size, tree, link: previous.chain, time: previous.time ?? '' };
}

/** Every entry from the first to the checkpoint. */
async function checkEvery(source, need, members, manifest, checkpoint, begun, openings, marks, report) {
  const { tree } = begun;
  let { link, time } = begun;
  const opened = new Map(), wanted = groupBySeq(openings);
  const [entries, links] = [new Lines(source, need('audit/entries.jsonl'), 'entry_form'), new Lines(source, need('audit/links.txt'), 'leaf')];
  const csv = members.has('audit/entries.csv') ? new Lines(source, members.get('audit/entries.csv'), 'csv') : null;
  let csvHolds = csv === null ? null : utf8((await csv.next()) ?? new Uint8Array()) === CSV_HEAD;
  let first = null;
  const heads = new Heads(manifest.organization);
  marks.see(tree, link);
  for (;;) {
    const line = entries.take() ?? (await entries.next());
    if (line === null) break;
    const seq = tree.size;
    const isWhole = csvHolds || wanted.has(seq);
    const at = (isWhole ? null : heads.timeOf(line, seq, time)) ?? readEntry(line, manifest.organization, seq, time).at;
    const leaf = leafHash(line);
    link = linkHash(link, leaf);
    checkWritten(links.take() ?? (await links.next()), seq, leaf, link);
    tree.append(leaf);
    marks.see(tree, link);
    time = at;
    first ??= at;
    if (isWhole) {
      const { node } = readEntry(line, manifest.organization, seq, at);
      if (wanted.has(seq)) opened.set(seq, node);
      if (csvHolds) csvHolds = await sameCsv(csv, node);
    }
    if (tree.size > checkpoint.size) throw wrong('tree', 'there are more entries than the checkpoint covers', seq);
  }
  if ((await links.next()) !== null) throw wrong('leaf', 'audit/links.txt has more lines than there are entries', tree.size);
  if (csvHolds) csvHolds = (await csv.next()) === null;
  report.entries = tree.size - begun.size;
  Object.assign(report, { first_seq: begun.size, first_at: first, last_at: time || null });
  if (tree.size !== checkpoint.size) throw wrong('tree', `the entries end at ${tree.size}, the checkpoint covers ${checkpoint.size}`, tree.size);
  if (!equal(tree.root(), checkpoint.root) || !equal(link, checkpoint.chain) || (checkpoint.time ?? '') !== time) {
    throw wrong('tree', `the log is not what was signed, somewhere from entry ${begun.size} on`);
  }
  checkCounts(manifest, report, openings);
  return { opened, csv: csvHolds };
}

async function sameCsv(csv, node) {
  // A cell may hold line feeds, so as many lines are taken as the entry's own line has.
  const wanted = csvLine(node).split('\n');
  for (const part of wanted) {
    const got = await csv.next();
    if (got === null || utf8(got) !== part) return false;
  }
  return true;
}

const HEX_BYTES = encoder.encode('0123456789abcdef');

/** True where the bytes from `at` on are the hash in hex. */
function isHexAt(bytes, at, hash) {
  for (let i = 0; i < 32; i++) {
    if (bytes[at + 2 * i] !== HEX_BYTES[hash[i] >> 4] || bytes[at + 2 * i + 1] !== HEX_BYTES[hash[i] & 15]) return false;
  }
  return true;
}

/** Compares a line `seq leaf link` with what was computed; where some entries are left out, the link cannot be. */
function checkWritten(written, seq, leaf, link) {
  const number = String(seq), at = number.length;
  let isLine = written !== null && written.length === at + 130 && written[at] === 32 && written[at + 65] === 32;
  for (let i = 0; isLine && i < at; i++) isLine = written[i] === number.charCodeAt(i);
  if (!isLine || !isHexAt(written, at + 1, leaf)) throw wrong('leaf', 'an entry is not the one whose hash stands beside it', seq);
  if (link !== null && !isHexAt(written, at + 66, link)) throw wrong('link', 'the chain does not go through this entry', seq);
}

/**
 * Reads number and time of an entry without reading all of it. An entry whose first bytes are not those that the database
 * writes gives null, and is read as JSON; so is every entry of which more is needed.
 */
class Heads {
  constructor(organization) {
    this.head = encoder.encode(`{"v": 1, "org": "${organization}", "seq": `);
    this.time = encoder.encode(', "at": "');
    this.text = '';
    this.bytes = new Uint8Array(27);
  }

  timeOf(line, seq, before) {
    let at = 0;
    for (; at < this.head.length; at++) if (line[at] !== this.head[at]) return null;
    const number = String(seq);
    for (let i = 0; i < number.length; i++) if (line[at++] !== number.charCodeAt(i)) return null;
    for (let i = 0; i < this.time.length; i++) if (line[at++] !== this.time[i]) return null;
    if (line[at + 27] !== 0x22 || line[line.length - 1] !== 0x7d) return null;
    let text = '';
    for (let i = 0; i < 27; i++) text += String.fromCharCode(line[at + i]);
    return text >= before && MOMENT.test(text) ? text : null;
  }
}

/** The entries of one visit, each with its own proof. */
async function checkShown(source, need, members, manifest, checkpoint, openings, report) {
  const opened = new Map(), wanted = groupBySeq(openings), last = new Map();
  const proofs = readProofs(utf8(await wholeMember(source, need('audit/proofs.json'))));
  const visit = readVisit(utf8(await wholeMember(source, need('visit.json'))));
  const [entries, links] = [new Lines(source, need('audit/entries.jsonl'), 'entry_form'), new Lines(source, need('audit/links.txt'), 'leaf')];
  const csv = members.has('audit/entries.csv') ? new Lines(source, members.get('audit/entries.csv'), 'csv') : null;
  let csvHolds = csv === null ? null : utf8((await csv.next()) ?? new Uint8Array()) === CSV_HEAD;
  let before = -1, time = '', count = 0, first = null, prev = null, proof = null;
  for (let line = await entries.next(); line !== null; line = await entries.next()) {
    const entry = readEntry(line, manifest.organization, null, time);
    if (entry.seq <= before) throw wrong('entry_form', 'the entries are out of order', entry.seq);
    const leaf = leafHash(line);
    checkWritten(await links.next(), entry.seq, leaf, null);
    const given = proofs[count++];
    const root = given?.seq === entry.seq && given.leaf === hex(leaf) ? rootOfProof(leaf, entry.seq, checkpoint.size, given.proof) : null;
    if (root === null || !equal(root, checkpoint.root)) proof ??= wrong('proof', 'an entry is not proved to be in the log', entry.seq);
    prev ??= checkPrev(entry, last, visit);
    [before, time] = [entry.seq, entry.at];
    first ??= entry.at;
    if (wanted.has(entry.seq)) opened.set(entry.seq, entry.node);
    if (csvHolds) csvHolds = await sameCsv(csv, entry.node);
  }
  if ((await links.next()) !== null) throw wrong('leaf', 'audit/links.txt has more lines than there are entries');
  if (csvHolds) csvHolds = (await csv.next()) === null;
  Object.assign(report, { entries: count, first_seq: manifest.firstSeq, first_at: first, last_at: time || null });
  if (proof === null && (proofs.length !== count || count === 0)) proof = wrong('proof', 'there are more proofs than entries, or none');
  if (proof !== null) throw proof;
  if (prev !== null) throw prev;
  if (!last.has(`visit ${visit}`)) throw wrong('prev', 'no entry is of the visit');
  report.not_checked.push('entries of this visit that are younger than the last one shown');
  checkCounts(manifest, report, openings);
  return { opened, csv: csvHolds };
}

/** Between two entries of one target none may be missing, and the visit is shown from its first entry on. */
function checkPrev(entry, last, visit) {
  const target = field(entry.node, 'target', 'object');
  const name = target && `${field(target, 'kind', 'string')?.value} ${field(target, 'id', 'string')?.value}`;
  const prev = field(entry.node, 'prev')?.value;
  const shown = last.get(name);
  last.set(name, entry.seq);
  const isWhole = shown === undefined ? name !== `visit ${visit}` || prev === null : prev === shown;
  return isWhole ? null : wrong('prev', 'an entry of the same target before this one is not shown', entry.seq);
}

function readProofs(text) {
  let node;
  try { node = readJson(text ?? ''); } catch { throw wrong('proof', 'audit/proofs.json is no JSON'); }
  if (node.kind !== 'array') throw wrong('proof', 'audit/proofs.json is no list');
  return node.value.map((one) => {
    const hashes = field(one, 'proof', 'array')?.value.map((hash) => (hash.kind === 'string' ? unhex(hash.value) : null)) ?? [null];
    if (hashes.some((hash) => hash?.length !== 32)) throw wrong('proof', 'audit/proofs.json holds a malformed proof', field(one, 'seq', 'number')?.value ?? null);
    return { seq: field(one, 'seq', 'number')?.value, leaf: field(one, 'leaf', 'string')?.value, proof: hashes };
  });
}

function readVisit(text) {
  try {
    const id = field(readJson(text ?? ''), 'visit_id', 'string')?.value;
    if (id !== undefined) return id;
  } catch { /* the line below says it */ }
  throw wrong('prev', 'visit.json names no visit');
}

function checkCounts(manifest, report, openings) {
  const told = (name) => manifest.counts.get(name)?.value;
  const differs = (name, count) => told(name) !== undefined && told(name) !== count;
  if (differs('entries', report.entries) || differs('openings', openings.length)) throw wrong('tree', 'the manifest counts otherwise');
  report.openings = openings.length;
}

// ----------------------------------------------------------------------------------------------------------- openings

async function readOpenings(source, member) {
  const openings = [];
  let before = [-1, ''];
  const rows = new Lines(source, member, 'opening');
  for (let line = await rows.next(); line !== null; line = await rows.next()) {
    let node;
    try { node = readJson(utf8(line) ?? ''); } catch { throw wrong('opening', 'an opening is no JSON'); }
    const [seq, pointer] = [field(node, 'seq', 'number')?.value, field(node, 'pointer', 'string')?.value];
    const salt = unbase64(field(node, 'salt', 'string')?.value ?? '');
    const [value, file] = [field(node, 'value'), field(node, 'file', 'string')?.value];
    const isWhole = node.kind === 'object' && node.value.size === 4 && seq >= 0 && pointer !== undefined && salt?.length === 32;
    if (!isWhole || (value === undefined) === (file === undefined)) throw wrong('opening', 'an opening is malformed', seq ?? null);
    if (seq < before[0] || (seq === before[0] && pointer <= before[1])) throw wrong('opening', 'the openings are out of order', seq);
    before = [seq, pointer];
    openings.push({ seq, pointer, salt, value, file });
  }
  return openings;
}

const groupBySeq = (openings) => new Set(openings.map((opening) => opening.seq));

async function checkOpenings(source, members, openings, entries) {
  for (const opening of openings) {
    const entry = entries.get(opening.seq);
    const sealed = entry && atPointer(entry, opening.pointer);
    const commit = sealed && unbase64(field(sealed, 'commit', 'string')?.value ?? '');
    if (!commit) throw wrong('opening', 'an opening is of nothing that the entry seals', opening.seq);
    let value;
    if (opening.file === undefined) {
      value = encoder.encode(opening.value.kind === 'string' ? opening.value.value : opening.value.raw);
      if (field(sealed, 'sealed', 'string') === undefined) throw wrong('opening', 'a value is opened where a file was sealed', opening.seq);
    } else {
      const member = members.get(opening.file);
      if (member === undefined || field(sealed, 'bytes', 'number')?.value !== member.bytes) throw wrong('opening', `${opening.file} is not the file that the entry speaks of`, opening.seq);
      value = await wholeMember(source, member);
    }
    if (!equal(commitment(opening.salt, value), commit)) throw wrong('opening', 'what is shown is not what was committed to', opening.seq);
  }
}

// ------------------------------------------------------------------------------------------------------------ anchors

async function tryAnchor(bytes, keys, organization) {
  try {
    return await readCheckpoint(bytes, keys, organization, 'an anchor', ANCHOR);
  } catch (finding) {
    return { finding };
  }
}

function checkAnchors(anchors, manifest, checkpoint, begun, marks, options, report) {
  const moments = [];
  for (const anchor of anchors) {
    if (anchor.finding) throw anchor.finding;
    if (anchor.size > checkpoint.size) throw wrong('anchor', `an anchor covers ${anchor.size} entries, the log only ${checkpoint.size}`, checkpoint.size);
    const is = anchor.size === checkpoint.size ? { root: checkpoint.root, link: checkpoint.chain } : marks.seen.get(anchor.size);
    if (is === undefined) {
      report.not_checked.push(`the anchor of size ${anchor.size}: the bundle does not hold the entries before it`);
      continue;
    }
    if (!equal(is.root, anchor.root) || !equal(is.link, anchor.chain)) throw wrong('anchor', `the log is not what was anchored at size ${anchor.size}`);
    report.anchors.push(anchor.size);
    if (anchor.time !== null) moments.push(anchor.time);
  }
  if (options.maxGap !== undefined) {
    const times = [...(begun.time ? [begun.time] : []), ...moments, ...(checkpoint.time ? [checkpoint.time] : [])].map(Date.parse).sort((one, other) => one - other);
    const gap = times.slice(1).reduce((widest, time, i) => Math.max(widest, time - times[i]), 0) / 86_400_000;
    if (gap > options.maxGap) throw wrong('gap', `two checkpoints lie ${gap.toFixed(1)} days apart`);
  }
}

// ---------------------------------------------------------------------------------------------------------- reporting

/**
 * Verifies a bundle: `{exit, reason, first_bad_seq, text, …}`. `input` is a Uint8Array, a Blob, or `{size, read(from, to)}`.
 * Options: `keys` (texts), `org`, `anchors` (notes as bytes or text), `maxGap` (days), `hmacKey` (hex).
 */
export async function verifyBundle(input, options) {
  const report = { exit: 0, reason: 'ok', first_bad_seq: null, text: 'all of it holds', keys: [], anchors: [], not_checked: [] };
  const source = input instanceof Uint8Array ? { size: input.length, read: async (from, to) => input.subarray(from, to) }
    : typeof input.arrayBuffer === 'function' ? { size: input.size, read: async (from, to) => new Uint8Array(await input.slice(from, to).arrayBuffer()) } : input;
  const anchors = (options.anchors ?? []).map((anchor) => (typeof anchor === 'string' ? encoder.encode(anchor) : anchor));
  try {
    await verify(source, { ...options, keys: options.keys ?? [], anchors }, report);
    report.keys = [...new Set(report.keys)];
    report.not_checked.push('entries younger than the checkpoint, and whether what was written is true');
  } catch (error) {
    if (!(error instanceof Finding)) throw error;
    Object.assign(report, { exit: error.exit, reason: error.reason, first_bad_seq: error.seq, text: error.message });
  }
  return report;
}

/** The report for people. */
export function describe(report) {
  if (report.exit === 2) return `NOT VERIFIED: ${report.text}`;
  const rows = [report.exit === 0 ? 'VERIFIED' : `WRONG${report.first_bad_seq === null ? '' : ` at entry ${report.first_bad_seq}`}: ${report.text}`];
  const row = (name, value) => { if (value !== undefined && value !== null && value !== '') rows.push(`  ${name.padEnd(14)}${value}`); };
  row('organization', report.organization);
  row('bundle', report.kind && `${report.kind}, made ${report.created_at}`);
  if (report.exit === 0) {
    row('entries', `${report.entries}${report.openings ? `, ${report.openings} values opened` : ''}; the log had ${report.size}`);
    row('from, to', `${report.first_at} – ${report.last_at}`);
    row('keys', report.keys.join('\n' + ' '.repeat(16)));
    row('anchors', report.anchors.length ? `sizes ${report.anchors.join(', ')}` : 'none given');
    row('not checked', report.not_checked.join('\n' + ' '.repeat(16)));
  }
  return rows.join('\n');
}

const USAGE = 'usage: node verify.mjs BUNDLE --key KEY [--key KEY] [--org ID] [--anchor NOTE_OR_FOLDER] [--max-gap DAYS] [--hmac-key HEX] [--json]';

async function main(given) {
  const { readFileSync, readdirSync, statSync, existsSync } = await import('node:fs');
  const { open } = await import('node:fs/promises');
  const options = { keys: [], anchors: [] };
  let bundle, asJson = false;
  const print = (report) => {
    const text = asJson ? JSON.stringify(report) : describe(report);
    (report.exit === 2 ? console.error : console.log)(text);
    process.exitCode = report.exit;
  };
  const refuse = (text) => print({ exit: 2, reason: 'usage', first_bad_seq: null, text });
  const readNotes = (path) => (statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).filter((name) => name.endsWith('.note')).map((name) => readFileSync(`${path}/${name}`)) : [readFileSync(path)]);
  asJson = given.includes('--json');
  try {
    for (let at = 0; at < given.length; at++) {
      const argument = given[at];
      if (argument === '--json') continue;
      if (!argument.startsWith('--')) {
        if (bundle !== undefined) return refuse(USAGE);
        bundle = argument;
        continue;
      }
      const value = given[++at];
      if (value === undefined) return refuse(USAGE);
      if (argument === '--key') options.keys.push(...(existsSync(value) ? readFileSync(value, 'utf8').split('\n').filter((line) => line.trim() !== '') : [value]));
      else if (argument === '--anchor') options.anchors.push(...readNotes(value));
      else if (argument === '--org') options.org = value;
      else if (argument === '--hmac-key') options.hmacKey = value;
      else if (argument === '--max-gap' && /^\d+(\.\d+)?$/.test(value)) options.maxGap = Number(value);
      else return refuse(USAGE);
    }
    if (bundle === undefined) return refuse(USAGE);
    const file = await open(bundle);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return refuse(`${bundle} is no file`);
      const read = async (from, to) => {
        const bytes = new Uint8Array(Math.max(0, to - from));
        for (let at = 0; at < bytes.length;) {
          const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
          if (bytesRead === 0) return bytes.subarray(0, at);
          at += bytesRead;
        }
        return bytes;
      };
      print(await verifyBundle({ size: stat.size, read }, options));
    } finally {
      await file.close();
    }
  } catch (error) {
    refuse(error.code ? `cannot read: ${error.message}` : `this could not be verified: ${error.message}`);
  }
}

if (globalThis.process?.argv?.[1] && import.meta.url === new URL(`file://${(await import('node:fs')).realpathSync(process.argv[1])}`).href) await main(process.argv.slice(2));
