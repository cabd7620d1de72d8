// Prints how many entries a second the script verifies, on a generated log. Not a test: nothing here is asserted.

import { verifyBundle } from '../verify.mjs';
import { KEYS, auditFiles, log, signed, zip } from './bundles.mjs';

const count = Number(process.argv[2] ?? 100_000);
const bundle = new Uint8Array(zip(signed(auditFiles(log(count)))));
const began = performance.now();
const report = await verifyBundle(bundle, { keys: KEYS });
const seconds = (performance.now() - began) / 1000;
console.log(`${report.reason}: ${count} entries in ${seconds.toFixed(2)} s, ${Math.round(count / seconds)}/s, ${(bundle.length / 2 ** 20).toFixed(0)} MiB`);
