// What verify.html promises, in a real browser and opened from disk: it says what the script says, renders nothing that
// a bundle brings along, and makes no request.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { MARK, build, listed } from '../page.mjs';
import * as made from './bundles.mjs';

const page = new URL('../verify.html', import.meta.url);
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const PLANTED = '<img src=x onerror="document.title=\'planted\'"><script>document.title="planted"</script>';
let browser, folder, requests, errors;

before(async () => {
  const { chromium } = await import('./browser/node_modules/playwright-core/index.mjs');
  folder = mkdtempSync(join(tmpdir(), 'doorbook-page-'));
  browser = await chromium.launchPersistentContext(join(folder, 'profile'), { executablePath: '/usr/bin/chromium', headless: true, args: ARGUMENTS, viewport: { width: 1200, height: 900 } });
});

after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true });
});

/** Opens the page from disk, with a bundle and keys chosen, and waits for what it says. */
async function open(bundle, { keys = made.KEYS, anchors = [] } = {}) {
  const tab = await browser.newPage();
  [requests, errors] = [[], []];
  tab.on('request', (request) => requests.push(request.url()));
  tab.on('pageerror', (error) => errors.push(error.message));
  tab.on('console', (message) => errors.push(message.text()));
  await tab.goto(page.href);
  const choose = (id, files) => tab.locator(id).setInputFiles(files.map(([name, buffer]) => ({ name, mimeType: '', buffer })));
  await tab.locator('#keys').fill(keys.join('\n'));
  if (anchors.length > 0) await choose('#anchors', anchors.map((note, i) => [`${i}.note`, note]));
  await choose('#bundle', [['bundle.zip', bundle]]);
  if (keys.length === 0) await tab.locator('#verify').click();
  await tab.locator('#verdict').waitFor();
  if ((await said(tab))[1] !== 'none') await tab.locator('#rows tr').first().waitFor();
  return tab;
}

const said = async (tab) => [await tab.locator('#word').textContent(), await tab.locator('#verdict').getAttribute('class')];

async function expectQuiet(tab) {
  assert.deepEqual(requests.filter((url) => !url.startsWith('file:') && !url.startsWith('blob:')), []);
  assert.equal(requests.filter((url) => url.startsWith('file:')).length, 1, requests.join());
  assert.deepEqual(errors, []);
  await tab.close();
}

test('the_page_is_the_script_and_nothing_is_out_of_date', () => {
  const html = readFileSync(page, 'utf8');
  assert.equal(html, build(), 'run node verifier/page.mjs');
  const security = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
  const { sums, security: wanted } = listed(html);
  assert.equal(security, wanted, 'run node verifier/page.mjs');
  assert.equal(readFileSync(new URL('../SHA256SUMS', import.meta.url), 'utf8'), sums, 'run node verifier/page.mjs');
  assert.equal(security.match(/^\| verifier\/verify\.(mjs|html) \| `[0-9a-f]{64}` \|$/gm).length, 2);
  const inline = html.slice(html.indexOf('<script type="module">\n') + 23, html.indexOf(MARK));
  assert.equal(inline, readFileSync(new URL('../verify.mjs', import.meta.url), 'utf8'));
});

test('a_pack_that_holds_is_green_and_shows_what_was_opened', async () => {
  const files = made.evidenceFiles(made.log(40));
  const tab = await open(made.zip(made.signed(files)), { anchors: [made.checkpoint(files.made)] });
  assert.deepEqual(await said(tab), ['VERIFIED', 'good']);
  const facts = await tab.locator('#facts').textContent();
  for (const part of [made.ORGANIZATION, 'evidence, made', 'as your notes of sizes 40 say', made.logKey.text.split('+')[1], 'entries younger than the checkpoint']) assert.ok(facts.includes(part), part);
  assert.equal(await tab.locator('#rows tr').count(), 14);
  assert.equal(await tab.locator('.opened').first().textContent(), 'the shown value matches the log:Name 0');
  assert.match(await tab.locator('.opened img').getAttribute('src'), /^blob:/);
  await expectQuiet(tab);
});

test('a_changed_entry_is_red_with_its_number', async () => {
  const log = made.log(250), whole = made.signed(made.auditFiles(log));
  const changed = log.entries.map((entry, seq) => `${seq === 123 ? entry.replace('203.0.113.7', '203.0.113.8') : entry}\n`).join('');
  const tab = await open(made.zip({ ...whole, 'audit/entries.jsonl': Buffer.from(changed) }));
  assert.deepEqual(await said(tab), ['WRONG at entry 123', 'bad']);
  assert.match(await tab.locator('#rows tr.bad').textContent(), /^123/);
  assert.match(await tab.locator('#log-title').textContent(), /not verified/);
  assert.equal(await tab.locator('.opened').count(), 0);
  await expectQuiet(tab);
});

test('what_is_no_bundle_or_has_no_key_is_not_verified', async () => {
  for (const [bundle, options] of [[Buffer.from('no bundle'), {}], [made.zip(made.signed(made.auditFiles(made.log(3)))), { keys: [] }]]) {
    const tab = await open(bundle, options);
    assert.deepEqual(await said(tab), ['NOT VERIFIED', 'none']);
    assert.equal(await tab.locator('#log').isVisible(), false);
    await expectQuiet(tab);
  }
});

test('nothing_of_a_bundle_is_rendered', async () => {
  const log = made.log(4, (entry) => JSON.stringify({ ...JSON.parse(entry), reason: PLANTED, action: PLANTED, diff: { added: { [PLANTED]: PLANTED }, removed: {}, changed: {} } }));
  const files = made.auditFiles(log);
  files.files['audit/openings.jsonl'] = Buffer.alloc(0);
  files.files['evidence.html'] = Buffer.from(PLANTED);
  const tab = await open(made.zip(made.signed(files)));
  assert.deepEqual(await said(tab), ['VERIFIED', 'good']);
  assert.ok((await tab.locator('#rows').textContent()).includes(PLANTED));
  assert.equal(await tab.locator('#rows img, #rows script, iframe').count(), 0);
  assert.equal(await tab.title(), 'Verify a bundle – Doorbook audit log');
  await expectQuiet(tab);
});

test('the_policy_lets_no_request_out', async () => {
  let arrived = 0;
  const server = createServer((_, answer) => { arrived++; answer.end(); }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tab = await open(Buffer.from('no bundle'));
  const tried = await tab.evaluate(async (url) => {
    const image = new Image();
    const loaded = new Promise((resolve) => { image.onload = () => resolve('loaded'); image.onerror = () => resolve('refused'); });
    image.src = url;
    navigator.sendBeacon(url);
    return [await fetch(url, { mode: 'no-cors' }).then(() => 'fetched', () => 'refused'), await loaded];
  }, `http://127.0.0.1:${server.address().port}/`);
  assert.deepEqual(tried, ['refused', 'refused']);
  await tab.close();
  server.close();
  assert.equal(arrived, 0);
});

test('a_long_log_is_listed_in_pages_and_searched', async () => {
  const tab = await open(made.zip(made.signed(made.auditFiles(made.log(2500)))));
  assert.deepEqual(await said(tab), ['VERIFIED', 'good']);
  const shown = () => tab.locator('#shown').textContent();
  assert.equal(await tab.locator('#rows tr').count(), 100);
  assert.equal(await shown(), '1–100 of 2,500');
  await tab.locator('#on').press('Enter');
  assert.equal(await shown(), '101–200 of 2,500');
  await tab.locator('#by-seq').fill('1234');
  await tab.locator('#by-seq').press('Enter');
  assert.match(await tab.locator('tr.sought').textContent(), /^1234/);
  await tab.locator('#by-target').fill('00000001-0000');
  assert.equal(await shown(), '1–100 of 833');
  await expectQuiet(tab);
});

test('a_dropped_bundle_is_taken', async () => {
  const tab = await browser.newPage();
  await tab.goto(page.href);
  const files = [['keys.vkey', Buffer.from(made.KEYS.join('\n'))], ['bundle.zip', made.zip(made.signed(made.auditFiles(made.log(3))))]];
  await tab.evaluate((files) => {
    const data = new DataTransfer();
    for (const [name, text] of files) data.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name));
    dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, files.map(([name, bytes]) => [name, bytes.toString('base64')]));
  await tab.locator('#verdict').waitFor();
  assert.deepEqual(await said(tab), ['VERIFIED', 'good']);
  assert.equal(await tab.locator('#why').textContent(), 'Everything checked is correct.');
  // The name stands beside the field, in the field itself, and with the result.
  assert.match(await tab.locator('#bundle-name').textContent(), /^bundle\.zip, /);
  assert.equal(await tab.locator('#bundle').evaluate((field) => field.files[0].name), 'bundle.zip');
  assert.match(await tab.locator('#facts').textContent(), /^Filebundle\.zip/);
  assert.equal(await tab.locator('#key-names').textContent(), 'keys.vkey: 2 keys');
  await tab.close();
});

test('the_answer_of_the_key_address_can_be_dropped', async () => {
  const tab = await browser.newPage(), key = (verifier_key, revoked_at) => ({ purpose: 'log', verifier_key, revoked_at });
  await tab.goto(page.href);
  const answer = { keys: [...made.KEYS.map((one) => key(one, null)), key(made.signer(made.logKey.name, 9).text, '2026-01-01T00:00:00Z')] };
  await tab.locator('#key-files').setInputFiles({ name: 'keys.json', mimeType: '', buffer: Buffer.from(JSON.stringify(answer)) });
  await tab.locator('#bundle').setInputFiles({ name: 'b.zip', mimeType: '', buffer: made.zip(made.signed(made.auditFiles(made.log(3)))) });
  await tab.locator('#verdict').waitFor();
  assert.deepEqual(await said(tab), ['VERIFIED', 'good']);
  assert.equal(await tab.locator('#key-names').textContent(), 'keys.json: 2 keys, and 1 revoked, which were left out');
  assert.match(await tab.locator('#facts').textContent(), /what revoked keys signed: they were left out/);
  await tab.close();
});

/** How far two colours are apart (WCAG 2.2). */
function contrast(...colors) {
  const light = (color) => color.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const [one, other] = colors.map(light).map(([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue).sort((a, b) => b - a);
  return (one + 0.05) / (other + 0.05);
}

test('borders_of_controls_are_seen', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const tab = await browser.newPage();
    await tab.emulateMedia({ colorScheme });
    await tab.goto(page.href);
    const seen = await tab.evaluate(() => [...document.querySelectorAll('textarea, button, select, input:not([type=file])')].map((one) => {
      let around = one.parentElement;
      while (getComputedStyle(around).backgroundColor === 'rgba(0, 0, 0, 0)') around = around.parentElement;
      return [one.id, getComputedStyle(one).borderTopColor, getComputedStyle(around).backgroundColor, getComputedStyle(one).backgroundColor];
    }));
    assert.ok(seen.length > 8);
    for (const [id, border, around, own] of seen) {
      assert.ok(contrast(border, around) >= 3, `${id} in ${colorScheme}: ${border} on ${around}`);
      assert.ok(id === 'verify' || contrast(border, own) >= 3, `${id} in ${colorScheme}: ${border} of ${own}`);
    }
    await tab.close();
  }
});
