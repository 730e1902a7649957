import * as z from "zod/mini";

/**
 * What a browser and the terminal host say to each other over one WebSocket; the server between them only authorises it.
 * Control frames are JSON text; output is binary: 6 bytes of position (big endian), then bytes.
 *
 * The browser speaks first (`hello`). The answer is `ready` where the missed bytes follow, or `snapshot` where they are
 * gone or the shell is another one; then as many bytes of screen as it announced come first, counted from 0.
 * WebSocket close codes are in `closeCodes`.
 */

/** Characters of one `input` frame; a larger paste is cut into several. */
export const INPUT_LIMIT = 65_536;
/** Bytes of one WebSocket message from a browser: an input frame of four-byte characters in JSON. */
export const MAX_MESSAGE_BYTES = 512 * 1024;
/** Largest columns and rows; beyond them a screen costs memory nobody sees. */
export const MAX_COLUMNS = 500;
export const MAX_ROWS = 300;

/** Why the gateway closed a WebSocket (private range 4000-4999 of RFC 6455). */
export const closeCodes = {
  exited: 4000,
  frameInvalid: 4001,
  rateExceeded: 4002,
  noLongerAllowed: 4003,
  terminalNotFound: 4004,
  tooManyViewers: 4005,
  hostLost: 4006,
} as const;

const columns = z.int().check(z.minimum(2), z.maximum(MAX_COLUMNS));
const rows = z.int().check(z.minimum(1), z.maximum(MAX_ROWS));
const name = z.string().check(z.maxLength(64));
const position = z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER));

export const viewerRequestSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("hello"),
    columns: z.optional(columns),
    rows: z.optional(rows),
    /** Where this reader stopped parsing, and in which stream; absent on the first visit. */
    resume: z.optional(z.strictObject({ stream: name, position })),
    /** A name of this page's own, under which what it typed is counted across sockets. */
    page: z.optional(name),
  }),
  /** `at` is where the data stand in all that this page typed, so that what is sent twice is typed once. */
  z.strictObject({
    type: z.literal("input"),
    data: z.string().check(z.maxLength(INPUT_LIMIT)),
    at: z.optional(position),
  }),
  z.strictObject({ type: z.literal("ack"), position }),
  /** So many bytes of the snapshot are on the screen. */
  z.strictObject({ type: z.literal("restored"), bytes: position }),
  z.strictObject({ type: z.literal("ping") }),
  z.strictObject({ type: z.literal("resize"), columns, rows }),
]);

export type ViewerRequest = z.infer<typeof viewerRequestSchema>;

/** `typed`: characters of this page that reached the shell's side. */
const screen = {
  stream: z.string(),
  position,
  columns,
  rows,
  readOnly: z.boolean(),
  typed: z.optional(position),
};

export const viewerEventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), ...screen }),
  /** Reset, take the size, write the `bytes` that follow; output goes on at `position`. */
  z.object({ type: z.literal("snapshot"), ...screen, bytes: position }),
  z.object({ type: z.literal("pong"), typed: z.optional(position) }),
  z.object({ type: z.literal("size"), columns, rows }),
  z.object({ type: z.literal("exited"), exitStatus: z.int() }),
  z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
]);

export type ViewerEvent = z.infer<typeof viewerEventSchema>;

/** Reads a control frame of a browser; `undefined` where it is not one. */
export function parseViewerRequest(text: string): ViewerRequest | undefined {
  const parsed = viewerRequestSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

/** Reads a control frame of the gateway; `undefined` where it is not one. */
export function parseViewerEvent(text: string): ViewerEvent | undefined {
  const parsed = viewerEventSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

/** Bytes before the output in a frame. */
export const POSITION_BYTES = 6;

/** Writes the stream position into the first bytes of a frame of output. */
export function putPosition(frame: Uint8Array, start: number): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  view.setUint16(0, Math.floor(start / 0x1_0000_0000));
  view.setUint32(2, start % 0x1_0000_0000);
}

/** Takes an output frame apart; `undefined` where it is too short. */
export function decodeOutput(frame: Uint8Array): { position: number; bytes: Uint8Array } | undefined {
  if (frame.length < POSITION_BYTES) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const start = view.getUint16(0) * 0x1_0000_0000 + view.getUint32(2);
  return { position: start, bytes: frame.subarray(POSITION_BYTES) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
