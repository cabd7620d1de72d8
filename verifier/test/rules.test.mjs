// What an entry is, that entries of one target name each other, what evidence is compared with, and that there is no false accusation
// for a key or a note that was mixed up.

import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { test } from 'node:test';

import { keysOf, verifyBundle } from '../verify.mjs';
import * as made from './bundles.mjs';
import { malformed, texts, unnamed, withEntry } from './spoilt.mjs';

const check = (bundle, options = {}) => verifyBundle(new Uint8Array(bundle), { keys: made.KEYS, ...options });
const log = made.log(30);
const is = async (bundle, exit, reason, seq, options) => {
  const report = await check(bundle, options);
  assert.deepEqual([report.exit, report.reason], [exit, reason], report.message);
  if (seq !== undefined) assert.equal(report.first_bad_seq, seq, report.message);
  return report;
};

test('an_entry_has_every_field_of_the_format_and_no_other', async () => {
  for (const { name, files } of malformed()) {
    const { message } = await is(made.zip(files), 1, 'entry_form', 4);
    assert.match(message, /^Entry 4 is not one that Doorbook writes: /, name);
  }
  for (const write of [JSON.stringify, made.spaced]) {
    const holds = (change) => is(made.zip(withEntry(4, change, write)), 0, 'ok');
    await holds((entry) => { Object.assign(entry.actor, { kind: 'staff', impersonation: 'i' }); });
    await holds((entry) => { Object.assign(entry, { ip: { sealed: 'x', commit: 'y' }, ua: null, reason: 'why' }); });
    await holds((entry) => Object.fromEntries(Object.entries(entry).reverse()));
  }
});

test('entries_of_one_target_name_each_other_in_a_whole_log_and_in_a_period', async () => {
  for (const { name, what, files } of unnamed()) {
    const isRight = name === 'sound';
    await is(made.zip(files), isRight ? 0 : 1, isRight ? 'ok' : 'prev', isRight ? null : 7).catch((error) => assert.fail(`${what}: ${error.message}`));
  }
  // A target is its kind and its id, and not how they are spelled.
  for (const write of [JSON.stringify, made.spaced]) await is(made.zip(withEntry(1, (entry) => { entry.target.kind = 'host'; }, write)), 1, 'prev', 4);
  const spelled = made.log(12, (text, seq) => (seq === 4 ? text.replace('"visit"', '"\\u0076isit"') : text), made.spaced);
  await is(made.zip(made.signed(made.auditFiles(spelled))), 0, 'ok');
});

test('many_targets_are_kept_apart', async () => {
  const last = new Map(), many = made.log(9000, (text, seq) => {
    const entry = JSON.parse(text), id = `${(seq * 7919) % 6007}`;
    Object.assign(entry, { prev: last.get(id) ?? null, target: { id, kind: 'visit' }, diff: { added: {}, removed: {}, changed: {} } });
    last.set(id, seq);
    return made.spaced(entry);
  });
  const bundle = made.auditFiles(many);
  bundle.files['audit/openings.jsonl'] = Buffer.alloc(0);
  await is(made.zip(made.signed(bundle)), 0, 'ok');
});

test('the_text_of_evidence_is_the_one_that_the_entry_names', async () => {
  const [right, none, other, unnamedText] = [...texts()].map(({ files }) => made.zip(files)), unchecked = (report) => report.not_checked.join('\n');
  assert.doesNotMatch(unchecked(await is(right, 0, 'ok')), /nda|signed at/);
  await is(other, 1, 'nda');
  await is(unnamedText, 1, 'nda');
  assert.match(unchecked(await is(none, 0, 'ok')), /the text that was signed at the visit: it is not in this bundle/);
  assert.match(unchecked(await is(right, 0, 'ok')), /whether these say the same as the log: evidence\.html, visit\.json\./);
});

const marked = (...bytes) => (text) => Buffer.concat([Buffer.from(bytes), Buffer.from(text)]);
const WRITINGS = {
  plain: Buffer.from, 'with a byte order mark': marked(0xef, 0xbb, 0xbf), 'as UTF-16': (text) => marked(0xff, 0xfe)(Buffer.from(text, 'utf16le')),
  'as UTF-16 of the other order': (text) => marked(0xfe, 0xff)(Buffer.from(text, 'utf16le').swap16()),
};

test('keys_and_notes_are_read_as_editors_write_them', async () => {
  const bundle = made.zip(made.signed(made.auditFiles(log))), note = made.checkpoint(log, 12).toString();
  for (const [what, write] of Object.entries(WRITINGS)) {
    for (const text of [made.KEYS.join('\n'), `${made.KEYS.join('\r\n')}\r\n\r\n`, `\n  ${made.KEYS.join(' \t\n\n\t ')}  `]) {
      const { keys } = keysOf(write(text), what);
      assert.deepEqual(keys, made.KEYS, what);
    }
    for (const text of [note, note.replaceAll('\n', '\r\n')]) {
      assert.deepEqual((await is(bundle, 0, 'ok', null, { anchors: [write(text)] })).anchors, [12], what);
    }
  }
});

test('the_answer_of_the_key_address_is_a_list_of_keys', async () => {
  const key = (verifier_key, revoked_at = null) => ({ purpose: 'log', verifier_key, from: '2026-01-01T00:00:00Z', until: null, revoked_at });
  const old = made.signer(made.logKey.name, 9);
  const answer = { organization_id: made.ORGANIZATION, keys: [key(old.text, '2026-02-01T00:00:00Z'), ...made.KEYS.map((one) => key(one))] };
  const { keys, revoked } = keysOf(Buffer.from(JSON.stringify(answer, null, 2)), 'keys.json');
  assert.deepEqual([keys, revoked], [made.KEYS, [old.text.split('+').slice(0, 2).join('+')]]);
  const report = await is(made.zip(made.signed(made.auditFiles(log))), 0, 'ok', null, { keys, revoked });
  assert.ok(report.not_checked.some((what) => what.includes('revoked') && what.includes(revoked[0])));
  for (const text of ['{}', '{"keys": []}', '{"keys": [7]}', '{"keys": [{"verifier_key": "x"}]}', '[]', '', '\n', '{', '\ufeff\ufeff']) {
    await assert.rejects(async () => verifyBundle(new Uint8Array(), { keys: keysOf(Buffer.from(text), 'k').keys }).then(({ exit, reason }) => assert.deepEqual([exit, reason], [0, 'ok'])), undefined, text);
  }
});

test('a_key_or_a_note_that_was_mixed_up_is_no_accusation', async () => {
  const bundle = made.zip(made.signed(made.auditFiles(log, 0, 20))), foreignKey = made.signer('doorbook.example/audit/00000000-0000-4000-8000-000000000000', 5);
  const foreign = foreignKey.note(`${foreignKey.name}\n7\n${Buffer.alloc(32).toString('base64')}\nchain ${Buffer.alloc(32).toString('base64')}\ntime 2026-11-01T00:00:00.000000Z\n`);
  for (const keys of [[made.KEYS[0]], [made.KEYS[1]], [foreignKey.text]]) {
    const { message } = await is(bundle, 2, 'keys', null, { keys });
    assert.match(message, /^None of your keys signed this\. Check them first\. /);
  }
  const report = await is(bundle, 0, 'ok', null, { foundAnchors: [foreign, made.checkpoint(log, 12), foreign] });
  assert.deepEqual([report.anchors, report.not_checked.includes('2 of your notes, which are of other logs')], [[12], true]);
  await is(bundle, 2, 'usage', null, { anchors: [foreign] });
  const newer = await is(bundle, 1, 'anchor', 20, { anchors: [made.checkpoint(log, 25)] });
  assert.match(newer.message, /^This bundle ends before your note: it is older than the note, or its newest entries were removed\./);
  for (const anchors of [[Buffer.from('no note')], [made.signed(made.auditFiles(log))['manifest.sig']]]) await is(bundle, 2, 'usage', null, { anchors });
  const changed = Buffer.from(made.checkpoint(log, 12).toString().replace('\n12\n', '\n13\n'));
  await is(bundle, 1, 'anchor', null, { anchors: [changed] });
  await is(bundle, 1, 'anchor', null, { foundAnchors: [changed] });
});

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const number = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);

/** A signature whose R is the neutral point: the holder of the key can make it, and lax verifiers take it. */
export function neutral(seed, text) {
  const sha512 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha512')).digest();
  const secret = sha512(Buffer.alloc(32, seed)).subarray(0, 32);
  secret[0] &= 248;
  secret[31] = (secret[31] & 127) | 64;
  const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]), format: 'der', type: 'pkcs8' });
  const own = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(12), r = Buffer.alloc(32);
  r[0] = 1;
  const s = (number(sha512(r, own, Buffer.from(text))) % ORDER) * (number(secret) % ORDER) % ORDER;
  const signature = Buffer.concat([r, Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()]);
  return { signature, isTaken: verify(null, Buffer.from(text), createPublicKey(key), signature), other: sign(null, Buffer.from(text), key) };
}

test('a_signature_with_a_neutral_point_is_none', async () => {
  const bundle = made.auditFiles(log), note = bundle.files['audit/checkpoint.note'].toString(), text = note.slice(0, note.indexOf('\n\n') + 1);
  const { signature, isTaken } = neutral(1, text);
  assert.ok(isTaken, 'the control: Node takes it');
  const id = Buffer.from(made.logKey.text.split('+')[1], 'hex');
  bundle.files['audit/checkpoint.note'] = Buffer.from(`${text}\n\u2014 ${made.logKey.name} ${Buffer.concat([id, signature]).toString('base64')}\n`);
  await is(made.zip(made.signed(bundle)), 1, 'checkpoint_signature');
});
