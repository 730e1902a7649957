import { expect, it } from "vitest";
import { ControlGroups } from "../../terminal/node/sandbox/control-groups.js";
import { defaultContainerLimits } from "./container-limits.js";
import { NamespaceGroups } from "./namespace-groups.js";

it("without rights to control groups it is said what holds in their place", () => {
  const groups = new NamespaceGroups(ControlGroups.none(), defaultContainerLimits.ofNamespace);
  expect(groups.unheld).toBe(
    "Containers of a namespace are not held to their limits together without rights to control groups of memory, pids, cpu: each process alone has the memory of its container, each pod alone, by its account, the processes of one container, processor time has no bound",
  );
});

it("a container may have no more of the machine than all of its namespace together", () => {
  const { memoryBytes, processes, cpus, ofNamespace } = defaultContainerLimits;
  // The kernel refuses a group more processor time than the one above it has.
  expect(cpus).toBeLessThanOrEqual(ofNamespace.cpus);
  expect(memoryBytes).toBeLessThanOrEqual(ofNamespace.memoryBytes);
  expect(processes).toBeLessThanOrEqual(ofNamespace.processes);
});
