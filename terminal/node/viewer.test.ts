import { expect, it } from "vitest";
import { ReplayBuffer } from "../common/replay-buffer.js";
import { SizeHistory } from "../common/size-history.js";
import type { ViewerEvent } from "../common/viewer-frames.js";
import { PageInput } from "./page-input.js";
import type { Snapshot } from "./screen.js";
import { Viewer, type ViewedTerminal } from "./viewer.js";

const hello = { type: "hello", columns: 80, rows: 24 } as const;

it("a reader that asks again and again has one screen in the making, and no other before it has taken that one", async () => {
  const made: ((snapshot: Snapshot) => void)[] = [];
  const sizes = new SizeHistory({ columns: 80, rows: 24 });
  const terminal: ViewedTerminal = {
    stream: "s",
    replay: new ReplayBuffer(1024),
    sizes,
    pageInput: new PageInput(),
    exitStatus: undefined,
    snapshot: () => new Promise((resolve) => made.push(resolve)),
    input: () => undefined,
    wish: () => undefined,
    acknowledged: () => undefined,
  };
  const events: ViewerEvent["type"][] = [];
  const viewer = new Viewer(
    terminal,
    { event: ({ type }) => events.push(type), output: () => undefined },
    false,
  );
  for (let asked = 0; asked < 100; asked += 1) viewer.handle(hello);
  expect(made).toHaveLength(1);
  // More than the window of one reader, so that it is sent for as long as nothing of it is acknowledged.
  made[0]?.({ position: 0, bytes: new Uint8Array(4_000_000), size: sizes.current });
  await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  for (let asked = 0; asked < 100; asked += 1) viewer.handle(hello);
  expect([made.length, events.filter((type) => type === "snapshot").length]).toEqual([1, 1]);
  viewer.close();
});
