// What the verifier promises: the untouched passes, everything else does not, and nothing makes it crash or hang.

import assert from 'node:assert/strict';
import { createHash, webcrypto as crypto } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { Sha256, Tree, commitment, genesis, hex, leafHash, linkHash, readJson, readKey, rootOfProof, sha256, verifyBundle } from '../verify.mjs';
import * as made from './bundles.mjs';
import { edits, forgedLog, spoilt } from './spoilt.mjs';

const vectorsAt = new URL('../../../shared/vectors/', import.meta.url);
const vectors = JSON.parse(readFileSync(new URL('audit-log.json', vectorsAt)));
const script = new URL('../verify.mjs', import.meta.url).pathname;
const encode = (text) => new TextEncoder().encode(text);
const check = (bundle, options = {}) => verifyBundle(new Uint8Array(bundle), { keys: made.KEYS, ...options });
const is = async (bundle, exit, reason, seq, options) => {
  const report = await check(bundle, options);
  assert.deepEqual([report.exit, report.reason], [exit, reason], report.message);
  if (seq !== undefined) assert.equal(report.first_bad_seq, seq, report.message);
  return report;
};
const log = made.log(200);

test('sha256_agrees_with_another_one_at_every_length', () => {
  for (let length = 0; length < 300; length++) {
    const bytes = made.random(length), cut = Math.floor(length / 3);
    const wanted = createHash('sha256').update(bytes).digest('hex');
    assert.equal(hex(sha256(bytes)), wanted);
    assert.equal(hex(new Sha256().update(bytes.subarray(0, cut)).update(bytes.subarray(cut)).digest()), wanted);
  }
});

test('every_hash_and_root_is_the_contracts', () => {
  assert.equal(hex(genesis(vectors.org)), vectors.genesis);
  const tree = new Tree();
  let link = genesis(vectors.org);
  vectors.entries.forEach((entry, i) => {
    const leaf = leafHash(encode(entry));
    link = linkHash(link, leaf);
    tree.append(leaf);
    assert.deepEqual([hex(leaf), hex(link)], [vectors.leaf[i], vectors.link[i]]);
    if (vectors.root[i + 1]) assert.equal(hex(tree.root()), vectors.root[i + 1]);
    if (vectors.frontier[i + 1]) assert.deepEqual(tree.roots.map((node) => hex(node.hash)), vectors.frontier[i + 1]);
  });
  for (const { seq, pointer, salt, value } of vectors.openings) {
    const sealed = pointer.slice(1).split('/').reduce((node, name) => node[name], JSON.parse(vectors.entries[seq]));
    assert.equal(Buffer.from(commitment(Buffer.from(salt, 'base64'), encode(value))).toString('base64'), sealed.commit);
  }
});

test('every_proof_leads_to_the_contracts_root', () => {
  for (const { index, size, proof } of vectors.inclusion) {
    const root = rootOfProof(Buffer.from(vectors.leaf[index], 'hex'), index, size, proof.map((one) => Buffer.from(one, 'hex')));
    assert.equal(hex(root), vectors.root[size] ?? hex(root));
    if (proof.length > 0) assert.equal(rootOfProof(Buffer.from(vectors.leaf[index], 'hex'), index, size, proof.slice(1).map((one) => Buffer.from(one, 'hex'))), null);
  }
});

test('others_proofs_are_judged_as_others_judge_them', () => {
  const files = readdirSync(new URL('merkle/inclusion/', vectorsAt), { recursive: true }).map((name) => new URL(`merkle/inclusion/${encodeURIComponent(name).replaceAll('%2F', '/')}`, vectorsAt));
  const cases = files.filter((file) => statSync(file).isFile()).map((file) => JSON.parse(readFileSync(file)));
  assert.ok(cases.length > 50);
  for (const one of cases) {
    const bytes = (text) => Buffer.from(text ?? '', 'base64');
    const [leaf, wanted] = [bytes(one.leafHash), bytes(one.root)];
    const root = leaf.length === 32 ? rootOfProof(leaf, one.leafIdx, one.treeSize, (one.proof ?? []).map(bytes)) : null;
    assert.equal(root !== null && wanted.equals(root), !one.wantErr, one.desc);
  }
});

test('json_is_read_strictly', () => {
  for (const bad of ['', '{', '{"a":1,"a":1}', '{"a":1,"\\u0061":1}', '[1,]', '01', '1.', '"\ud800"', '"\\ud800"', '"\n"', '{}{}', 'nul', 'truefalse', '\ufeff{}', '1e309', '-1e99007199254740992', '['.repeat(60)]) {
    assert.throws(() => readJson(bad), (why) => typeof why === 'string', bad);
  }
  for (const bad of ['1.0', '1e2', '9007199254740992', '"\\u0000"']) {
    assert.throws(() => readJson(bad, true), (why) => typeof why === 'string', bad);
    assert.ok(readJson(bad));
  }
  assert.throws(() => readJson(`${'['.repeat(65)}${']'.repeat(65)}`), ({ exit, reason }) => exit === 2 && reason === 'limit');
  assert.ok(readJson(`${'['.repeat(64)}${']'.repeat(64)}`));
  const node = readJson(' {"a": [1, -0, "\\u00e9", {"b": null}], "c": true} ');
  assert.equal(node.value.get('a').raw, '[1, -0, "\\u00e9", {"b": null}]');
});

test('the_untouched_passes', async () => {
  for (const files of [made.auditFiles(log), made.auditFiles(log, 77, 150), made.auditFiles(made.log(1)), made.evidenceFiles(log)]) {
    for (const deflate of [false, true]) {
      const report = await is(made.zip(made.signed(files), { deflate }), 0, 'ok', null, { hmacKey: made.HMAC_KEY.toString('hex') });
      assert.ok(!report.not_checked.some((text) => text.includes('HMAC')));
    }
  }
});

/** Flips a bit of every so-manieth byte of a member, in place, and judges each report. */
async function flip(files, name, step, judge = () => {}) {
  const bundle = new Uint8Array(made.zip(files)), keys = made.KEYS.map(readKey), length = files[name].length;
  const start = Buffer.from(bundle.buffer).indexOf(Buffer.concat([Buffer.from(name), files[name]])) + name.length;
  for (let at = 0; at < length; at += step) {
    bundle[start + at] ^= 1 << (at % 8);
    const report = await verifyBundle(bundle, { keys });
    // What no given key signed, or is no signed note, was not verified; everything else is wrong.
    assert.ok(report.exit === 1 || (report.exit === 2 && name === 'manifest.sig'), `${name} at ${at}: ${report.message}`);
    judge(at, report);
    bundle[start + at] ^= 1 << (at % 8);
  }
  assert.equal((await verifyBundle(bundle, { keys })).exit, 0, `${name} is whole again`);
}

test('every_flipped_byte_is_refused', async () => {
  for (const files of [made.signed(made.auditFiles(log, 197, 200)), made.signed(made.evidenceFiles(made.log(9)))]) {
    for (const name of Object.keys(files)) await flip(files, name, 1);
  }
});

test('flipped_bytes_all_over_a_log_are_named_by_their_line', async () => {
  const whole = made.auditFiles(log);
  delete whole.files['audit/entries.csv'];
  const files = made.signed(whole);
  for (const name of ['audit/entries.jsonl', 'audit/links.txt']) {
    // Every byte of all of it takes minutes: `make tamper`.
    await flip(files, name, process.env.EVERY_BYTE ? 1 : 149, (at, report) => assert.equal(report.first_bad_seq, files[name].subarray(0, at).toString('latin1').split('\n').length - 1, `${name} at ${at}`));
  }
});

test('a_changed_entry_is_named_by_its_number', async () => {
  const whole = made.signed(made.auditFiles(log));
  for (const seq of [0, 1, 99, 199]) {
    const changed = log.entries.map((entry, i) => (i === seq ? entry.replace('203.0.113.7', '203.0.113.8') : entry));
    await is(made.zip({ ...whole, 'audit/entries.jsonl': Buffer.from(changed.map((one) => `${one}\n`).join('')) }), 1, 'members', seq);
  }
});

test('what_was_left_out_doubled_swapped_or_put_in_is_refused_though_it_was_signed_again', async () => {
  for (const isSigned of [false, true]) {
    for (const { name, files } of edits(log, 7, isSigned)) {
      const { exit, first_bad_seq: seq } = await check(made.zip(files));
      assert.deepEqual([exit, Number.isInteger(seq)], [1, true], name);
    }
  }
});

test('nothing_that_was_spoilt_holds', async () => {
  for (const { name, files, bytes, bend, options } of spoilt()) {
    const { exit, message } = await check(bytes ?? made.zip(files, bend), options);
    assert.equal(exit === 0, name === 'sound', `${name}: ${message}`);
  }
});

test('a_chain_that_was_computed_anew_is_refused', async () => {
  const forged = forgedLog();
  const files = made.auditFiles(forged);
  files.files['audit/checkpoint.note'] = made.checkpoint(log);
  await is(made.zip(made.signed(files)), 1, 'tree');
  await is(made.zip(made.signed({ ...files, made: log })), 1, 'tree');
  const own = made.signer(made.logKey.name, 9);
  files.files['audit/checkpoint.note'] = made.checkpoint(forged, 200, own);
  files.files['audit-key.vkey'] = Buffer.from(own.text);
  await is(made.zip(made.signed(files)), 2, 'keys');
  // Even with the log's own key: an anchor remembers.
  files.files['audit/checkpoint.note'] = made.checkpoint(forged);
  await is(made.zip(made.signed(files)), 0, 'ok');
  await is(made.zip(made.signed(files)), 1, 'anchor', undefined, { anchors: [made.checkpoint(log, 120)] });
});

test('anchors_are_compared_and_none_is_larger_than_the_log', async () => {
  const bundle = made.zip(made.signed(made.auditFiles(log, 0, 150)));
  const report = await is(bundle, 0, 'ok', null, { anchors: [made.checkpoint(log, 1), made.checkpoint(log, 120), made.checkpoint(log, 150)] });
  assert.deepEqual(report.anchors, [1, 120, 150]);
  await is(bundle, 1, 'anchor', 150, { anchors: [made.checkpoint(log, 151)] });
  await is(bundle, 2, 'keys', undefined, { anchors: [made.checkpoint(log, 120, made.signer(made.logKey.name, 9))] });
  await is(bundle, 0, 'ok', null, { anchors: [made.checkpoint(log, 75)], maxGap: 4 });
  await is(bundle, 1, 'gap', undefined, { anchors: [made.checkpoint(log, 20)], maxGap: 4 });
});

test('only_keys_that_were_given_count', async () => {
  const other = made.signer(made.bundleKey.name, 9), files = made.auditFiles(log);
  files.files['keys.vkey'] = Buffer.from(other.text);
  const bundle = made.zip(made.signed(files, {}, other));
  await is(bundle, 2, 'keys');
  for (const key of made.KEYS) {
    const { message } = await is(made.zip(made.signed(made.auditFiles(log))), 2, 'keys', undefined, { keys: [key] });
    assert.match(message, /^None of your keys signed this\. Check them first\./);
  }
  await is(made.zip(made.signed(made.auditFiles(log))), 2, 'usage', undefined, { keys: [] });
  await is(made.zip(made.signed(made.auditFiles(log))), 1, 'organization', undefined, { org: '00000000-0000-7000-8000-000000000000' });
});

test('a_checkpoint_signed_by_two_keys_passes_under_either', async () => {
  const next = made.signer(made.logKey.name, 3), files = made.auditFiles(log);
  const note = files.files['audit/checkpoint.note'].toString();
  files.files['audit/checkpoint.note'] = Buffer.from(note + next.line(note.slice(0, note.lastIndexOf('\n\n') + 1)));
  for (const key of [made.logKey.text, next.text]) await is(made.zip(made.signed(files)), 0, 'ok', null, { keys: [key, made.bundleKey.text] });
});

test('a_photo_that_was_exchanged_is_refused_though_the_manifest_was_signed_again', async () => {
  const files = made.evidenceFiles(log);
  files.files['photo.jpg'] = Buffer.from('b photo');
  await is(made.zip(made.signed(files)), 1, 'opening', 0);
  files.files['photo.jpg'] = Buffer.from('another photo');
  await is(made.zip(made.signed(files)), 1, 'opening', 0);
});

test('an_entry_of_the_visit_that_is_not_shown_is_missed', async () => {
  for (const at of [0, 1, 30]) {
    const files = made.evidenceFiles(log), drop = (name) => {
      const rows = files.files[name].toString().split('\n');
      rows.splice(at, 1);
      files.files[name] = Buffer.from(rows.join('\n'));
    };
    drop('audit/entries.jsonl');
    drop('audit/links.txt');
    files.first = at === 0 ? 3 : 0;
    const proofs = JSON.parse(files.files['audit/proofs.json']);
    proofs.splice(at, 1);
    files.files['audit/proofs.json'] = Buffer.from(`${JSON.stringify(proofs)}\n`);
    files.files['audit/openings.jsonl'] = Buffer.alloc(0);
    await is(made.zip(made.signed(files)), 1, 'prev', (at + 1) * 3);
  }
});

test('members_that_are_unlisted_missing_or_other_are_refused', async () => {
  const whole = made.signed(made.auditFiles(log));
  await is(made.zip({ ...whole, 'more.txt': Buffer.from('more') }), 1, 'members');
  const { 'VERIFY.md': gone, ...rest } = whole;
  await is(made.zip(rest), 1, 'members');
  await is(made.zip({ ...whole, 'VERIFY.md': Buffer.concat([gone, gone]) }), 1, 'members');
});

test('a_signature_with_another_last_character_is_refused', async () => {
  const whole = made.signed(made.auditFiles(log));
  for (const name of ['manifest.sig', 'audit/checkpoint.note']) {
    const note = whole[name].toString();
    const spoiled = note.replace(/(.)(=*)\n$/, (_, last, end) => `${String.fromCharCode(last.charCodeAt(0) + 1)}${end}\n`);
    const files = made.auditFiles(log);
    if (name !== 'manifest.sig') files.files[name] = Buffer.from(spoiled);
    const signed = made.signed(files);
    const { exit } = await check(made.zip(name === 'manifest.sig' ? { ...signed, [name]: Buffer.from(spoiled) } : signed));
    assert.equal(exit, name === 'manifest.sig' ? 2 : 1, name);
  }
});

test('what_is_no_bundle_is_said_so', async () => {
  const whole = made.signed(made.auditFiles(made.log(3)));
  const good = made.zip(whole);
  const bent = [
    Buffer.alloc(0), Buffer.from('no zip'), Buffer.alloc(1 << 20), made.random(4096), good.subarray(0, good.length - 1), good.subarray(0, good.length / 2), good.subarray(7), Buffer.concat([good, Buffer.from('x')]),
    made.zip(whole, { mode: 0o120777 }), ...['../x', '/x', 'a/../x', 'a//b', 'a\\b', 'x\0', 'C:x', './x'].map((name) => made.zip(whole, { names: { 'VERIFY.md': name } })),
    made.zip(whole, { names: { 'VERIFY.md': 'MANIFEST.json' } }), made.zip(whole, { twice: ['VERIFY.md'] }), made.zip(whole, { names: { 'VERIFY.md': Buffer.from([0xff, 0xfe]) } }),
    made.zip(whole, { deflate: true, bytes: { 'manifest.json': 10 } }),
    made.zip(made.signed(made.auditFiles(made.log(3)), { v: 2 })), made.zip(made.signed(made.auditFiles(made.log(3)), { kind: 'other' })),
  ];
  for (const bundle of bent) assert.equal((await check(bundle)).exit, 2);
  for (let at = 0; at < good.length; at += 97) assert.equal((await check(good.subarray(0, at))).exit, 2);
  await is(made.zip({ ...whole, 'manifest.json': Buffer.from([0xff]) }), 1, 'manifest_signature');
});

test('a_bomb_is_stopped_early', async () => {
  const whole = made.signed(made.auditFiles(made.log(3)));
  const bomb = made.zip({ ...whole, 'audit/entries.jsonl': Buffer.alloc(64 << 20) }, { deflate: true, bytes: { 'audit/entries.jsonl': whole['audit/entries.jsonl'].length } });
  const began = process.memoryUsage().rss;
  await is(bomb, 2, 'container');
  assert.ok(process.memoryUsage().rss - began < 200 << 20);
});

test('the_command_answers_by_its_exit_code_and_in_one_line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorbook-verify-'));
  try {
    const at = (name) => join(folder, name), run = (...given) => spawnSync(process.execPath, [script, ...given], { encoding: 'utf8' });
    const good = made.zip(made.signed(made.auditFiles(log)));
    writeFileSync(at('good.zip'), good);
    writeFileSync(at('keys.vkey'), `${made.KEYS.join('\n')}\n`);
    writeFileSync(at('120.note'), made.checkpoint(log, 120));
    assert.match(execFileSync(process.execPath, [script, at('good.zip'), '--key', at('keys.vkey'), '--anchor', folder, '--org', made.ORGANIZATION], { encoding: 'utf8' }), /^VERIFIED: Everything checked is correct\.\n/);
    const spoiled = Buffer.from(good);
    spoiled[good.indexOf('"action":"visit.checked_in"') + 12] ^= 0x20;
    writeFileSync(at('spoiled.zip'), spoiled);
    const refused = run(at('spoiled.zip'), '--key', made.KEYS[0], '--key', made.KEYS[1]);
    assert.deepEqual([refused.status, refused.stdout.startsWith('WRONG at entry 0:')], [1, true], refused.stdout);
    assert.equal(JSON.parse(run(at('spoiled.zip'), '--key', at('keys.vkey'), '--json').stdout).first_bad_seq, 0);
    writeFileSync(at('zeros'), '');
    truncateSync(at('zeros'), 10 * 1024 ** 3);
    for (const given of [[], [at('good.zip')], [at('none.zip'), '--key', at('keys.vkey')], [folder, '--key', at('keys.vkey')], [at('zeros'), '--key', at('keys.vkey')], [at('good.zip'), '--key', 'nonsense'], [at('good.zip'), '--what'], [at('keys.vkey'), '--key', at('keys.vkey')]]) {
      const answer = run(...given);
      assert.deepEqual([answer.status, answer.stderr.trim().split('\n').length, answer.stdout], [2, 1, ''], given.join(' '));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('signatures_are_judged_as_wycheproof_judges_them', async () => {
  const file = readdirSync(new URL('wycheproof/', vectorsAt), { recursive: true }).find((name) => /ed25519/i.test(name));
  const { testGroups } = JSON.parse(readFileSync(new URL(`wycheproof/${file}`, vectorsAt)));
  let judged = 0;
  for (const group of testGroups) {
    const raw = Buffer.from(group.publicKey?.pk ?? group.key?.pk, 'hex');
    const key = await crypto.subtle.importKey('raw', raw, { name: 'Ed25519' }, false, ['verify']);
    for (const one of group.tests) {
      const signature = Buffer.from(one.sig, 'hex');
      const holds = signature.length === 64 && (await crypto.subtle.verify({ name: 'Ed25519' }, key, signature, Buffer.from(one.msg, 'hex')));
      assert.equal(holds, one.result === 'valid', `${one.tcId}: ${one.comment}`);
      judged++;
    }
  }
  assert.ok(judged > 100);
  assert.throws(() => readKey('name+00000000+AQ=='));
});
