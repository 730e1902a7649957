import { pino } from "pino";
import { expect, it } from "vitest";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { EventResource } from "../../workshop/common/event.js";
import type { Rehearsed } from "./rehearsals.js";
import { KeptRehearsals } from "./kept-rehearsals.js";

it("what a rehearsal came to stays, also where a look that is still under way would say that it goes on", async () => {
  let annotations: Record<string, string> = {};
  let reads = 0;
  let release: (() => void) | undefined;
  let end: ((rehearsed: Rehearsed) => void) | undefined;
  const client = {
    get: async () => {
      // The first is of its begin, the second finds out that it was not stopped, the third precedes what the look writes.
      if (++reads === 3) await new Promise<void>((resolve) => (release = resolve));
      return { metadata: { name: "day", annotations } };
    },
    merge: async (_path: string, { metadata }: { metadata: { annotations: Record<string, string> } }) => {
      ({ annotations } = metadata);
      return {};
    },
  };
  const kept = new KeptRehearsals({
    client: client as unknown as KubernetesClient,
    rehearse: () => new Promise<Rehearsed>((resolve) => (end = resolve)),
    log: pino({ level: "silent" }),
  });
  const event = { metadata: { name: "day" } } as EventResource;
  await kept.start(event, 1);
  await expect.poll(() => release).toBeDefined();
  end?.({ rehearsal: { findings: [], durationMs: 1 }, tabs: [] } as unknown as Rehearsed);
  await idle();
  release?.();
  await idle();
  await expect.poll(async () => (await kept.last(event))?.state).toBe("passed");
});

/** Resolves when all is done that waits for nothing but its turn. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}
