// ---------------------------------------------------------------------------------------------------------- the page

const byId = (id) => document.getElementById(id);

/** An element with children; a text among them stays a text, whatever stands in it. */
function made(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

const page = { bundle: null, anchors: [], revoked: [], turn: 0 };
/** Pauses so that the window stays alive. */
const pause = () => new Promise((resume) => { setTimeout(resume); });
const counted = (number) => number.toLocaleString('en');

async function takeFiles(files) {
  for (const file of files) {
    if (/\.note$/i.test(file.name)) page.anchors.push({ name: file.name, bytes: await bytesOf(file) });
    else if (/\.(vkey|txt|pub|json)$/i.test(file.name)) addKeys(await bytesOf(file), file.name);
    else page.bundle = file;
  }
  showBundle();
  const { anchors } = page;
  byId('anchor-names').textContent = anchors.length === 0 ? '' : `${anchors.length} given: ${anchors.slice(0, 5).map((anchor) => anchor.name).join(', ')}${anchors.length > 5 ? ' …' : ''}`;
  byId('forget-anchors').hidden = anchors.length === 0;
  if (page.bundle !== null && keyLines().length > 0) await run();
}

const bytesOf = async (file) => new Uint8Array(await file.slice(0, KEPT_BYTES_MAX).arrayBuffer());

/** Says which file is looked at; a field for files does so only where the file was chosen in it. */
function showBundle() {
  const { bundle } = page, field = byId('bundle');
  byId('bundle-name').textContent = bundle === null ? '' : `${bundle.name}, ${counted(bundle.size)} bytes`;
  if (bundle === null || field.files[0] === bundle) return;
  const given = new DataTransfer();
  given.items.add(bundle);
  field.files = given.files;
}

const keyLines = () => byId('keys').value.split('\n').map(trimmed).filter((line) => line !== '');

/** Adds the keys of a file; what is none is said beside the field. */
function addKeys(bytes, name) {
  let note = '';
  try {
    const { keys, revoked } = keysOf(bytes, name);
    byId('keys').value = [...new Set([...keyLines(), ...keys])].join('\n');
    page.revoked = [...new Set([...page.revoked, ...revoked])];
    note = `${name}: ${keys.length} keys${revoked.length === 0 ? '' : `, and ${revoked.length} revoked, which were left out`}`;
  } catch (error) {
    note = error.message;
  }
  byId('key-names').textContent = note;
}

function readForm() {
  const text = (id) => byId(id).value.trim() || undefined, maxGap = text('max-gap');
  if (maxGap !== undefined && !/^\d{1,9}$/.test(maxGap)) throw noBundle('usage', 'The days between two checkpoints are given as a number');
  // Notes are dropped by the folder: some may be of other logs.
  return { keys: keyLines(), revoked: page.revoked, foundAnchors: page.anchors.map((anchor) => anchor.bytes), org: text('org'), hmacKey: text('hmac-key'), maxGap: maxGap === undefined ? undefined : Number(maxGap) };
}

/** A file that says how much of it was read, lets the window breathe, and stops when another turn began. */
function watched(file, turn) {
  let bytes = 0, breath = performance.now();
  return {
    size: file.size,
    async read(from, to) {
      if (turn !== page.turn) throw new Error('another bundle was chosen');
      if (performance.now() - breath > 40) {
        byId('progress').textContent = `Reading … ${counted(Math.round(bytes / 2 ** 20))} MiB so far`;
        await pause();
        breath = performance.now();
      }
      bytes += to - from;
      return new Uint8Array(await file.slice(from, to).arrayBuffer());
    },
  };
}

async function verifyChosen(turn) {
  try {
    if (page.bundle === null) throw noBundle('usage', 'No bundle was chosen');
    return await verifyBundle(watched(page.bundle, turn), readForm());
  } catch (error) {
    return failed(error);
  }
}

async function run() {
  const turn = ++page.turn;
  for (const id of ['verdict', 'facts', 'log']) byId(id).hidden = true;
  byId('progress').hidden = false;
  byId('progress').textContent = 'Reading …';
  await pause();
  const report = await verifyChosen(turn);
  if (turn !== page.turn) return;
  byId('progress').hidden = true;
  showReport(report);
  if (report.exit !== 2) await showLog(report, turn);
}

byId('form').addEventListener('submit', (event) => { event.preventDefault(); run(); });
for (const id of ['bundle', 'key-files', 'anchors']) byId(id).addEventListener('change', (event) => { takeFiles([...event.target.files]); });
byId('forget-anchors').addEventListener('click', () => { page.anchors = []; byId('anchors').value = ''; takeFiles([]); });
addEventListener('dragover', (event) => { event.preventDefault(); document.body.classList.add('over'); });
addEventListener('dragleave', (event) => { if (event.relatedTarget === null) document.body.classList.remove('over'); });
addEventListener('drop', (event) => { event.preventDefault(); document.body.classList.remove('over'); takeFiles([...event.dataTransfer.files]); });

// --------------------------------------------------------------------------------------------------------- the verdict

const VERDICTS = [['good', () => 'VERIFIED'], ['bad', (seq) => (seq === null ? 'WRONG' : `WRONG at entry ${seq}`)], ['none', () => 'NOT VERIFIED']];

function showReport(report) {
  const [className, word] = VERDICTS[report.exit];
  byId('verdict').className = className;
  byId('word').textContent = word(report.first_bad_seq);
  byId('why').textContent = `${report.message}.`;
  byId('verdict').hidden = false;
  byId('verdict').focus({ preventScroll: true });
  const facts = byId('facts'), isGood = report.exit === 0;
  facts.replaceChildren();
  const fact = (name, ...values) => { if (values.length > 0) facts.append(made('dt', '', name), made('dd', '', ...values.map((value) => made('div', '', value)))); };
  if (page.bundle !== null) fact('File', page.bundle.name);
  if (report.exit !== 2 && report.organization !== undefined) fact('Organization', report.organization);
  if (report.exit !== 2 && report.kind !== undefined) fact('Bundle', `${report.kind}, made ${report.created_at}`);
  if (isGood) {
    fact('Entries', `${counted(report.entries)} shown, from entry ${report.first_seq}; the log had ${counted(report.tree_size)}`);
    if (report.first_at !== null) fact('First and last at', `${report.first_at} – ${report.last_at}`);
    if (report.openings > 0) fact('Opened values', `${counted(report.openings)}, and each matches the log`);
    fact('Signed by', ...report.keys);
    fact('Anchors', report.anchors.length > 0 ? `the log is as your notes of sizes ${report.anchors.join(', ')} say` : 'none used');
    fact('Not checked', ...report.not_checked);
  }
  facts.hidden = facts.childElementCount === 0;
}

