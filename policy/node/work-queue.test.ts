import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";

import { createWorkQueue } from "./work-queue.js";

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe("the queue of policy work", () => {
  const ending = new AbortController();
  const queue = createWorkQueue({ logger: QUIET, signal: ending.signal });
  afterEach(() => ending.abort());

  it("lets no task wait behind one that waits for the API server, and runs those of one key one after another", async () => {
    const done: string[] = [];
    const server = new EventEmitter();
    queue.add("namespace/one", () => once(server, "answer").then(() => void done.push("one")));
    queue.add("namespace/one", () => Promise.resolve(void done.push("one, replaced")));
    queue.add("namespace/one", () => Promise.resolve(void done.push("one again")));
    queue.add("namespace/two", () => Promise.resolve(void done.push("two")));
    await expect.poll(() => done).toEqual(["two"]);
    await sleep(20);
    expect(done).toEqual(["two"]);
    server.emit("answer");
    await expect.poll(() => done).toEqual(["two", "one", "one again"]);
  });
});
