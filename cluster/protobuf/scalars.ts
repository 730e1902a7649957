import { isRecord } from "../api/field-access.js";

/** A protobuf scalar as JSON. Numbers beyond 2^53 lose precision, as they do in every JSON client. */
export function decodeScalar(type: string, value: bigint | Buffer): unknown {
  if (Buffer.isBuffer(value)) {
    if (type === "string") return value.toString("utf8");
    if (type === "bytes") return value.toString("base64");
    throw new RangeError(`bytes where a ${type} should be`);
  }
  switch (type) {
    case "bool":
      return value !== 0n;
    case "int32":
      return Number(BigInt.asIntN(32, value));
    case "int64":
      return Number(BigInt.asIntN(64, value));
    case "double":
      return doubleOf(value);
    default:
      return Number(value);
  }
}

/** Whether Go's `omitempty` leaves the value out. */
export function isZero(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return false;
  return value === "" || value === 0 || value === false || value === null || value === undefined;
}

function doubleOf(bits: bigint): number {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(bits);
  return buffer.readDoubleLE();
}
