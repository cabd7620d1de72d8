// The script as a program: wherever it lies and however it is started, it says something, and 0 means verified. Real files,
// real processes.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as made from './bundles.mjs';

const script = fileURLToPath(new URL('../verify.mjs', import.meta.url));
const run = (given, options = {}) => spawnSync(process.execPath, given, { encoding: 'utf8', cwd: folder, ...options });
let folder, at;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorbook-program-'));
  at = (name) => join(folder, name);
  const log = made.log(30), files = made.signed(made.auditFiles(log)), entries = files['audit/entries.jsonl'].toString().replace('203.0.113.7', '203.0.113.8');
  writeFileSync(at('good.zip'), made.zip(files));
  writeFileSync(at('changed.zip'), made.zip({ ...files, 'audit/entries.jsonl': Buffer.from(entries) }));
  writeFileSync(at('keys'), made.KEYS.join('\n'));
});

after(() => rmSync(folder, { recursive: true }));

const BUNDLES = [['changed.zip', 1, 'WRONG at entry 0'], ['good.zip', 0, 'VERIFIED'], ['none.zip', 2, 'NOT VERIFIED']];

/** That a script, started so, finds what was changed in a bundle; with `all`, that it tells that bundle from a good one and from none. */
function expectProgram(start, options, all = false) {
  for (const [bundle, exit, word] of BUNDLES.slice(0, all ? 3 : 1)) {
    const answer = run([...start, at(bundle), '--key', at('keys')], options), said = answer.stdout + answer.stderr;
    assert.deepEqual([answer.status, said.startsWith(word)], [exit, true], `${start.join(' ')}: ${said}`);
  }
}

test('it_verifies_from_folders_of_any_name', () => {
  for (const name of ['a#b', 'a%b', 'a%41', 'a?b', 'a[b]', '[a', 'a^b', 'a|b', 'PROGRA~1', 'a b ', '\u00e4\u{1f69a}', "a'b", 'a"b', 'a;b&c', 'a:b', 'a+b', '%', '#']) {
    mkdirSync(at(name));
    copyFileSync(script, join(at(name), 'verify.mjs'));
    expectProgram([join(at(name), 'verify.mjs')], {}, ['a#b', 'PROGRA~1'].includes(name));
  }
  for (const name of ['verify?x#y%41.mjs', 'v[1] ~.mjs']) {
    copyFileSync(script, at(name));
    expectProgram([at(name)]);
  }
});

test('it_verifies_through_links_and_from_where_it_lies', () => {
  const name = 'li#nk%41 [~]';
  mkdirSync(at(name));
  copyFileSync(script, at('plain.mjs'));
  symlinkSync(at('plain.mjs'), join(at(name), 'link.mjs'));
  symlinkSync(join(at(name), 'link.mjs'), at('twice.mjs'));
  symlinkSync(at(name), at('folder'));
  linkSync(at('plain.mjs'), join(at(name), 'hard.mjs'));
  for (const path of [join(name, 'link.mjs'), 'twice.mjs', 'folder/link.mjs', 'folder/hard.mjs', 'plain.mjs']) {
    for (const flags of [[], ['--preserve-symlinks-main'], ['--preserve-symlinks', '--preserve-symlinks-main']]) {
      expectProgram([...flags, flags.length === 1 ? at(path) : `./${path}`]);
    }
  }
  expectProgram(['link.mjs'], { cwd: at(name) });
  const piped = run(['--input-type=module', '-', at('none.zip'), '--key', at('keys')], { input: readFileSync(script) });
  assert.deepEqual([piped.status, piped.stderr.startsWith('NOT VERIFIED')], [2, true], piped.stderr);
});

test('imported_it_does_nothing_by_itself', () => {
  writeFileSync(at('importing.mjs'), `import { verifyBundle } from ${JSON.stringify(new URL('../verify.mjs', import.meta.url).href)};\nconsole.log(typeof verifyBundle);\n`);
  const answer = run([at('importing.mjs'), at('none.zip')]);
  assert.deepEqual([answer.status, answer.stdout, answer.stderr], [0, 'function\n', '']);
});

test('whatever_is_no_finished_verification_is_2_and_a_line', () => {
  const key = ['--key', at('keys')];
  for (const given of [[], ['-h'], ['--help'], [at('good.zip'), ...key, '--help'], ['-h', ...key], ['--', '-h', ...key], [...key], [at('good.zip'), '--key'], [at('good.zip'), ...key, at('good.zip')], [at('good.zip'), ...key, '--json=1', '--what'], [folder, ...key], [at('keys'), ...key], [at('good.zip'), '--key', at('good.zip')], [at('good.zip'), '--key', folder]]) {
    for (const json of given.includes('-h') || given.length === 0 ? [[], ['--json']] : [[]]) {
      const answer = run([script, ...given, ...json]), said = json.length > 0 ? answer.stdout : answer.stderr;
      assert.deepEqual([answer.status, said.trim().split('\n').length], [2, 1], `${given.join(' ')}: ${said}`);
      if (json.length > 0) assert.equal(JSON.parse(said).exit, 2);
    }
  }
});

test('a_report_that_could_not_be_written_is_not_0', async () => {
  for (const json of [[], ['--json']]) {
    const full = run([script, at('good.zip'), '--key', at('keys'), ...json], { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] });
    assert.deepEqual([full.status, full.stderr !== ''], [2, json.length === 0], full.stderr);
    const closed = spawn(process.execPath, [script, at('good.zip'), '--key', at('keys'), ...json], { stdio: ['ignore', 'pipe', 'ignore'] });
    closed.stdout.destroy();
    assert.equal((await once(closed, 'exit'))[0], 2);
  }
});

test('both_forms_of_an_option_are_the_same', () => {
  const good = at('good.zip'), keys = at('keys');
  for (const given of [[`--key=${keys}`, good], ['--max-gap=999', '--key', keys, good], ['--max-gap', '999', `--key=${keys}`, '--', good], [`--org=${made.ORGANIZATION.toUpperCase()}`, good, `--key=${made.KEYS[0]}`, '--key', ` ${made.KEYS[1]}\t`]]) {
    assert.equal(run([script, ...given]).status, 0, given.join(' '));
  }
  for (const form of ['--max-gap=', '--max-gap=-1', '--max-gap=+1', '--max-gap=1.0', '--max-gap= 1', '--max-gap=0x1', '--max-gap=1234567890']) {
    assert.equal(run([script, good, '--key', keys, form]).status, 2, form);
  }
});
