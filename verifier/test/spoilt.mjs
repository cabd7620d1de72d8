// Bundles that something was done to, made with Node's own cryptography: the tests expect each to be refused, and the
// command to refuse each as the script does. `{name, files, bend, options}`; `bend` is what `zip` takes.

import * as made from './bundles.mjs';

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

/** All of them, and some that hold. */
export function spoilt() {
  const log = made.log(200);
  const sound = [made.auditFiles(log), made.auditFiles(log, 77, 150), made.auditFiles(made.log(1)), made.evidenceFiles(log)].map((files) => ({ name: 'sound', files: made.signed(files) }));
  return [...sound, ...edits(log, 23, false), ...edits(log, 23, true), ...forgeries(log), ...archives(), ...packs(log)];
}
