import { parentPort } from "node:worker_threads";
import { ownTask } from "../../processes/node/process-stat.js";
import { Emulator } from "./emulator.js";
import type { ScreenJob, ScreenReply, ScreenThreadReady } from "./screen-workers.js";

/**
 * A thread that keeps emulators for the terminal host. It does one job after the other and shares nothing, so it can be
 * ended at any moment; the host then has another one read the output again.
 */
const emulators = new Map<number, Emulator>();

parentPort?.on("message", (job: ScreenJob) => {
  const reply = perform(job);
  parentPort?.postMessage(reply, reply.snapshot ? [reply.snapshot.buffer] : []);
});

parentPort?.postMessage({ isReady: true, task: ownTask() } satisfies ScreenThreadReady);

function perform({ screen, create, steps, wantsSnapshot, wantsText, ends }: ScreenJob): ScreenReply {
  if (create) emulators.set(screen, new Emulator(create));
  const emulator = emulators.get(screen);
  if (!emulator) return { answers: "", scrollsWhole: true };
  for (const step of steps) {
    if (step instanceof Uint8Array) emulator.write(step);
    else emulator.resize(step);
  }
  if (ends) {
    emulator.dispose();
    emulators.delete(screen);
  }
  return {
    answers: emulator.takeAnswers(),
    scrollsWhole: emulator.scrollsWhole,
    ...(wantsSnapshot && { snapshot: emulator.snapshot() }),
    ...(wantsText && { text: emulator.text() }),
  };
}
