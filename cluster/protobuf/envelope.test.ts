import { describe, expect, it } from "vitest";
import { decodeProtobuf } from "./envelope.js";

function varint(value: number): Buffer {
  const groups: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...groups, rest]);
    groups.push((rest % 128) | 128);
  }
}

function bytes(number: number, ...parts: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

function integer(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

function envelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
  return Buffer.concat([Buffer.from("k8s\0"), bytes(1, bytes(1, apiVersion), bytes(2, kind)), bytes(2, raw)]);
}

describe("decodeProtobuf", () => {
  it("keeps zero only where Go has a pointer", () => {
    const spec = Buffer.concat([integer(1, 0), integer(5, 0)]);
    const raw = Buffer.concat([bytes(1, bytes(1, "web"), bytes(2, "")), bytes(2, spec)]);
    expect(decodeProtobuf(envelope("apps/v1", "Deployment", raw))).toMatchObject({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: { replicas: 0 },
    });
    const { spec: decoded, metadata } = decodeProtobuf(envelope("apps/v1", "Deployment", raw));
    expect(decoded).not.toHaveProperty("minReadySeconds");
    expect(metadata).not.toHaveProperty("generateName");
  });

  it("reads maps, bytes as base64 and repeated fields", () => {
    const data = (key: string, value: string): Buffer => bytes(2, bytes(1, key), bytes(2, value));
    const secret = Buffer.concat([
      bytes(1, bytes(1, "s"), bytes(14, "f1"), bytes(14, "f2")),
      data("a", "x"),
      data("b", "y"),
    ]);
    expect(decodeProtobuf(envelope("v1", "Secret", secret))).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", finalizers: ["f1", "f2"] },
      data: { a: "eA==", b: "eQ==" },
    });
  });

  it("reads the dry run of a delete, whatever the group-version", () => {
    const options = envelope("policy/v1", "DeleteOptions", bytes(5, "All"));
    expect(decodeProtobuf(options)).toMatchObject({ kind: "DeleteOptions", dryRun: ["All"] });
  });

  it("refuses what is no message with 400", () => {
    expect(() => decodeProtobuf(Buffer.from("{}"))).toThrow("does not appear to be a protobuf message");
    expect(() => decodeProtobuf(envelope("v1", "Nothing", Buffer.alloc(0)))).toThrow(
      'no kind "Nothing" is registered',
    );
    const cut = envelope("v1", "Secret", Buffer.from([0x0a, 0x50]));
    expect(() => decodeProtobuf(cut)).toThrow("unexpected end of the message");
  });
});
