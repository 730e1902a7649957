/** One field on the wire: a varint or fixed number as BigInt, anything with a length as its bytes. */
export interface WireField {
  number: number;
  value: bigint | Buffer;
}

/** The fields of a message in their order; throws `RangeError` where the bytes are no message. */
export function readFields(bytes: Buffer): WireField[] {
  const fields: WireField[] = [];
  const reader = new WireReader(bytes);
  while (!reader.isAtEnd) {
    const tag = Number(reader.varint());
    fields.push({ number: tag >>> 3, value: reader.value(tag & 7) });
  }
  return fields;
}

/** Numbers packed into one field, as protobuf may write repeated scalars. */
export function readPacked(bytes: Buffer): bigint[] {
  const numbers: bigint[] = [];
  const reader = new WireReader(bytes);
  while (!reader.isAtEnd) numbers.push(reader.varint());
  return numbers;
}

class WireReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  varint(): bigint {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) throw new RangeError("unexpected end of a number");
      this.#position += 1;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
    throw new RangeError("a number is longer than 10 bytes");
  }

  value(wireType: number): bigint | Buffer {
    switch (wireType) {
      case 0:
        return this.varint();
      case 1:
        return this.#take(8).readBigUInt64LE();
      case 2:
        return this.#take(Number(this.varint()));
      case 5:
        return BigInt(this.#take(4).readUInt32LE());
      default:
        throw new RangeError(`unknown wire type ${wireType}`);
    }
  }

  #take(length: number): Buffer {
    const end = this.#position + length;
    if (end > this.#bytes.length) throw new RangeError("unexpected end of the message");
    const taken = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }
}
