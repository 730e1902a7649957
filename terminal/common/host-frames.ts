import { z } from "zod";
import { INPUT_LIMIT, MAX_COLUMNS, MAX_ROWS } from "./viewer-frames.js";

/**
 * What the terminal host and its clients say over the unix socket. Every frame is a 4-byte big-endian length, one byte
 * of kind (0 JSON, 1 output) and the body. The first frame chooses: `control` for calls, `view` for one terminal, after
 * which the frames of `viewer-frames.ts` follow.
 */

/** Bytes of one frame; the largest is a snapshot of a full scrollback. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;
/** Characters of one command; a lab's longest here-document has a few thousand. */
const COMMAND_LIMIT = 262_144;

/** Session and terminal names become file names: no slash, no leading dot. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
export const addressSchema = z.strictObject({ session: name, terminal: name });

/** Loader variables are refused: the shell is started through programs that still run as the host's account. */
const variable = z.string().regex(/^(?!LD_|GLIBC_TUNABLES$)[A-Za-z_][A-Za-z0-9_]*$/);
const absolutePath = z
  .string()
  .regex(/^\//)
  .refine((path) => !path.includes("\u0000"), "holds a zero byte");
export const shellSpecSchema = z.strictObject({
  home: absolutePath,
  env: z.record(variable, z.string().max(32_768)),
  account: z.strictObject({ uid: z.number().int().min(1), gid: z.number().int().min(1) }).optional(),
  readOnlyPaths: z.array(absolutePath).max(64),
  columns: z.number().int().min(2).max(MAX_COLUMNS).optional(),
  rows: z.number().int().min(1).max(MAX_ROWS).optional(),
});

export const commandSchema = z.strictObject({
  id: z.string().min(1).max(200),
  text: z.string().max(COMMAND_LIMIT),
  timeoutMs: z.number().min(1).max(86_400_000),
});

export const greetingSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("control") }),
  z.strictObject({ type: z.literal("view"), address: addressSchema, readOnly: z.boolean() }),
]);

const call = z.number().int().min(0);
export const hostCallSchema = z.discriminatedUnion("method", [
  z.strictObject({ call, method: z.literal("open"), address: addressSchema, shell: shellSpecSchema }),
  z.strictObject({ call, method: z.literal("list"), session: name.optional() }),
  z.strictObject({ call, method: z.literal("run"), address: addressSchema, command: commandSchema }),
  z.strictObject({ call, method: z.literal("outcome"), address: addressSchema, id: z.string() }),
  z.strictObject({
    call,
    method: z.literal("input"),
    address: addressSchema,
    text: z.string().max(INPUT_LIMIT),
  }),
  z.strictObject({ call, method: z.literal("interrupt"), address: addressSchema }),
  z.strictObject({ call, method: z.literal("closeSession"), session: name }),
]);

export type Greeting = z.infer<typeof greetingSchema>;
export type HostCall = z.infer<typeof hostCallSchema>;

/** Answers carry the number of their call; events carry none. */
export interface HostAnswer {
  call: number;
  result?: unknown;
  error?: { code: string; message: string };
}
