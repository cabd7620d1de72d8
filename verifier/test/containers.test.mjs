// One archive, one reading: what an archive could show to one program and hide from another is no bundle, and what is a
// bundle is taken out by other programs as it was verified. Those are here: `sh infra/local/install.sh --archivers`.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { crc32InScript, verifyBundle } from '../verify.mjs';
import * as made from './bundles.mjs';
import { deflated, files, hostile, members } from './hostile.mjs';
import { archive } from './zips.mjs';

const check = (bundle) => verifyBundle(new Uint8Array(bundle), { keys: made.KEYS });
test('crc32_is_everyones', () => {
  for (let length = 0; length < 70; length++) {
    const bytes = made.random(length), cut = Math.floor(length / 3);
    assert.equal(crc32InScript(bytes.subarray(cut), crc32InScript(bytes.subarray(0, cut))), crc32InScript(bytes));
  }
  assert.equal(crc32InScript(Buffer.from('123456789')), 0xcbf43926);
});

test('what_our_exporter_would_not_write_is_no_bundle', async () => {
  for (const [what, bytes] of Object.entries(hostile)) {
    const { exit, reason, message } = await check(bytes);
    assert.deepEqual([exit, ['container', 'limit'].includes(reason)], [2, true], `${what}: ${message}`);
    assert.match(message, /not as Doorbook writes it.*take the original file|no ZIP file.*the original file|ZIP64|4 GiB/, what);
  }
});

const ARCHIVERS = {
  python: (file, folder) => ['python3', '-c', 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])', file, folder],
  unzip: (file, folder) => ['unzip', '-q', '-o', file, '-d', folder],
  bsdtar: (file, folder) => ['bsdtar', '-xf', file, '-C', folder],
  '7z': (file, folder) => ['7z', 'x', '-y', '-bd', `-o${folder}`, file],
};

function everyFile(folder, path = '') {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const name = path === '' ? entry.name : `${path}/${entry.name}`;
    return entry.isDirectory() ? everyFile(folder, name) : [[name, readFileSync(join(folder, name)).toString('base64')]];
  });
}

/** What each archiver takes out of an archive, by its name. */
function* extracted(bytes) {
  const folder = mkdtempSync(join(tmpdir(), 'doorbook-archivers-')), file = join(folder, 'bundle.zip');
  try {
    writeFileSync(file, bytes);
    for (const [name, words] of Object.entries(ARCHIVERS)) {
      const into = join(folder, name), [command, ...rest] = words(file, into);
      mkdirSync(into);
      const { status, error, stderr } = spawnSync(command, rest, { encoding: 'utf8', input: '' });
      assert.equal(error, undefined, `${command} is missing: sh infra/local/install.sh --archivers`);
      yield { name, status, stderr, files: Object.fromEntries(everyFile(into).sort()) };
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const wanted = Object.fromEntries(Object.entries(files).map(([name, data]) => [name, data.toString('base64')]).sort());

test('other_archivers_take_out_what_was_verified', async () => {
  const kept = { stored: archive(members()), deflated: archive(deflated()), 'of any time, by any packer': archive(members(() => ({ flags: 0, version: 10, time: 0x6000, date: 0x5a21, madeBy: 0x0014, internal: 1, external: 0 }))) };
  for (const [what, bytes] of Object.entries(kept)) {
    assert.equal((await check(bytes)).exit, 0, what);
    for (const { name, status, stderr, files: taken } of extracted(bytes)) {
      assert.equal(status, 0, `${name} of ${what}: ${stderr}`);
      assert.deepEqual(taken, wanted, `${name} of ${what}`);
    }
  }
});

test('other_archivers_do_read_other_things_in_what_is_refused', async () => {
  // The control: without our rules each of these would be one file and two contents.
  for (const what of ['an archive before it', 'an archive behind the end', 'an archive in the comment', 'another Unicode name', 'another Unicode name in the local header']) {
    const different = [...extracted(hostile[what])].filter(({ files: taken }) => JSON.stringify(taken) !== JSON.stringify(wanted));
    assert.ok(different.length > 0, what);
  }
});

test('packed_anew_by_hand_is_said_so_and_is_no_accusation', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorbook-anew-')), run = (...words) => assert.equal(spawnSync(words[0], words.slice(1), { cwd: folder }).status, 0, words.join(' '));
  try {
    writeFileSync(join(folder, 'original.zip'), archive(members()));
    run('unzip', '-q', 'original.zip', '-d', 'bundle');
    run('bsdtar', '-a', '-cf', 'folder.zip', 'bundle');
    run('7z', 'a', '-bd', '7z.zip', './bundle/*');
    run('python3', '-c', 'import shutil; shutil.make_archive("python", "zip", "bundle")');
    mkdirSync(join(folder, 'bundle/__MACOSX'));
    writeFileSync(join(folder, 'bundle/__MACOSX/._a'), 'x');
    run('python3', '-c', 'import shutil; shutil.make_archive("mac", "zip", "bundle")');
    for (const name of ['folder.zip', '7z.zip', 'python.zip', 'mac.zip']) {
      const { exit, reason, message } = await check(readFileSync(join(folder, name)));
      assert.deepEqual([exit, reason], [2, 'container'], `${name}: ${message}`);
      assert.match(message, /packed anew, take the original/, name);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
