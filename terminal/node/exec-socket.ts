import type { z } from "zod";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import { type ExecEvent, type execSchema, STDERR, STDOUT } from "../common/host-frames.js";
import type { ConfinedProgram } from "./confined-program.js";
import type { FrameStream } from "./frame-stream.js";
import type { SessionRegistry } from "./session-registry.js";

type ExecGreeting = z.infer<typeof execSchema>;

/** Runs one program for a client: its frames are the input, the program's output goes back, then how it ended. Its going away kills it. */
export async function serveExec(
  stream: FrameStream,
  sessions: SessionRegistry,
  request: ExecGreeting,
): Promise<void> {
  // Nothing is read until there is somebody to give it to.
  stream.pause();
  let program: ConfinedProgram | undefined;
  let isGone = false;
  stream.setHandlers({
    json: () => undefined,
    gone: () => {
      isGone = true;
      program?.kill();
    },
  });
  try {
    program = await sessions.start(request.session, request);
    if (isGone) program.kill();
    forwardInput(stream, program);
    const killed = forwardOutput(stream, program, request);
    stream.resume();
    const exitStatus = await program.ended();
    const reason = killed();
    stream.json({ type: "ended", exitStatus, ...(reason && { killed: reason }) } satisfies ExecEvent);
  } catch (error) {
    const code = error instanceof TerminalError ? error.code : terminalErrorCodes.spawnFailed;
    const message = error instanceof Error ? error.message : String(error);
    stream.json({ type: "error", code, message } satisfies ExecEvent);
  }
  stream.resume();
  stream.end();
}

function forwardInput(stream: FrameStream, program: ConfinedProgram): void {
  const { stdin } = program.pipes;
  stdin.on("drain", () => stream.resume());
  // A program that reads no more must not keep its caller waiting.
  stdin.on("close", () => stream.resume());
  stream.setHandlers({
    // The one thing a caller says after its greeting: its input has ended.
    json: () => void stdin.end(),
    output: (bytes) => {
      if (!stdin.writable || stdin.write(bytes)) return;
      stream.pause();
    },
    gone: () => program.kill(),
  });
}

/** Sends on what it says within its limits; returns what tells why it was killed. */
function forwardOutput(
  stream: FrameStream,
  program: ConfinedProgram,
  { timeoutMs, outputBytes = Number.POSITIVE_INFINITY }: ExecGreeting,
): () => "timeout" | "output" | undefined {
  let killed: "timeout" | "output" | undefined;
  let left = outputBytes;
  const kill = (reason: "timeout" | "output"): void => {
    if (program.isRunning) killed ??= reason;
    program.kill();
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => kill("timeout"), timeoutMs);
  const stop = (): void => clearTimeout(timer);
  program.ended().then(stop, stop);
  const pipes = [
    { pipe: program.pipes.stdout, kind: STDOUT },
    { pipe: program.pipes.stderr, kind: STDERR },
  ];
  for (const { pipe, kind } of pipes) {
    pipe.on("data", (bytes: Buffer) => {
      const kept = bytes.subarray(0, left);
      left -= kept.length;
      if (kept.length > 0) stream.output(Buffer.concat([Buffer.of(kind), kept]));
      if (kept.length < bytes.length) {
        killed ??= "output";
        program.kill();
        return;
      }
      pipe.pause();
      void stream.drained().then(() => pipe.resume());
    });
  }
  return () => killed;
}
