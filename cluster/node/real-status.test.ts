import { describe, expect, it } from "vitest";
import type { Pod, PodStatus } from "../controllers/object-kinds.js";
import { ContainerRecord } from "./container-record.js";
import { realStatus } from "./real-status.js";

const AT = new Date("2026-01-01T00:00:00Z");
const ATTEMPT = { attempt: 0, image: "busybox", at: AT };
const container = (name: string, more: object = {}) => ({ name, image: "busybox", ...more });
const ran = (record: ContainerRecord): void => record.began(`uid/${record.name}/0`, ATTEMPT);
const ended = (exitCode: number) => (record: ContainerRecord) => {
  ran(record);
  const times = { startedMs: AT.getTime(), finishedMs: AT.getTime() };
  record.finished({ container: "", exitCode, reason: exitCode === 0 ? "Completed" : "Error", ...times });
};
const crashed = (record: ContainerRecord): void => {
  ended(3)(record);
  record.waits("CrashLoopBackOff");
};

/** The status of a pod whose containers have come to this, by name. */
function statusOf(spec: Pod["spec"], done: Record<string, (record: ContainerRecord) => void>): PodStatus {
  const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "it", namespace: "lab" }, spec };
  return realStatus(pod, {
    now: AT.toISOString(),
    address: "10.244.0.2",
    hasSandbox: true,
    record: (each) => {
      const record = new ContainerRecord(each, "PodInitializing");
      done[each.name]?.(record);
      return record;
    },
  });
}

const condition = ({ conditions = [] }: PodStatus, type: string): string | undefined =>
  conditions.find((each) => each.type === type)?.status;

// As a kubelet 1.35 says it, by the table in test/cluster/container-scenarios.ts.
describe("the status of a pod", () => {
  it("calls an init container ready that has done its part", () => {
    const spec = { initContainers: [container("first")], containers: [container("main")] };
    const status = statusOf(spec, { first: ended(0), main: ran });
    expect(status.initContainerStatuses).toMatchObject([{ name: "first", ready: true, started: false }]);
    expect(statusOf(spec, { first: ended(1) }).initContainerStatuses).toMatchObject([{ ready: false }]);
  });

  it("gives each container the same part of what messages of a pod may have, from their beginning", () => {
    const names = ["a", "b", "c", "d"];
    const message = `begins ${"x".repeat(4089)}`;
    const leaves = (record: ContainerRecord): void => {
      ran(record);
      const times = { startedMs: AT.getTime(), finishedMs: AT.getTime() };
      record.finished({ container: "", exitCode: 3, reason: "Error", message, ...times });
    };
    const crashes = (record: ContainerRecord): void => {
      leaves(record);
      record.waits("CrashLoopBackOff");
    };
    const messages = (count: number): (string | undefined)[] => {
      const containers = names.slice(0, count).map((name) => container(name));
      const status = statusOf(
        { containers, restartPolicy: "Never" },
        { a: leaves, b: leaves, c: crashes, d: crashes },
      );
      const all = status.containerStatuses ?? [];
      return all.map(({ state, lastState }) => (state.terminated ?? lastState.terminated)?.message);
    };
    expect(messages(3)).toEqual(Array(3).fill(message));
    expect(messages(4)).toEqual(Array(4).fill(message.slice(0, 3072)));
  });

  it("has its containers in the order of their names, and init containers in theirs", () => {
    const names = ["good", "bad", "Big"];
    const all = names.map((name) => container(name));
    const inits = names.map((name) => container(`init-${name}`));
    const status = statusOf({ initContainers: inits, containers: all }, {});
    expect(status.containerStatuses?.map(({ name }) => name)).toEqual(["Big", "bad", "good"]);
    expect(status.initContainerStatuses?.map(({ name }) => name)).toEqual(inits.map(({ name }) => name));
    const ready = status.conditions?.find(({ type }) => type === "ContainersReady");
    expect(ready?.message).toContain("[good bad Big]");
  });

  it("does not go back before its initialization when a sidecar starts again", () => {
    const initContainers = [container("side", { restartPolicy: "Always" })];
    const spec = { initContainers, containers: [container("main")] };
    const before = statusOf(spec, { side: crashed });
    expect([before.phase, condition(before, "Initialized")]).toEqual(["Pending", "False"]);
    const after = statusOf(spec, { side: crashed, main: ran });
    expect([after.phase, condition(after, "Initialized")]).toEqual(["Running", "True"]);
    const over = statusOf({ ...spec, restartPolicy: "Never" }, { side: ended(0), main: ended(5) });
    expect([over.phase, condition(over, "Initialized")]).toEqual(["Failed", "True"]);
  });
});
