import { expect, it } from "vitest";
import { isOver, isRunning, isStuck, lossOf, problemOf, type PodStatus } from "./pod-problem.js";

function pod(status: PodStatus["status"], more: Partial<PodStatus["metadata"]> = {}): PodStatus {
  return {
    metadata: { name: "one", ...more },
    spec: { containers: [{ name: "shell", image: "tools:1" }] },
    ...(status && { status }),
  };
}

const unscheduled = (message: string): PodStatus =>
  pod({
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
  });

it("tells want of room from a home that is not bound", () => {
  expect(problemOf(unscheduled("0/3 nodes are available: 3 Insufficient memory."))).toBe(
    "no node has room for it: 0/3 nodes are available: 3 Insufficient memory.",
  );
  const volume = {
    type: "Warning",
    reason: "ProvisioningFailed",
    message: 'storageclass "fast" not found',
    involvedObject: { kind: "PersistentVolumeClaim" },
  };
  const claim = unscheduled("pod has unbound immediate PersistentVolumeClaims. not found");
  expect(problemOf(claim, [volume])).toBe(
    'its home, a PersistentVolumeClaim, is not bound: storageclass "fast" not found',
  );
  expect(problemOf(claim)).toMatch(/not bound: pod has unbound/);
});

it("names an image that cannot be had, and waits for nothing then", () => {
  const failed = pod({
    phase: "Pending",
    containerStatuses: [
      { name: "shell", state: { waiting: { reason: "ImagePullBackOff", message: "tools:1 not found" } } },
    ],
  });
  expect(problemOf(failed)).toBe("the image tools:1 cannot be had (ImagePullBackOff): tools:1 not found");
  expect(isStuck(failed)).toBe(true);
  const starting = pod({
    phase: "Pending",
    containerStatuses: [{ name: "shell", state: { waiting: { reason: "ContainerCreating" } } }],
  });
  expect([isStuck(starting), isRunning(starting), problemOf(starting)]).toEqual([
    false,
    false,
    "its containers are still starting",
  ]);
});

it("quotes the last words of a container that ended", () => {
  const message = "one line\nerror: no such file\n";
  const crashed = pod({
    phase: "Running",
    podIP: "10.0.0.1",
    containerStatuses: [
      {
        name: "shell",
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
        lastState: { terminated: { exitCode: 127, reason: "Error", message } },
      },
    ],
  });
  expect(problemOf(crashed)).toBe("its container shell ended with 127 (Error): error: no such file");
});

it("says that a pod was evicted or is being deleted", () => {
  const evicted = pod({
    phase: "Failed",
    reason: "Evicted",
    message: "The node was low on resource: memory.",
  });
  expect([isOver(evicted), problemOf(evicted)]).toEqual([
    true,
    "its node ended it (evicted): The node was low on resource: memory.",
  ]);
  expect(lossOf(evicted)).toBe(
    "The machine of this session is gone: its node ended it (evicted): The node was low on resource: memory. What was in the home besides the lab's own files is gone with it.",
  );
  const volumes = [{ name: "home", persistentVolumeClaim: { claimName: "one-home" } }];
  expect(lossOf({ ...evicted, spec: { volumes } })).toMatch(/low on resource: memory\. The home is kept\.$/);
  const going = pod({ phase: "Running" }, { deletionTimestamp: "2026-01-01T00:00:00Z" });
  expect([isOver(going), isRunning(going), problemOf(going)]).toEqual([true, false, "it is being deleted"]);
});

it("falls back to what the cluster warns of", () => {
  const events = [
    { type: "Warning", reason: "FailedMount", message: "secret not found", involvedObject: { kind: "Pod" } },
  ];
  expect(problemOf(pod({ phase: "Pending" }), events)).toBe("FailedMount: secret not found");
});
