/** The tags of ASN.1 that certificates are made of. */
const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** With the number of a member added, where a structure has several of one type. */
  member: 0x80,
  memberOfParts: 0xa0,
} as const;

/** Lengths up to this one are a byte of their own. */
const LONGEST_SHORT = 0x7f;
/** X.509 writes years from here on with four digits. */
const FIRST_LONG_YEAR = 2050;

export function sequence(...parts: Buffer[]): Buffer {
  return tagged(tags.sequence, ...parts);
}

export function set(...parts: Buffer[]): Buffer {
  return tagged(tags.set, ...parts);
}

export function yes(): Buffer {
  return tagged(tags.boolean, Buffer.from([0xff]));
}

/** A whole number that is not negative, by its bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const shortest = first < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(first));
  const isNegative = (shortest[0] ?? 0) > LONGEST_SHORT;
  return tagged(tags.integer, isNegative ? Buffer.from([0]) : Buffer.alloc(0), shortest);
}

/** Bits of whole bytes, but for `unused` at the end of the last. */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return tagged(tags.bitString, Buffer.from([unused]), Buffer.from(bytes));
}

/** The flags of one byte, without the zeros at its end. */
export function flags(byte: number): Buffer {
  return bitString(Buffer.from([byte]), 31 - Math.clz32(byte & -byte));
}

export function octetString(bytes: Uint8Array): Buffer {
  return tagged(tags.octetString, Buffer.from(bytes));
}

export function utf8String(text: string): Buffer {
  return tagged(tags.utf8String, Buffer.from(text, "utf8"));
}

/** An identifier by its numbers: `2.5.4.3`. */
export function objectIdentifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  return tagged(tags.objectIdentifier, Buffer.from([first * 40 + second, ...rest.flatMap(inSevenBits)]));
}

/** A time to the second. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  if (date.getUTCFullYear() >= FIRST_LONG_YEAR) return tagged(tags.generalizedTime, Buffer.from(digits));
  return tagged(tags.utcTime, Buffer.from(digits.slice(2)));
}

/** The member `number` of a structure, which is a value of its own. */
export function member(number: number, bytes: Uint8Array): Buffer {
  return tagged(tags.member | number, Buffer.from(bytes));
}

/** The same, made of whole values. */
export function memberOfParts(number: number, ...parts: Buffer[]): Buffer {
  return tagged(tags.memberOfParts | number, ...parts);
}

function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

function lengthBytes(length: number): number[] {
  if (length <= LONGEST_SHORT) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function inSevenBits(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(0x80 | (rest % 128));
  }
  return bytes;
}
