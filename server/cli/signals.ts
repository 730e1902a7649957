import { dropUnwritableOutput } from "../supervisor/standard-output.js";
import { ExitWith } from "./program.js";

/** What a long-running command hands back: how to end it, and what ends it by itself. */
export interface Running {
  stop(): Promise<void>;
}

/** A second Ctrl-C within this is the same one: `npm start` passes on the signal the terminal has sent already. */
const REPEAT_MS = 1_000;
/** What shells report for a program that Ctrl-C ended. */
const INTERRUPTED_STATUS = 130;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Starts something and keeps it running until SIGINT or SIGTERM, then stops it in order; resolves when it has stopped.
 * A signal during the start stops the start. A second Ctrl-C gives up waiting. What it prints meanwhile can fail without ending it.
 */
export async function untilSignalled(start: (signal: AbortSignal) => Promise<Running>): Promise<void> {
  dropUnwritableOutput(({ lines, reason }) => `${String(lines)} lines could not be printed here: ${reason}`);
  const abort = new AbortController();
  const signalled = new Promise<void>((resolve) => {
    let first = 0;
    const handle = () => {
      if (first !== 0 && performance.now() - first > REPEAT_MS) process.exit(INTERRUPTED_STATUS);
      first ||= performance.now();
      abort.abort();
      resolve();
    };
    for (const name of SIGNALS) process.on(name, handle);
  });
  const running = await start(abort.signal).catch((error: unknown) => {
    if (abort.signal.aborted) return undefined;
    throw error;
  });
  if (running === undefined) return;
  await signalled;
  await running.stop();
}

/**
 * Runs something to its end; a signal cancels it, and it cleans up before the process ends with status 130. A second Ctrl-C gives up
 * waiting for that.
 */
export async function cancelledBySignal<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  let first = 0;
  // Stays on, so that the same Ctrl-C passed on by npm does not end the cleaning up.
  const handle = () => {
    if (first !== 0 && performance.now() - first > REPEAT_MS) process.exit(INTERRUPTED_STATUS);
    first ||= performance.now();
    abort.abort(new ExitWith(INTERRUPTED_STATUS));
  };
  for (const name of SIGNALS) process.on(name, handle);
  try {
    return await run(abort.signal);
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    for (const name of SIGNALS) process.off(name, handle);
  }
}
