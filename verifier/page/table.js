// --------------------------------------------------------------------------------------------------------- the entries

const ROWS_MAX = 100, TABLE_BYTES_MAX = 256 * 2 ** 20, IMAGE_BYTES_MAX = 64 * 2 ** 20, TEXT_MAX = 4000, IMAGES = ['image/jpeg', 'image/png'];
const shown = { lines: [], found: [], first: 0, report: null, openings: new Map(), urls: [] };

/** Where the lines are, and of each what it can be looked up by. Nothing here is believed: it is shown. */
async function indexLines(source, members, turn) {
  const member = members.get(ENTRIES), lines = [], rows = new Lines(source, member);
  let bytes = 0, breath = performance.now(), isWhole = true;
  for (let line = rows.take() ?? (await rows.next()); line !== null; line = rows.take() ?? (await rows.next())) {
    bytes += line.length;
    if (bytes > TABLE_BYTES_MAX) { isWhole = false; break; }
    lines.push(summary(line));
    if (performance.now() - breath > 40) {
      byId('log-note').textContent = `Listing … ${counted(lines.length)} entries so far`;
      await pause();
      breath = performance.now();
      if (turn !== page.turn) return null;
    }
  }
  return { lines, isWhole };
}

function summary(line) {
  let entry = null;
  try { entry = JSON.parse(decoder.decode(line)); } catch { /* shown as it stands */ }
  const text = (value) => (typeof value === 'string' ? value : '');
  return { line: line.slice(), seq: entry?.seq, action: text(entry?.action), target: `${text(entry?.target?.kind)} ${text(entry?.target?.id)}` };
}
const decoder = new TextDecoder();

/** What was opened, once all of it holds: by entry, then by place in it. */
async function readOpened(source, members) {
  const opened = new Map();
  for await (const opening of new Openings({ source, members }).all()) {
    if (!opened.has(opening.seq)) opened.set(opening.seq, new Map());
    opened.get(opening.seq).set(opening.pointer, opening);
  }
  return opened;
}

async function showLog(report, turn) {
  for (const url of shown.urls.splice(0)) URL.revokeObjectURL(url);
  byId('log').hidden = false;
  byId('log-title').textContent = report.exit === 0 ? 'Entries' : 'Entries as they stand in the bundle: not verified';
  byId('rows').replaceChildren();
  const source = watched(page.bundle, turn);
  let indexed = null;
  try {
    const members = await openZip(source);
    Object.assign(shown, { report, source, members, openings: report.exit === 0 ? await readOpened(source, members) : new Map() });
    indexed = members.has(ENTRIES) ? await indexLines(source, members, turn) : { lines: [], isWhole: true };
  } catch (error) {
    byId('log-note').textContent = `They cannot be listed: ${error.message}`;
  }
  if (indexed === null || turn !== page.turn) return;
  shown.lines = indexed.lines;
  byId('log-note').textContent = indexed.isWhole ? '' : `Only the first ${counted(indexed.lines.length)} entries are listed here; all of them were checked.`;
  listActions();
  for (const id of ['by-seq', 'by-target']) byId(id).value = '';
  find();
  if (report.first_bad_seq !== null) goTo(report.first_bad_seq);
}

function listActions() {
  const counts = new Map();
  for (const { action } of shown.lines) counts.set(action, (counts.get(action) ?? 0) + 1);
  const option = (value, text) => Object.assign(made('option', '', text), { value });
  byId('by-action').replaceChildren(option('', 'all'), ...[...counts].sort().slice(0, 500).map(([action, count]) => option(action, `${action.slice(0, 80)} (${counted(count)})`)));
}

function find() {
  const action = byId('by-action').value, target = byId('by-target').value.trim().toLowerCase();
  shown.found = shown.lines.filter((one) => (action === '' || one.action === action) && (target === '' || one.target.toLowerCase().includes(target)));
  shown.first = 0;
  showRows();
}

/** Shows the page that an entry is on, and marks it. */
function goTo(seq) {
  const place = shown.found.findIndex((one) => one.seq === seq);
  if (place < 0) return;
  shown.first = place - (place % ROWS_MAX);
  showRows(seq);
  byId('rows').children[place % ROWS_MAX].scrollIntoView({ block: 'nearest' });
}

function showRows(sought) {
  const { found, first } = shown, until = Math.min(first + ROWS_MAX, found.length);
  byId('shown').textContent = found.length === 0 ? 'no entry' : `${counted(first + 1)}–${counted(until)} of ${counted(found.length)}`;
  byId('back').disabled = first === 0;
  byId('on').disabled = until === found.length;
  byId('rows').replaceChildren(...found.slice(first, until).map((one) => row(one, sought)));
}

const LABELS = ['Entry', 'Time', 'Actor', 'Action', 'Target', 'Reason', 'Changed'];

/** An entry to show; one beyond a limit is shown as it stands. */
function shownJson(line) {
  try { return tryJson(line); } catch { return null; }
}

function row({ line, seq }, sought) {
  const node = shownJson(line), opened = new Map(shown.openings.get(seq));
  const isBad = seq !== undefined && seq === shown.report.first_bad_seq;
  const element = made('tr', isBad ? 'bad' : seq !== undefined && seq === sought ? 'sought' : '');
  const cells = node?.kind === 'object' ? cellsOf(node, opened) : [['?'], [], [], [], [], [], [cut(decoder.decode(line.subarray(0, TEXT_MAX)))]];
  cells.forEach((children, i) => {
    const cell = made('td', '', made('div', '', ...children));
    cell.dataset.label = LABELS[i];
    if (children.length === 0) cell.replaceChildren();
    element.append(cell);
  });
  return element;
}

function cellsOf(node, opened) {
  const text = (name) => plain(field(node, name));
  const named = (name) => {
    const found = field(node, name), impersonation = field(found, 'impersonation');
    return [plain(field(found, 'kind')), made('small', '', plain(field(found, 'id'))), ...(impersonation ? [made('small', '', `impersonation ${plain(impersonation)}`)] : [])];
  };
  const reason = text('reason');
  return [[text('seq')], [text('at').replace('T', ' ').replace('Z', '')], named('actor'), [text('action')], named('target'), reason === '' ? [] : [reason], changesOf(node, opened)];
}

/** A value as text: a string as it reads, anything else as it is written. */
function plain(value) {
  if (value === undefined || value.kind === 'null') return '';
  return cut(value.kind === 'string' ? value.value : value.raw);
}
const cut = (text) => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)} … (${counted(text.length - TEXT_MAX)} more)` : text);

const escaped = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1');

function changesOf(node, opened) {
  const changes = [];
  const change = (className, sign, key, ...values) => changes.push(made('div', `change ${className}`, made('b', '', sign), made('div', '', made('span', 'key', `${cut(key)}: `), ...values.flat())));
  const diff = field(node, 'diff');
  for (const [part, sign] of [['added', '+'], ['removed', '−'], ['changed', '~']]) {
    const keys = field(diff, part, 'object')?.value ?? [];
    for (const [key, value] of keys) {
      const at = `/diff/${part}/${escaped(key)}`;
      if (part === 'changed') change(part, sign, key, valueOf(field(value, 'from'), `${at}/from`, opened), ' → ', valueOf(field(value, 'to'), `${at}/to`, opened));
      else change(part, sign, key, valueOf(value, at, opened));
    }
  }
  // What was opened anywhere else in the entry.
  for (const [pointer, opening] of [...opened]) change('other', '·', pointer, valueOf(atPointer(node, pointer), pointer, new Map([[pointer, opening]])));
  return changes;
}

/** A value, and beside a sealed one what was opened of it. */
function valueOf(value, pointer, opened) {
  const commit = field(value, 'commit', 'string')?.value;
  if (commit === undefined) return [made('span', 'value', value?.kind === 'null' ? 'null' : plain(value))];
  const type = field(value, 'type'), what = type === undefined ? 'sealed' : `sealed ${plain(type)}, ${plain(field(value, 'bytes'))} bytes`;
  const chip = Object.assign(made('span', 'sealed', `${what} · ${cut(commit).slice(0, 8)}…`), { title: `commitment ${cut(commit)}` });
  const opening = opened.get(pointer);
  if (opening === undefined) return [chip];
  opened.delete(pointer);
  const content = made('span', 'opened', made('i', '', 'the shown value matches the log:'));
  if (opening.file === undefined) content.append(plain(opening.value));
  else content.append(opening.file, picture(opening.file, plain(type)));
  return [chip, content];
}

/** A photo or signature whose opening was verified; anything else is named only. */
function picture(file, type) {
  if (!IMAGES.includes(type)) return '';
  const image = Object.assign(made('img', ''), { alt: file });
  wholeMember(shown.source, shown.members.get(file), IMAGE_BYTES_MAX).then((bytes) => {
    image.src = URL.createObjectURL(new Blob([bytes], { type }));
    shown.urls.push(image.src);
  }, () => {});
  return image;
}

byId('by-action').addEventListener('change', find);
byId('by-target').addEventListener('input', find);
byId('by-seq').addEventListener('change', (event) => { if (/^\d+$/.test(event.target.value.trim())) goTo(Number(event.target.value)); });
byId('back').addEventListener('click', () => { shown.first -= ROWS_MAX; showRows(); });
byId('on').addEventListener('click', () => { shown.first += ROWS_MAX; showRows(); });
