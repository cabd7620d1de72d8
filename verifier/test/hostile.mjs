// Archives that our exporter would not write: each holds the true members, and some program may read it otherwise.

import { deflateRawSync } from 'node:zlib';

import * as made from './bundles.mjs';
import { archive, crc32, membersOf } from './zips.mjs';

const log = made.log(12);
export const files = made.signed(made.auditFiles(log));
const forged = Buffer.from('Other content.\n');
export const members = (change = () => ({})) => membersOf(files).map((member, i) => ({ ...member, ...change(member, i) }));
const only = (name, change) => members((member) => (member.name === name ? change(member) : {}));
export const deflated = () => members(({ data }) => ({ data: deflateRawSync(data), content: data, method: 8 }));
const raw = (hex) => Buffer.from(hex, 'hex');
const threeZeros = made.auditFiles(log);
threeZeros.files['VERIFY.md'] = Buffer.alloc(3);

/** The extra field that gives a member another name (Info-ZIP, 0x7075). */
function unicodePath(name, other) {
  const field = Buffer.alloc(9 + other.length);
  field.writeUInt16LE(0x7075, 0);
  field.writeUInt16LE(5 + other.length, 2);
  field[4] = 1;
  field.writeUInt32LE(crc32(Buffer.from(name)), 5);
  field.write(other, 9);
  return field;
}

function descriptor({ data }) {
  const field = Buffer.alloc(16);
  field.writeUInt32LE(0x08074b50, 0);
  [crc32(data), data.length, data.length].forEach((value, i) => field.writeUInt32LE(value, 4 + 4 * i));
  return field;
}

const inner = archive([{ name: 'VERIFY.md', data: forged }]);
const first = (change) => members((member, i) => (i === 0 ? change(member) : {}));
const last = Object.keys(files).at(-1);

/** Archives that hold the true members, and that some program may read otherwise. */
export const hostile = {
  'bytes before the first member': archive(members(), { before: Buffer.from('x') }),
  'bytes before it, offsets from there': archive(members((_, i) => (i === 0 ? { lead: Buffer.from('x') } : {}))),
  'an archive before it': archive(members(), { before: inner }),
  'a gap between two members': archive(members((_, i) => (i === 2 ? { lead: Buffer.from('x') } : {}))),
  'a member between two that the directory does not have': archive([...members(), { name: 'hidden.txt', data: forged, isHidden: 'no central' }]),
  'another VERIFY.md that the directory does not have': archive([{ name: 'VERIFY.md', data: forged, isHidden: 'no central' }, ...members()]),
  'a gap before the directory': archive(members(), { gap: Buffer.from('x') }),
  'a second directory before the directory': archive(members(), { gap: inner.subarray(inner.indexOf('PK\x01\x02')) }),
  'an archive behind the end': Buffer.concat([archive(members()), inner]),
  'an archive in the comment': archive(members(), { comment: inner }),
  'a comment': archive(members(), { comment: Buffer.from('x') }),
  'a byte behind the end': archive(members(), { after: Buffer.from('x') }),
  'a comment of a member': archive(first(() => ({ central: { comment: Buffer.from('x') } }))),
  'members in another order than the directory': archive([...members().slice(1).map((member, i) => ({ ...member, offset: 0 + i })), members()[0]]),
  'two members at one place': archive([...members(), { name: 'again.txt', data: files['VERIFY.md'], isHidden: 'no local', offset: 0 }]),
  'a member twice': archive([...members(), members()[0]]),
  'a member twice in another case': archive([...members(), { name: 'Verify.md', data: forged }]),
  'a member that is a folder of another': archive([...members(), { name: 'audit', data: forged }]),
  'a member below a member': archive([...members(), { name: `${last}/x`, data: forged }]),
  'a folder': archive([{ name: 'audit/', data: Buffer.alloc(0) }, ...members()]),
  '__MACOSX': archive([...members(), { name: '__MACOSX/._VERIFY.md', data: forged }]),
  'all in a folder': archive(members(({ name }) => ({ name: `bundle/${name}` }))),
  'a name of a device': archive([...members(), { name: 'data/nul.json', data: forged }]),
  'a name that ends with a dot': archive([...members(), { name: 'VERIFY.md.', data: forged }]),
  'another name in the local header': archive(first(() => ({ local: { name: 'OTHER.md' } }))),
  'another Unicode name': archive(first(({ name }) => ({ flags: 0, extra: unicodePath(name, 'other.md') }))),
  'another Unicode name in the directory': archive(first(({ name }) => ({ flags: 0, central: { extra: unicodePath(name, 'other.md') } }))),
  'another Unicode name in the local header': archive(first(({ name }) => ({ flags: 0, local: { extra: unicodePath(name, 'other.md') } }))),
  'an extra field that says nothing': archive(first(() => ({ extra: raw('feca0000') }))),
  'sizes by ZIP64': archive(first(({ data }) => ({ central: { packed: 0xffffffff, bytes: 0xffffffff, extra: Buffer.concat([raw('01001000'), raw('0f00000000000000'), raw('0f00000000000000')]) }, data }))),
  'a data descriptor': archive(first((member) => ({ flags: 0x808, local: { crc: 0, packed: 0, bytes: 0 }, trail: descriptor(member) }))),
  'a data descriptor that lies': archive(first((member) => ({ flags: 0x808, trail: descriptor({ data: forged.subarray(0, 3), member }) }))),
  'the flag of a data descriptor alone': archive(first(() => ({ flags: 0x808 }))),
  'encrypted': archive(first(() => ({ flags: 0x801 }))),
  'encrypted in the local header': archive(first(() => ({ local: { flags: 0x801 } }))),
  'another method in the local header': archive(first(() => ({ local: { method: 8 } }))),
  'another version in the local header': archive(first(() => ({ local: { version: 10 } }))),
  'another time in the local header': archive(first(() => ({ local: { time: 1 } }))),
  'another CRC-32 in the local header': archive(first(() => ({ local: { crc: 1 } }))),
  'another CRC-32 in the directory': archive(first(() => ({ central: { crc: 1 } }))),
  'another CRC-32 than that of the bytes': archive(first(() => ({ crc: 1 }))),
  'another CRC-32 of the manifest': archive(only('manifest.json', () => ({ crc: 1 }))),
  'another size in the local header': archive(first(({ data }) => ({ local: { bytes: data.length - 1 } }))),
  'another packed size in the local header': archive(first(({ data }) => ({ local: { packed: data.length - 1 } }))),
  'a member larger than the archive': archive(members((member) => (member.name === last ? { packed: 1 << 30, bytes: 1 << 30 } : {}))),
  'a folder by its attribute': archive(first(() => ({ external: 0x10 }))),
  'a folder by its mode': archive(first(() => ({ external: 0o040755 * 65536 }))),
  'a link': archive(first(() => ({ external: 0o120777 * 65536 }))),
  'made by VMS': archive(first(() => ({ madeBy: 0x0214 }))),
  'in parts': archive(members(), { end: { count: Object.keys(files).length - 1 } }),
  'a directory that ends early': archive(members(), { end: { bytes: 60 } }),
  'packed bytes that go on': archive(only('VERIFY.md', ({ data }) => ({ data: Buffer.concat([deflateRawSync(data), forged]), content: data, method: 8 }))),
  // Three bytes copied from before the first: a reader that unpacks into a ring reads three zeros, which is what was signed.
  'packed bytes that point before the first': archive(membersOf(made.signed(threeZeros)).map((member) => (member.name === 'VERIFY.md' ? { ...member, data: raw('030200'), content: member.data, method: 8 } : member))),
};
