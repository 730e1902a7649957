import { once } from "node:events";
import { expect, it } from "vitest";
import { RunningRehearsals } from "./running-rehearsals.js";

it("a server that ends stops its rehearsals and waits until their sessions are ended", async () => {
  const running = new RunningRehearsals();
  const ended: string[] = [];
  const rehearsal = running.run(new AbortController().signal, async (signal) => {
    await once(signal, "abort");
    await new Promise((resolve) => setImmediate(resolve));
    ended.push("its session");
    signal.throwIfAborted();
  });
  rehearsal.catch(() => undefined);
  await running.close();
  expect(ended).toEqual(["its session"]);
  await expect(rehearsal).rejects.toThrow("the server ends");
});

it("a server that ends is not held up by a rehearsal that does not", async () => {
  const running = new RunningRehearsals();
  void running.run(new AbortController().signal, () => new Promise(() => undefined));
  await running.close();
});

it("a rehearsal ends with whoever listens, and one that begins when the server has ended does not go on", async () => {
  const running = new RunningRehearsals();
  const gone = new AbortController();
  const rehearsal = running.run(gone.signal, (signal) => once(signal, "abort"));
  gone.abort(new Error("nobody listens"));
  await rehearsal;
  await running.close();
  const late = running.run(new AbortController().signal, async (signal) => signal.throwIfAborted());
  await expect(late).rejects.toThrow("the server ends");
});
