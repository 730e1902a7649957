import { parentPort } from "node:worker_threads";
import { ownTask } from "../../processes/node/process-stat.js";
import type { ScreenSize } from "../common/size-history.js";
import { Emulator } from "./emulator.js";
import type { ScreenJob, ScreenReply, ScreenThreadReady } from "./screen-workers.js";

/**
 * Bytes that are parsed between two looks at the clock: the worst of them, each few filling the largest screen anew, take under a second
 * where ordinary output takes microseconds.
 */
const SLICE_BYTES = 1_024;
/** Longest that one screen keeps the thread from the others; what is left of its job goes on when its turn comes again. */
const TURN_MS = 50;

/** One screen with what of its job is not parsed yet. */
class WorkedScreen {
  readonly emulator: Emulator;
  #left: ScreenJob["steps"] = [];

  constructor(size: ScreenSize) {
    this.emulator = new Emulator(size);
  }

  /** Takes steps in until they or its turn are over; says whether nothing is left. */
  work(steps: ScreenJob["steps"]): boolean {
    this.#left.push(...steps);
    const end = performance.now() + TURN_MS;
    do {
      const step = this.#left.shift();
      if (step === undefined) return true;
      if (step instanceof Uint8Array) this.#parse(step);
      else this.emulator.resize(step);
    } while (performance.now() < end);
    return this.#left.length === 0;
  }

  #parse(bytes: Uint8Array<ArrayBuffer>): void {
    this.emulator.write(bytes.subarray(0, SLICE_BYTES));
    if (bytes.length > SLICE_BYTES) this.#left.unshift(bytes.subarray(SLICE_BYTES));
  }
}

/**
 * A thread that keeps emulators for the terminal host. It does one job after the other and shares nothing, so it can be
 * ended at any moment; the host then has another one read the output again.
 */
const screens = new Map<number, WorkedScreen>();

parentPort?.on("message", (job: ScreenJob) => {
  const reply = perform(job);
  parentPort?.postMessage(reply, reply.snapshot ? [reply.snapshot.buffer] : []);
});

parentPort?.postMessage({ isReady: true, task: ownTask() } satisfies ScreenThreadReady);

function perform({ screen, create, steps, wantsSnapshot, wantsText, ends }: ScreenJob): ScreenReply {
  if (create) screens.set(screen, new WorkedScreen(create));
  const worked = screens.get(screen);
  if (!worked) return { answers: "", scrollsWhole: true };
  const { emulator } = worked;
  if (ends) {
    emulator.dispose();
    screens.delete(screen);
    return { answers: "", scrollsWhole: true };
  }
  if (!worked.work(steps)) return { isUnfinished: true, answers: "", scrollsWhole: emulator.scrollsWhole };
  return {
    answers: emulator.takeAnswers(),
    scrollsWhole: emulator.scrollsWhole,
    ...(wantsSnapshot && { snapshot: emulator.snapshot() }),
    ...(wantsText && { text: emulator.text() }),
  };
}
