// Bundles that something was done to, made with Node's own cryptography: the tests expect each to be refused, and the
// command to refuse each as the script does. `{name, files, bend, options}`; `bend` is what `zip` takes. Or `{name, bytes}`.

import { createHash } from 'node:crypto';

import * as made from './bundles.mjs';
import { hostile } from './hostile.mjs';

const EDITS = {
  deletion: (rows, at) => rows.splice(at, 1), duplication: (rows, at) => rows.splice(at, 0, rows[at]),
  swap: (rows, at) => rows.splice(at, 2, rows[at + 1], rows[at]), insertion: (rows, at) => rows.splice(at, 0, rows[at].replace('"r', '"x')),
  truncation: (rows, at) => rows.splice(at + 1),
};

/** Every edit of one line after another; with `isSigned`, a holder of the bundle key signed it again. */
export function* edits(log, step, isSigned) {
  const whole = made.signed(made.auditFiles(log));
  for (const [name, edit] of Object.entries(EDITS)) {
    for (let at = 0; at < log.entries.length - 1; at += step) {
      const files = made.auditFiles(log), rows = [...log.entries];
      edit(rows, at);
      files.files['audit/entries.jsonl'] = Buffer.from(rows.map((one) => `${one}\n`).join(''));
      yield { name: `${name} at ${at}`, files: isSigned ? made.signed(files) : { ...whole, ...files.files } };
    }
  }
}

/** A log in which one entry says otherwise, with every hash made anew. */
export const forgedLog = (count = 200) => made.log(count, (entry, seq) => (seq === 50 ? entry.replace('203.0.113.7', '203.0.113.8') : entry));

function* forgeries(log) {
  const forged = forgedLog(), files = () => made.auditFiles(forged), checkpoint = made.checkpoint(log);
  const given = (name, note, made_of = forged) => {
    const one = files();
    one.files['audit/checkpoint.note'] = note;
    return { name, files: made.signed({ ...one, made: made_of }) };
  };
  yield given('made anew, the old checkpoint', checkpoint);
  yield given('made anew, the manifest speaks of the old checkpoint', checkpoint, log);
  yield given('made anew, signed by another key', made.checkpoint(forged, 200, made.signer(made.logKey.name, 9)));
  yield { name: 'made anew, unsigned', files: { ...made.signed(made.auditFiles(log)), ...made.signed(files()), 'manifest.sig': made.signed(made.auditFiles(log))['manifest.sig'] } };
  yield { name: 'made anew, signed by the true keys', files: made.signed(files()), options: { anchors: [made.checkpoint(log, 120)] } };
  yield { name: 'shorter than an anchor', files: made.signed(made.auditFiles(log, 0, 150)), options: { anchors: [made.checkpoint(log, 151)] } };
  yield { name: 'a gap', files: made.signed(made.auditFiles(log, 0, 150)), options: { anchors: [made.checkpoint(log, 20)], maxGap: 4 } };
  yield { name: 'another organization wanted', files: made.signed(made.auditFiles(log)), options: { org: '00000000-0000-7000-8000-000000000000' } };
}

function* archives() {
  const whole = made.signed(made.auditFiles(made.log(3)));
  yield { name: 'a link', files: whole, bend: { mode: 0o120777 } };
  for (const name of ['../x', '/x', 'a/../x', 'a//b', 'a\\b', 'x\0', 'C:x', './x', 'MANIFEST.json', Buffer.from([0xff, 0xfe])]) {
    yield { name: `a member called ${name}`, files: whole, bend: { names: { 'VERIFY.md': name } } };
  }
  yield { name: 'a member twice', files: whole, bend: { twice: ['VERIFY.md'] } };
  yield { name: 'longer than it says', files: whole, bend: { deflate: true, bytes: { 'manifest.json': 10 } } };
  yield { name: 'a manifest that is not UTF-8', files: { ...whole, 'manifest.json': Buffer.from([0xff, 10]) } };
  for (const changes of [{ v: 2 }, { kind: 'other' }, { files: {} }, { first_seq: 1 }, { tree_size: 1e21 }, { counts: { entries: 3 } }]) {
    yield { name: JSON.stringify(changes), files: made.signed(made.auditFiles(made.log(3)), changes) };
  }
}

function* packs(log) {
  const change = (name, edit) => {
    const files = made.evidenceFiles(log);
    edit(files.files);
    return { name, files: made.signed(files) };
  };
  yield change('another photo', (files) => { files['photo.jpg'] = Buffer.from('b photo'); });
  yield change('a longer photo', (files) => { files['photo.jpg'] = Buffer.from('another photo'); });
  yield change('no openings', (files) => { files['audit/openings.jsonl'] = Buffer.from('{}\n'); });
  yield change('a visit without an id', (files) => { files['visit.json'] = Buffer.from('{"visit_id": "unknown"}\n'); });
}

/** What an entry may not be, each signed as if it were right. */
const FIELDS = {
  ...Object.fromEntries(['via', 'actor', 'ip', 'ua', 'action', 'target', 'prev', 'reason', 'diff', 'request_id'].map((name) => [`no ${name}`, (entry) => { delete entry[name]; }])),
  ...Object.fromEntries(['kind', 'id'].flatMap((name) => ['actor', 'target'].map((of) => [`no ${name} of ${of}`, (entry) => { delete entry[of][name]; }]))),
  ...Object.fromEntries(['added', 'removed', 'changed'].map((name) => [`no ${name}`, (entry) => { delete entry.diff[name]; }])),
  'a field more': (entry) => { entry.more = 1; }, 'a part more': (entry) => { entry.target.more = 'x'; }, 'a diff of more': (entry) => { entry.diff.more = {}; },
  'an actor of no known kind': (entry) => { entry.actor.kind = 'session'; }, 'an actor without a name': (entry) => { entry.actor.id = null; },
  'an impersonation that is no id': (entry) => { entry.actor.impersonation = 7; }, 'an action that is none': (entry) => { entry.action = null; },
  'a target that is a text': (entry) => { entry.target = 'visit'; }, 'a reason that is a number': (entry) => { entry.reason = 7; },
  'an address that is a number': (entry) => { entry.ip = 7; }, 'a browser that is a list': (entry) => { entry.ua = []; },
  'a diff of lists': (entry) => { entry.diff.added = []; }, 'a prev that is a text': (entry) => { entry.prev = '0'; }, 'a prev that is itself': (entry) => { entry.prev = 4; },
  'a prev below zero': (entry) => { entry.prev = -1; }, 'a request that is null': (entry) => { entry.request_id = null; },
};

/** The files of a log in which the entry of one seq was changed as an object, hashed and signed as if that were right. */
export function withEntry(seq, change, write, first = 0) {
  const changed = made.log(12, (text, at) => {
    if (at !== seq) return text;
    const entry = JSON.parse(text);
    return write(change(entry) ?? entry);
  }, write);
  const bundle = made.auditFiles(changed, first);
  bundle.files['audit/openings.jsonl'] = Buffer.alloc(0);
  return made.signed(bundle);
}

/** Entries that are none in their fields. */
export function* malformed() {
  for (const write of [JSON.stringify, made.spaced]) for (const [name, change] of Object.entries(FIELDS)) yield { name, files: withEntry(4, change, write) };
}

/** Entries that do not name the one before them, and some that do. */
export function* unnamed() {
  for (const write of [JSON.stringify, made.spaced]) {
    for (const [what, prev, first, isRight] of [
      ['the one before', 4, 0, true], ['none', null, 0, false], ['an older one', 1, 0, false], ['one of another target', 5, 0, false],
      ['the one before, in a period', 4, 3, true], ['none though one is in the period', null, 3, false],
      ['one before the period', 4, 6, true], ['none, where it cannot be told', null, 6, true], ['one of the period that is of another target', 6, 6, false],
    ]) yield { name: isRight ? 'sound' : `prev: ${what}`, what, files: withEntry(7, (entry) => { entry.prev = prev; }, write, first) };
  }
}

/** Evidence with a text that was signed, and with others. */
export function* texts() {
  const text = Buffer.from('I shall say nothing.\n'), hash = createHash('sha256').update(text).digest('hex'), log = made.log(30);
  const signedLog = made.log(30, (entry, seq) => (seq === 0 ? entry.replace('"added":{', `"added":{"nda_text_sha256":"${hash}",`) : entry));
  const pack = (name, nda, of = signedLog) => {
    const bundle = made.evidenceFiles(of);
    if (nda !== null) bundle.files['nda.txt'] = nda;
    return { name, files: made.signed(bundle) };
  };
  yield* [pack('sound', text), pack('sound', null), pack('another text', Buffer.from('I shall say everything.\n')), pack('a text that no entry names', text, log)];
}

/** All of them, and some that hold. */
export function spoilt() {
  const log = made.log(200);
  const sound = [made.auditFiles(log), made.auditFiles(log, 77, 150), made.auditFiles(made.log(1)), made.evidenceFiles(log)].map((files) => ({ name: 'sound', files: made.signed(files) }));
  const bytes = Object.entries(hostile).map(([name, archive]) => ({ name, bytes: archive }));
  return [...sound, ...edits(log, 23, false), ...edits(log, 23, true), ...forgeries(log), ...archives(), ...packs(log), ...malformed(), ...unnamed(), ...texts(), ...bytes];
}
