// A verifier's own limits: what is unsigned costs next to nothing, what was signed costs what it says, and what is larger
// than a limit was not checked. It is never wrong for that.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';

import { verifyBundle } from '../verify.mjs';
import * as made from './bundles.mjs';
import { archive, membersOf } from './zips.mjs';

const check = (bundle, options = {}) => verifyBundle(new Uint8Array(bundle), { keys: made.KEYS, ...options });
const log = made.log(12), files = made.signed(made.auditFiles(log)), zeros = deflateRawSync(Buffer.alloc(256 << 20));
const script = fileURLToPath(new URL('../verify.mjs', import.meta.url));

/** What a real process says of an archive, within half a gigabyte and some seconds. */
function run(bytes) {
  const folder = mkdtempSync(join(tmpdir(), 'doorbook-bounds-')), file = join(folder, 'bundle.zip');
  try {
    writeFileSync(file, bytes);
    const began = performance.now(), keys = made.KEYS.flatMap((key) => ['--key', key]);
    const { status, stdout, signal } = spawnSync(process.execPath, ['--max-old-space-size=256', script, file, ...keys, '--json'], { encoding: 'utf8', timeout: 20_000 });
    return { status, signal, seconds: (performance.now() - began) / 1000, ...JSON.parse(stdout) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const replaced = (name, change) => archive(membersOf(files).map((member) => (member.name === name ? { name, ...change(member.data) } : member)));
const bomb = (bytes = 256 << 20) => ({ data: zeros, content: Buffer.alloc(0), method: 8, bytes });

test('what_is_unsigned_ends_early', () => {
  const values = Buffer.from(`{"v":1,"files":[${Array(20_000_000).fill('{}').join()}]}\n`);
  const cases = {
    'twenty million values in a manifest': replaced('manifest.json', () => ({ data: deflateRawSync(values), content: values, method: 8 })),
    'a bomb for a manifest': replaced('manifest.json', () => bomb()),
    'a bomb for a manifest that says it is small': replaced('manifest.json', (data) => bomb(data.length)),
    'a bomb for a signature': replaced('manifest.sig', () => bomb()),
    'a bomb for entries': replaced('audit/entries.jsonl', () => bomb()),
    'a bomb for entries that says it is small': replaced('audit/entries.jsonl', (data) => bomb(data.length)),
    'bombs beside the members': archive([...membersOf(files), ...Array.from({ length: 30 }, (_, i) => ({ name: `more-${i}`, ...bomb() }))]),
    'more members than there can be': archive([...membersOf(files), ...Array.from({ length: 3000 }, (_, i) => ({ name: `more-${i}`, data: Buffer.alloc(0) }))]),
  };
  for (const [what, bytes] of Object.entries(cases)) {
    const { status, exit, signal, seconds, message } = run(bytes);
    assert.deepEqual([status === exit, exit === 1 || exit === 2, signal], [true, true, null], `${what}: ${message}`);
    assert.ok(seconds < 5, `${what} took ${seconds} s`);
  }
});

test('the_signature_is_checked_before_the_manifest_is_read', async () => {
  // Were it read first, this would be no manifest.
  const { reason } = await check(replaced('manifest.json', () => ({ data: Buffer.from('no manifest') })));
  assert.equal(reason, 'manifest_signature');
  const stranger = made.signed(made.auditFiles(log), { v: 99 }, made.signer(made.bundleKey.name, 9));
  assert.equal((await check(made.zip(stranger))).reason, 'keys');
});

/** A log whose newest entry has something of its own in its diff, signed as if nothing were unusual. */
function withEntry(text) {
  const longer = made.log(5, (entry, seq) => (seq === 4 ? entry.replace('"removed":{}', `"removed":{"x":${text}}`) : entry));
  const bundle = made.auditFiles(longer);
  delete bundle.files['audit/entries.csv'];
  return made.zip(made.signed(bundle));
}

test('what_is_larger_than_a_limit_was_not_checked_and_is_never_wrong', async () => {
  const long = (bytes) => `"${'x'.repeat(bytes)}"`, deep = (levels) => '['.repeat(levels) + ']'.repeat(levels), many = (values) => `[${Array(values).fill('0').join()}]`;
  for (const [what, text, exit] of [
    ['15 MiB', long(15 << 20), 0], ['17 MiB', long(17 << 20), 2], ['61 levels below the third', deep(61), 0], ['62 levels below it', deep(62), 2],
    ['999,900 values', many(999_900), 0], ['1,000,100 values', many(1_000_100), 2],
  ]) {
    const report = await check(withEntry(text));
    assert.deepEqual([report.exit, report.reason], [exit, exit === 0 ? 'ok' : 'limit'], `${what}: ${report.message}`);
    if (exit === 2) assert.match(report.message, /it was not checked$/);
  }
});

test('a_limit_hides_nothing_that_is_wrong_before_it', async () => {
  const longer = made.log(5, (entry, seq) => (seq === 4 ? entry.replace('"removed":{}', `"removed":{"x":"${'x'.repeat(17 << 20)}"}`) : seq === 2 ? entry.replace('"v":1', '"v":2') : entry));
  const bundle = made.auditFiles(longer);
  delete bundle.files['audit/entries.csv'];
  const report = await check(made.zip(made.signed(bundle)));
  assert.deepEqual([report.exit, report.reason, report.first_bad_seq], [1, 'entry_form', 2], report.message);
});
