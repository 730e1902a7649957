import { describe, expect, it } from "vitest";
import {
  INPUT_LIMIT,
  POSITION_BYTES,
  decodeOutput,
  parseViewerEvent,
  parseViewerRequest,
  putPosition,
} from "./viewer-frames.js";

describe("frames", () => {
  it("carry positions beyond 32 bits", () => {
    for (const position of [0, 1, 0xffff_ffff, 0x1_0000_0000, 123_456_789_012_345]) {
      const frame = Uint8Array.of(...Array.from({ length: POSITION_BYTES }, () => 9), 1, 2, 3);
      putPosition(frame, position);
      expect(decodeOutput(frame)).toEqual({ position, bytes: Uint8Array.of(1, 2, 3) });
    }
    expect(decodeOutput(Uint8Array.of(1, 2))).toBeUndefined();
  });

  it.each([
    "",
    "null",
    "[]",
    "{}",
    '{"type":"input"}',
    '{"type":"input","data":"x","more":1}',
    `{"type":"input","data":"${"x".repeat(INPUT_LIMIT + 1)}"}`,
    '{"type":"resize","columns":1e9,"rows":10}',
    '{"type":"resize","columns":10.5,"rows":10}',
    '{"type":"ack","position":-1}',
    '{"type":"__proto__"}',
  ])("from a browser are refused when they are %s", (text) =>
    expect(parseViewerRequest(text)).toBeUndefined(),
  );

  it("that are right are read", () => {
    expect(parseViewerRequest('{"type":"ack","position":7}')).toEqual({ type: "ack", position: 7 });
    expect(parseViewerEvent('{"type":"exited","exitStatus":3}')).toEqual({ type: "exited", exitStatus: 3 });
  });
});
