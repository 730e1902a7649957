/** Where each name leads: addresses, or another name; names are in lower case and without the last dot. */
export type Names = ReadonlyMap<string, readonly string[] | { alias: string }>;

/** From RFC 1035. */
const HEADER_BYTES = 12;
const TYPE = { A: 1, CNAME: 5, any: 255 };
const IN = 1;
const RESPONSE = 0x8000;
const OPCODE = 0x7800;
const AUTHORITATIVE = 0x0400;
const TRUNCATED = 0x0200;
const RECURSION_WANTED = 0x0100;
const RECURSION_HAD = 0x0080;
const NO_SUCH_NAME = 3;
const NOT_IMPLEMENTED = 4;
/** Of an answer in one datagram without an extension of the protocol. */
const ANSWER_BYTES = 512;
/** As CoreDNS has for names of a cluster. */
const TTL_SECONDS = 30;
/** Of names that lead to names. */
const MOST_ALIASES = 8;

interface Question {
  name: string;
  type: number;
  /** The question as it came. */
  bytes: Buffer;
}

/** The answer to a question of a resolver; `undefined` for what is none, so that nobody is made to send to others. */
export function answerTo(message: Buffer, names: Names): Buffer | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  const flags = message.readUInt16BE(2);
  if ((flags & RESPONSE) !== 0 || message.readUInt16BE(4) !== 1) return undefined;
  const question = questionOf(message);
  if (question === undefined) return undefined;
  const basis = RESPONSE | AUTHORITATIVE | RECURSION_HAD | (flags & (OPCODE | RECURSION_WANTED));
  if ((flags & OPCODE) !== 0) return compose(message, question, basis | NOT_IMPLEMENTED, []);
  const records = recordsOf(question, names);
  if (records === undefined) return compose(message, question, basis | NO_SUCH_NAME, []);
  return compose(message, question, basis, records);
}

function questionOf(message: Buffer): Question | undefined {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = message[at];
    // A question is the first name there is: it has none to point to.
    if (length === undefined || length > 63 || at + length + 1 > message.length) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(message.toString("latin1", at, at + length).toLowerCase());
    at += length;
  }
  if (at + 4 > message.length) return undefined;
  const type = message.readUInt16BE(at);
  return { name: labels.join("."), type, bytes: message.subarray(HEADER_BYTES, at + 4) };
}

/** What is known of the name; `undefined` where there is no such name. */
function recordsOf({ name, type }: Question, names: Names): Buffer[] | undefined {
  const records: Buffer[] = [];
  let at = name;
  for (let aliases = 0; aliases <= MOST_ALIASES; aliases += 1) {
    const found = names.get(at);
    if (found === undefined) return records.length > 0 ? records : undefined;
    if (!("alias" in found)) {
      const isAsked = type === TYPE.A || type === TYPE.any;
      if (!isAsked) return records;
      return [
        ...records,
        ...found.map((address) => record(ownerOf(at, name), TYPE.A, addressBytes(address))),
      ];
    }
    records.push(record(ownerOf(at, name), TYPE.CNAME, nameBytes(found.alias)));
    at = found.alias;
  }
  return records;
}

function compose(message: Buffer, { bytes }: Question, flags: number, records: readonly Buffer[]): Buffer {
  let size = HEADER_BYTES + bytes.length;
  const fitting = records.filter(({ length }) => (size += length) <= ANSWER_BYTES);
  const header = Buffer.alloc(HEADER_BYTES);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(fitting.length < records.length ? flags | TRUNCATED : flags, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(fitting.length, 6);
  return Buffer.concat([header, bytes, ...fitting]);
}

/** The name a record is of: that of the question by a pointer to it, so that more fit. */
function ownerOf(name: string, asked: string): Buffer {
  return name === asked ? Buffer.of(0xc0, HEADER_BYTES) : nameBytes(name);
}

function record(owner: Buffer, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(IN, 2);
  fixed.writeUInt32BE(TTL_SECONDS, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, fixed, data]);
}

function nameBytes(name: string): Buffer {
  const labels = name.split(".").map((label) => Buffer.from(label, "latin1"));
  const parts = labels.flatMap((label) => [Buffer.of(label.length), label]);
  return Buffer.concat([...parts, Buffer.of(0)]);
}

function addressBytes(address: string): Buffer {
  return Buffer.from(address.split(".").map(Number));
}
