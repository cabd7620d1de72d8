// ---------------------------------------------------------------------------------------------------------- the page

const byId = (id) => document.getElementById(id);

/** An element with children; a text among them stays a text, whatever stands in it. */
function made(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

const page = { bundle: null, anchors: [], turn: 0 };
/** Pauses so that the window stays alive. */
const pause = () => new Promise((resume) => { setTimeout(resume); });
const counted = (number) => number.toLocaleString('en');

async function takeFiles(files) {
  for (const file of files) {
    if (/\.note$/i.test(file.name)) page.anchors.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
    else if (/\.(vkey|txt|pub)$/i.test(file.name)) addKeys(await file.slice(0, NOTE_BYTES_MAX).text());
    else page.bundle = file;
  }
  byId('bundle-name').textContent = page.bundle === null ? '' : `${page.bundle.name}, ${counted(page.bundle.size)} bytes`;
  const { anchors } = page;
  byId('anchor-names').textContent = anchors.length === 0 ? '' : `${anchors.length} given: ${anchors.slice(0, 5).map((anchor) => anchor.name).join(', ')}${anchors.length > 5 ? ' …' : ''}`;
  byId('forget-anchors').hidden = anchors.length === 0;
  if (page.bundle !== null && keyLines().length > 0) await run();
}

const keyLines = () => byId('keys').value.split('\n').map((line) => line.trim()).filter((line) => line !== '');

function addKeys(text) {
  const lines = new Set([...keyLines(), ...text.split('\n').map((line) => line.trim()).filter((line) => line !== '')]);
  byId('keys').value = [...lines].join('\n');
}

function readForm() {
  const text = (id) => byId(id).value.trim() || undefined, maxGap = text('max-gap');
  if (maxGap !== undefined && !/^\d{1,9}$/.test(maxGap)) throw noBundle('usage', 'the most days between two checkpoints are no number');
  return { keys: keyLines(), anchors: page.anchors.map((anchor) => anchor.bytes), org: text('org'), hmacKey: text('hmac-key'), maxGap: maxGap === undefined ? undefined : Number(maxGap) };
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
    if (page.bundle === null) throw noBundle('usage', 'no bundle was chosen');
    return await verifyBundle(watched(page.bundle, turn), readForm());
  } catch (error) {
    return { exit: 2, reason: 'usage', first_bad_seq: null, message: `this could not be verified: ${error.message}`, keys: [], anchors: [], not_checked: [] };
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
  byId('why').textContent = report.message;
  byId('verdict').hidden = false;
  byId('verdict').focus({ preventScroll: true });
  const facts = byId('facts'), isGood = report.exit === 0;
  facts.replaceChildren();
  const fact = (name, ...values) => { if (values.length > 0) facts.append(made('dt', '', name), made('dd', '', ...values.map((value) => made('div', '', value)))); };
  if (report.organization !== undefined) fact(isGood ? 'Organization' : 'Says it is of', report.organization);
  if (report.kind !== undefined) fact(isGood ? 'Bundle' : 'Says it is', `kind ${report.kind}, made ${report.created_at}`);
  if (isGood) {
    fact('Entries', `${counted(report.entries)} shown, from entry ${report.first_seq}; the log had ${counted(report.tree_size)}`);
    if (report.first_at !== null) fact('First and last at', `${report.first_at} – ${report.last_at}`);
    fact('Opened values', counted(report.openings));
    fact('Signed by', ...report.keys);
    fact('Anchors', report.anchors.length > 0 ? `agree at sizes ${report.anchors.join(', ')}` : 'none used');
    fact('Not checked', ...report.not_checked);
  }
  facts.hidden = facts.childElementCount === 0;
}

