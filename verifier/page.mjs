// Writes verify.html: verify.mjs as it stands, and behind it the code of the page, in one file that needs no other.
// Their SHA-256 go into SHA256SUMS and SECURITY.md. `node verifier/page.mjs`; a test compares what it would write with what is there.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const source = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Stands between verify.mjs, byte for byte, and the code of the page. */
export const MARK = '// ==== the page: verify.mjs ends above this line ====\n';

export function build() {
  const script = `\n${read('verify.mjs')}${MARK}${read('page/form.js')}${read('page/table.js')}`;
  const style = `\n${read('page/style.css')}`;
  if (/<\/script|<!--/i.test(script)) throw new Error('the script would end the element that it stands in');
  // Nothing may be fetched, sent or framed; a script or style is run for its hash alone; pictures come from memory.
  const policy = `default-src 'none'; script-src ${source(script)}; style-src ${source(style)}; img-src blob:; connect-src 'none'; form-action 'none'; base-uri 'none'`;
  const parts = { policy, style, script };
  return read('page/page.html').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

/** The digests of the script and of this page: as `sha256sum` writes them, and SECURITY.md with them. */
export function listed(html) {
  const digest = (text) => createHash('sha256').update(text).digest('hex');
  const files = { 'verify.mjs': digest(read('verify.mjs')), 'verify.html': digest(html) };
  return {
    sums: Object.entries(files).map(([name, sum]) => `${sum}  ${name}\n`).join(''),
    security: read('../SECURITY.md').replace(/^(\| verifier\/(verify\.\w+) \| `).*(` \|)$/gm, (_, before, name, after) => before + files[name] + after),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const html = build(), { sums, security } = listed(html);
  for (const [name, text] of [['verify.html', html], ['SHA256SUMS', sums], ['../SECURITY.md', security]]) writeFileSync(new URL(name, import.meta.url), text);
}
