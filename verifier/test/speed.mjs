// Prints how many entries a second the script verifies, on a generated log. Not a test: nothing here is asserted.

import { verifyBundle } from '../verify.mjs';
import { KEYS, auditFiles, log, signed, zip } from './bundles.mjs';

const count = Number(process.argv[2] ?? 100_000);
// The layout that the database writes, and no CSV, whose comparison needs every entry read as JSON.
const made = log(count, (entry) => entry.replace('{"v":1,"org":', '{"v": 1, "org": ').replace(',"seq":', ', "seq": ').replace(',"at":', ', "at": '));
const whole = auditFiles(made);
if (process.argv[3] !== 'csv') delete whole.files['audit/entries.csv'];
const bundle = new Uint8Array(zip(signed(whole)));
const began = performance.now();
const report = await verifyBundle(bundle, { keys: KEYS });
const seconds = (performance.now() - began) / 1000;
console.log(`${report.reason}: ${count} entries in ${seconds.toFixed(2)} s, ${Math.round(count / seconds)}/s, ${(bundle.length / 2 ** 20).toFixed(0)} MiB${report.exit ? `: ${report.message}` : ''}`);
