// Archives field by field, so that any of them can say what it should not. `members` are `{name, data, …}`; what is given in
// `local` or `central` stands in that header alone, and anything else in both.

import { crc32 as nodes } from 'node:zlib';
import { crc32InScript } from '../verify.mjs';

export const crc32 = nodes ?? crc32InScript;

/** The 26 bytes that both headers of a member have in common. */
function common({ version = 20, flags = 0x800, method = 0, time = 0, date = 0x21, crc, packed, bytes, nameBytes, extra }) {
  const out = Buffer.alloc(26);
  [version, flags, method, time, date].forEach((field, i) => out.writeUInt16LE(field, 2 * i));
  [crc, packed, bytes].forEach((field, i) => out.writeUInt32LE(field >>> 0, 10 + 4 * i));
  out.writeUInt16LE(nameBytes, 22);
  out.writeUInt16LE(extra.length, 24);
  return out;
}

function header({ name, data, content = data, local = {}, central = {}, ...both }, own) {
  const told = { name, extra: Buffer.alloc(0), comment: Buffer.alloc(0), crc: crc32(content), packed: data.length, bytes: content.length, ...both, ...own };
  const shown = Buffer.from(told.name);
  return { ...told, shown, common: common({ ...told, nameBytes: shown.length }) };
}

/** The bytes of an archive, and its directory. */
export function archive(members, { before = Buffer.alloc(0), gap = Buffer.alloc(0), comment = Buffer.alloc(0), after = Buffer.alloc(0), count = members.length, end = {} } = {}) {
  const parts = [before], directory = [];
  let at = before.length;
  for (const member of members) {
    const local = header(member, member.local), central = header(member, member.central), { lead = Buffer.alloc(0), trail = Buffer.alloc(0), madeBy = 0x0314, internal = 0, external = 0o100644 * 65536 } = member;
    at += lead.length;
    const body = member.isHidden === 'no local' ? [] : [lead, Buffer.from('504b0304', 'hex'), local.common, local.shown, local.extra, member.data, trail];
    const tail = Buffer.alloc(14);
    tail.writeUInt16LE(central.comment.length, 0);
    tail.writeUInt16LE(internal, 4);
    tail.writeUInt32LE(external >>> 0, 6);
    tail.writeUInt32LE(member.offset ?? at, 10);
    const made = Buffer.alloc(2);
    made.writeUInt16LE(madeBy);
    if (member.isHidden !== 'no central') directory.push(Buffer.from('504b0102', 'hex'), made, central.common, tail, central.shown, central.extra, central.comment);
    parts.push(...body);
    at += body.reduce((bytes, part) => bytes + part.length, -lead.length * (body.length > 0 ? 1 : 0));
  }
  parts.push(gap);
  at += gap.length;
  const list = Buffer.concat(directory), record = Buffer.alloc(22);
  record.write('504b0506', 'hex');
  record.writeUInt16LE(end.count ?? count, 8);
  record.writeUInt16LE(end.count ?? count, 10);
  record.writeUInt32LE(end.bytes ?? list.length, 12);
  record.writeUInt32LE(end.from ?? at, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, list, record, comment, after]);
}

export const membersOf = (files) => Object.entries(files).map(([name, data]) => ({ name, data }));
