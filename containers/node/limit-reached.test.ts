import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { defaultContainerLimits } from "./container-limits.js";
import { watchLimits } from "./limit-reached.js";
import { podOwner } from "./pod-owner.js";

let shared: string;
beforeEach(() => {
  shared = mkdtempSync(join(tmpdir(), "lectern-groups-"));
});
afterEach(() => rmSync(shared, { recursive: true }));

const watch = (): ReturnType<typeof watchLimits> =>
  watchLimits({ own: [], shared: [shared] }, defaultContainerLimits, podOwner({ namespace: "ada" }));
const refuse = (times: number): void =>
  writeFileSync(join(shared, "pids.events.local"), `max ${String(times)}\n`);

it("processes refused to others of the namespace before a container was started are no word of how it ended", () => {
  refuse(3);
  const reached = watch();
  expect(reached()).toEqual({ wasOutOfMemory: false });
  refuse(4);
  expect(reached().message).toBe(
    "all containers of the namespace ada together may have 512 processes and threads on this machine, and had them: further ones were refused",
  );
});
