// Answers a folder of cases that the command was asked too, and adds cases of its own: `node agreement.mjs FOLDER`. With
// `--serve` it answers command lines, one a line as a JSON list, for as long as there are some.

import { createInterface } from 'node:readline';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { command, verifyBundle } from '../verify.mjs';
import { KEYS, ORGANIZATION, zip } from './bundles.mjs';
import { spoilt } from './spoilt.mjs';

const answerOf = ({ exit, reason, first_bad_seq }) => ({ exit, reason, first_bad_seq });

async function serve() {
  for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${JSON.stringify(answerOf(await command(JSON.parse(line))))}\n`);
}

async function answerAll(folder) {
  const cases = JSON.parse(readFileSync(join(folder, 'cases.json')));
  spoilt().forEach(({ name, files, bytes, bend = {}, options = {} }, number) => {
    const file = `script-${number}.zip`, { anchors = [], maxGap: max_gap = null, keys = KEYS } = options;
    writeFileSync(join(folder, file), bytes ?? zip(files, bend));
    cases.push({ name: `script: ${name}`, file, keys, org: options.org ?? null, anchors: anchors.map(String), max_gap, hmac_key: null });
  });
  for (const one of cases) {
    const { keys, org, anchors, max_gap: maxGap, hmac_key: hmacKey } = one;
    const report = await verifyBundle(new Uint8Array(readFileSync(join(folder, one.file))), { keys, org: org ?? undefined, anchors, maxGap: maxGap ?? undefined, hmacKey: hmacKey ?? undefined });
    one.answer = answerOf(report);
  }
  process.stdout.write(JSON.stringify(cases));
}

if (process.argv[2] === '--serve') await serve();
else await answerAll(process.argv[2]);
