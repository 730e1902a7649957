import { expect, it } from "vitest";
import type { Pod } from "../controllers/object-kinds.js";
import { PodRecord } from "./pod-record.js";

const pod = {
  metadata: { name: "web", namespace: "default", uid: "u" },
  spec: { containers: [{ name: "main", image: "busybox" }] },
} as unknown as Pod;
const begun = { id: "u/main/0", name: "main", attempt: 0, startedMs: 1_000 };

it("a container that was begun after its status was written is taken up, not begun again", () => {
  const record = new PodRecord(pod, "10.244.0.5");
  record.recover(pod, { id: "u", containers: [begun] }, new Date(2_000));
  expect(record.named("main")).toMatchObject({ attempt: 0, runtimeId: "u/main/0", isRunning: true });
});

it("and so is how it has ended meanwhile", () => {
  const exit = { container: begun.id, exitCode: 3, reason: "Error", startedMs: 1_000, finishedMs: 1_500 };
  const record = new PodRecord(pod, "10.244.0.5");
  record.recover(pod, { id: "u", containers: [{ ...begun, exit }] }, new Date(2_000));
  expect(record.named("main")?.ended).toMatchObject({ exitCode: 3, reason: "Error" });
});
