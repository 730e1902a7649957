import { z } from "zod";
import { MAX_NETWORK_TARGETS } from "./network-target.js";
import { SCREENS_AT_ONCE, type TerminalEvent } from "./session-host.js";
import { INPUT_LIMIT, MAX_COLUMNS, MAX_ROWS } from "./viewer-frames.js";

/**
 * What the terminal host and its clients say to each other. Every frame is a 4-byte big-endian length, one byte
 * of kind (0 JSON, 1 output, 2 nothing) and the body. The first frame chooses: `control` for calls; `view` for one terminal, after
 * which the socket is that of a page's WebSocket, upgraded and spoken by the host; `dismiss` to close some of those; `exec`
 * for one program, with the frames below.
 */

/** Bytes of one frame. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;
/** Characters of one command; a lab's longest here-document has a few thousand. */
const COMMAND_LIMIT = 262_144;

/** Session and terminal names become file names: no slash, no leading dot. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
export const addressSchema = z.strictObject({ session: name, terminal: name });

/**
 * Variables by which the C library loads code or tables are refused: the shell is started through programs that still run as the
 * host's account.
 */
const variable = z
  .string()
  .regex(/^(?!LD_|(?:GLIBC_TUNABLES|GCONV_PATH|LOCPATH|NLSPATH)$)[A-Za-z_][A-Za-z0-9_]*$/);
const environment = z.record(variable, z.string().max(32_768));
export const shellSpecSchema = z.strictObject({
  env: environment,
  columns: z.number().int().min(2).max(MAX_COLUMNS).optional(),
  rows: z.number().int().min(1).max(MAX_ROWS).optional(),
});

/** A program to run; its input and output follow as frames. */
export const execSchema = z.strictObject({
  type: z.literal("exec"),
  session: name,
  argv: z
    .array(
      z
        .string()
        .max(131_072)
        .refine((word) => !word.includes("\u0000"), "holds a zero byte"),
    )
    .min(1)
    .max(256),
  env: environment,
  /** Absent for a connection, which lasts as long as both sides want. */
  timeoutMs: z.number().min(1).max(3_600_000).optional(),
  outputBytes: z
    .number()
    .int()
    .min(0)
    .max(16 * 1024 * 1024)
    .optional(),
});

export const commandSchema = z.strictObject({
  id: z.string().min(1).max(200),
  text: z.string().max(COMMAND_LIMIT),
  clear: z.boolean().optional(),
});

export const greetingSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("control") }),
  z.strictObject({
    type: z.literal("view"),
    viewer: z.string().max(64),
    address: addressSchema,
    readOnly: z.boolean(),
    /** `Sec-WebSocket-Key` of the page's request. */
    key: z.string().max(64),
  }),
  z.strictObject({ type: z.literal("dismiss"), viewers: z.array(z.string().max(64)).max(10_000) }),
  execSchema,
]);

/** Letters, digits, dots, colons and hyphens: the text becomes a line of /etc/hosts. */
const networkTargetSchema = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9:]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9:])?$/),
  port: z.number().int().min(1).max(65_535),
  of: z.enum(["platform", "lab"]),
});

const networkTargetsSchema = z.array(networkTargetSchema).max(MAX_NETWORK_TARGETS);

const limit = z.number().min(0).exactOptional();
const limitsSchema = z.strictObject({
  memoryBytes: limit,
  processes: limit,
  cpus: limit,
  homeBytes: limit,
  homeFiles: limit,
  temporaryBytes: limit,
  temporaryFiles: limit,
  openFiles: limit,
});

/** Of the name of a network of pods. */
const NETWORK_CHARACTERS = 200;
const networkText = z.string().min(1).max(NETWORK_CHARACTERS);
const podNetworkSchema = z.strictObject({ network: networkText, namespace: networkText });

/** Of the files that a home begins with; more of them are unpacked by a program. */
export const FIRST_FILES = 64;
export const FIRST_FILES_BYTES = 256 * 1024;
export const PATH_CHARACTERS = 4_096;
export const MOST_MODE = 0o777;
const path = z.string().max(PATH_CHARACTERS);
const firstFileSchema = z.union([
  z.strictObject({
    path,
    /** In base64. */
    content: z.string().max(2 * FIRST_FILES_BYTES),
    mode: z.number().int().min(0).max(MOST_MODE),
  }),
  z.strictObject({ path, linkTo: path }),
]);
export type FirstFile = z.infer<typeof firstFileSchema>;

const call = z.number().int().min(0);
export const hostCallSchema = z.discriminatedUnion("method", [
  z.strictObject({
    call,
    method: z.literal("prepare"),
    session: name,
    reaches: networkTargetsSchema,
    limits: limitsSchema.exactOptional(),
    pods: podNetworkSchema.exactOptional(),
    /** What the home begins with; answered with whether it does. */
    files: z.array(firstFileSchema).max(FIRST_FILES).exactOptional(),
  }),
  z.strictObject({ call, method: z.literal("reach"), session: name, reaches: networkTargetsSchema }),
  z.strictObject({ call, method: z.literal("sessions") }),
  z.strictObject({ call, method: z.literal("open"), address: addressSchema, shell: shellSpecSchema }),
  z.strictObject({ call, method: z.literal("terminals"), session: name.optional() }),
  z.strictObject({ call, method: z.literal("run"), address: addressSchema, command: commandSchema }),
  z.strictObject({ call, method: z.literal("outcome"), address: addressSchema, id: z.string() }),
  z.strictObject({ call, method: z.literal("endShell"), address: addressSchema }),
  z.strictObject({ call, method: z.literal("cancel"), address: addressSchema, id: z.string() }),
  z.strictObject({
    call,
    method: z.literal("input"),
    address: addressSchema,
    text: z.string().max(INPUT_LIMIT),
  }),
  z.strictObject({ call, method: z.literal("interrupt"), address: addressSchema }),
  z.strictObject({ call, method: z.literal("recordings"), session: name.optional() }),
  z.strictObject({
    call,
    method: z.literal("recording"),
    session: name,
    recording: z.string().max(200),
    from: z.number().int().min(0),
  }),
  z.strictObject({
    call,
    method: z.literal("screens"),
    questions: z
      .array(z.strictObject({ session: name, known: z.string().max(200).exactOptional() }))
      .max(SCREENS_AT_ONCE),
  }),
  z.strictObject({ call, method: z.literal("largest"), of: z.enum(["disk", "memory"]) }),
  z.strictObject({ call, method: z.literal("shortage") }),
  z.strictObject({
    call,
    method: z.literal("events"),
    after: z.strictObject({ host: z.string().max(64), at: z.number().int().min(0) }).exactOptional(),
  }),
  z.strictObject({ call, method: z.literal("confinement") }),
  z.strictObject({ call, method: z.literal("close"), session: name }),
]);

export type Greeting = z.infer<typeof greetingSchema>;
export type HostCall = z.infer<typeof hostCallSchema>;

/** How far somebody has heard the events of one host. */
export interface EventsPlace {
  /** Of this run of it. */
  host: string;
  /** Number of the last event. */
  at: number;
}

/** How far the host is, and what it still has of the events after the place it was asked about. */
export interface EventsAnswer extends EventsPlace {
  missed: { at: number; event: TerminalEvent }[];
}

/** An event on a connection for calls. */
export interface HostEvent {
  event: TerminalEvent;
  /** Its number; hosts of earlier versions give none. */
  at?: number;
}

/** Answers carry the number of their call; events carry none. */
export interface HostAnswer {
  call: number;
  result?: unknown;
  error?: { code: string; message: string };
}

/** What of a program's output a frame carries, in its first byte. */
export const STDOUT = 1;
export const STDERR = 2;

/** JSON frames of an `exec`. Its caller sends its input as output frames and then one JSON frame, `INPUT_END`. */
export const INPUT_END = { type: "input-end" } as const;
export type ExecEvent =
  | { type: "ended"; exitStatus: number | null; killed?: "timeout" | "output" }
  | { type: "error"; code: string; message: string };

/** One piece of a recording, in base64; without `next` it was the last. */
export interface RecordingPiece {
  data: string;
  next?: number;
}
