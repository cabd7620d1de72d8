// Answers a folder of cases that the command was asked too, and adds cases of its own: `node agreement.mjs FOLDER`.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { verifyBundle } from '../verify.mjs';
import { KEYS, ORGANIZATION, zip } from './bundles.mjs';
import { spoilt } from './spoilt.mjs';

const folder = process.argv[2];
const cases = JSON.parse(readFileSync(join(folder, 'cases.json')));
spoilt().forEach(({ name, files, bend = {}, options = {} }, number) => {
  const file = `script-${number}.zip`, { anchors = [], maxGap: max_gap = null, keys = KEYS } = options;
  writeFileSync(join(folder, file), zip(files, bend));
  cases.push({ name: `script: ${name}`, file, keys, org: options.org ?? null, anchors: anchors.map(String), max_gap, hmac_key: null });
});
for (const one of cases) {
  const { keys, org, anchors, max_gap: maxGap, hmac_key: hmacKey } = one;
  const report = await verifyBundle(new Uint8Array(readFileSync(join(folder, one.file))), { keys, org: org ?? undefined, anchors, maxGap: maxGap ?? undefined, hmacKey: hmacKey ?? undefined });
  one.answer = { exit: report.exit, reason: report.reason, first_bad_seq: report.first_bad_seq };
}
process.stdout.write(JSON.stringify(cases));
