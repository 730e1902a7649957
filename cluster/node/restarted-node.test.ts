import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ProcessRuntime } from "../containers/processes-for-tests.js";
import type { KubectlFixture } from "../kubectl-for-tests.js";
import { findKubectl, startKubectlFixture } from "../kubectl-for-tests.js";

const kubectl = findKubectl();
if (kubectl === undefined)
  process.stdout.write("skipping pods of a cluster that is started anew: there is no kubectl on PATH\n");
const SLEEP = "exec sleep 1000";

describe.skipIf(kubectl === undefined)("a cluster that is started anew beside its containers", () => {
  const runtime = new ProcessRuntime();
  const folder = mkdtempSync(join(tmpdir(), "lectern-restarted-"));
  let fixture: KubectlFixture;
  beforeAll(async () => {
    fixture = await startKubectlFixture(kubectl ?? "", { containerRuntime: runtime });
  });
  afterEach(async () => {
    runtime.beforeAnswer = async () => undefined;
    await fixture?.run(["delete", "pods", "--all", "--force", "--grace-period=0"]);
  });
  afterAll(async () => {
    await fixture?.close();
    runtime.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const create = async (name: string, spec: object): Promise<void> => {
    const manifest = { apiVersion: "v1", kind: "Pod", metadata: { name }, spec };
    expect((await fixture.run(["apply", "-f", "-"], JSON.stringify(manifest))).stderr).toBe("");
  };
  const read = async (name: string, path: string): Promise<string> =>
    (await fixture.run(["get", "pod", name, "-o", `jsonpath=${path}`])).stdout;
  const becomes = (name: string, path: string, value: string): Promise<void> =>
    expect.poll(() => read(name, path)).toBe(value);
  /** Makes what a pod that is gone has left. */
  const leave = (id: string): Promise<void> => {
    const place = { namespace: "default", network: "default", address: "10.244.0.99" };
    return runtime.startSandbox({
      ...place,
      id,
      name: id,
      hostname: id,
      resolver: "",
      hosts: "",
      volumes: [],
    });
  };
  const uidOf = (name: string): Promise<string> => read(name, "{.metadata.uid}");

  it("starts pods as soon as the runtime tells what it has, however often it did not", async () => {
    let refused = 0;
    await fixture.restart(() => {
      runtime.beforeAnswer = async (call) => {
        if (call === "list" && (refused += 1) <= 3) throw new Error("the runtime does not answer");
      };
    });
    await create("patient", { containers: [busybox(SLEEP)] });
    await becomes("patient", "{.status.phase}", "Running");
    expect(refused).toBe(4);
  });

  it("keeps no pods waiting that run in name only while the runtime does not tell what it has", async () => {
    const events = new EventEmitter();
    const told = once(events, "told");
    await fixture.restart(() => {
      runtime.beforeAnswer = async (call) => void (call === "list" && (await told));
    });
    const waiting = Array.from({ length: 12 }, (_, at) => `waits-${at}`);
    for (const name of waiting) await create(name, { containers: [busybox(SLEEP)] });
    await create("simulated", { containers: [{ name: "c", image: "nobody/has:this" }] });
    await becomes("simulated", "{.status.phase}", "Running");
    expect(await read("waits-0", "{.status.phase}")).toBe("Pending");
    await fixture.run(["delete", "pod", "simulated"]);
    events.emit("told");
    for (const name of waiting) await becomes(name, "{.status.phase}", "Running");
  });

  it("starts pods beside what is left of another that cannot be removed", async () => {
    await leave("left-over");
    let refused = 0;
    await fixture.restart(() => {
      runtime.beforeAnswer = async (call, sandbox) => {
        if (call !== "removeSandbox" || sandbox !== "left-over") return;
        refused += 1;
        throw new Error("it does not end");
      };
    });
    await create("beside", { containers: [busybox(SLEEP)] });
    await becomes("beside", "{.status.phase}", "Running");
    expect(refused).toBe(1);
  });

  it("goes on looking at sidecars by their probes", async () => {
    const [up, sick] = [join(folder, "up"), join(folder, "sick")];
    const seconds = { periodSeconds: 1, timeoutSeconds: 30, failureThreshold: 1000 };
    await create("aided", {
      terminationGracePeriodSeconds: 1,
      initContainers: [
        busybox(SLEEP, {
          name: "aide",
          restartPolicy: "Always",
          startupProbe: { exec: { command: ["test", "-e", up] }, ...seconds },
          livenessProbe: {
            exec: { command: ["test", "!", "-e", sick] },
            periodSeconds: 1,
            timeoutSeconds: 30,
            failureThreshold: 1,
          },
        }),
      ],
      containers: [busybox(SLEEP)],
    });
    const sidecar = "{.status.initContainerStatuses[0]";
    await expect.poll(() => read("aided", `${sidecar}.state.running.startedAt}`)).not.toBe("");
    const id = await read("aided", `${sidecar}.containerID}`);
    await fixture.restart();
    expect(await read("aided", "{.status.phase}")).toBe("Pending");
    writeFileSync(up, "");
    await becomes("aided", "{.status.phase}", "Running");
    expect(await read("aided", `${sidecar}.containerID}`)).toBe(id);
    await fixture.restart();
    writeFileSync(sick, "");
    await expect.poll(async () => Number(await read("aided", `${sidecar}.restartCount}`))).toBeGreaterThan(0);
  });

  it("takes up a sidecar whose start it had not written down", async () => {
    const probe = { exec: { command: ["true"] }, periodSeconds: 1 };
    const aide = busybox(SLEEP, { name: "aide", restartPolicy: "Always", readinessProbe: probe });
    await create("adopted", { initContainers: [aide], containers: [busybox(SLEEP)] });
    await becomes("adopted", "{.status.phase}", "Running");
    const uid = await uidOf("adopted");
    const first = runtime.spec(`${uid}/aide/0`);
    await fixture.restart(async () => {
      await runtime.stop(first.id, 1000);
      await runtime.start({ ...first, id: `${uid}/aide/1`, attempt: 1 });
    });
    const sidecar = "{.status.initContainerStatuses[0]";
    await becomes("adopted", `${sidecar}.restartCount} ${sidecar}.ready}`, "1 true");
    await becomes("adopted", "{.status.conditions[?(@.type=='Ready')].status}", "True");
    expect(runtime.running(uid)).toHaveLength(2);
  });

  it("leaves nothing of a pod that had ended before, once that is deleted", async () => {
    await create("done", { restartPolicy: "Never", containers: [busybox("exit 0")] });
    await becomes("done", "{.status.phase}", "Succeeded");
    const uid = await uidOf("done");
    await fixture.restart();
    expect(runtime.sandboxes()).toContain(uid);
    expect((await fixture.run(["delete", "pod", "done"])).stderr).toBe("");
    await expect.poll(() => runtime.sandboxes()).not.toContain(uid);
  });

  it("leaves nothing of pods that are deleted by force before their first turn", async () => {
    await create("forced", { containers: [busybox(SLEEP)] });
    await becomes("forced", "{.status.phase}", "Running");
    await leave("held");
    let end: (() => void) | undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    await fixture.restart(() => {
      runtime.beforeAnswer = async (call, sandbox) => {
        if (call === "removeSandbox" && sandbox === "held") await ended;
      };
    });
    await create("new", { containers: [busybox(SLEEP)] });
    await expect.poll(() => read("new", "{.status.startTime}")).not.toBe("");
    const uids = [await uidOf("forced"), await uidOf("new")];
    await fixture.run(["delete", "pod", "forced", "new", "--force", "--grace-period=0"]);
    await create("later", { containers: [busybox(SLEEP)] });
    end?.();
    await becomes("later", "{.status.phase}", "Running");
    await expect.poll(() => runtime.sandboxes().filter((uid) => uids.includes(uid))).toEqual([]);
    expect(uids.flatMap((uid) => runtime.running(uid))).toEqual([]);
  });

  it("hears of what ends while the runtime tells what it has", async () => {
    await create("ends", { restartPolicy: "Never", containers: [busybox(SLEEP)] });
    await becomes("ends", "{.status.phase}", "Running");
    const [pid = 0] = runtime.running(await uidOf("ends"));
    let asked = 0;
    await fixture.restart(() => {
      runtime.beforeAnswer = async (call) => {
        if (call !== "list") return;
        asked += 1;
        const ended = new Promise<void>((resolve) => void runtime.onExit(() => resolve()));
        process.kill(pid, "SIGKILL");
        await ended;
      };
    });
    await becomes("ends", "{.status.phase}", "Failed");
    expect(await read("ends", "{.status.containerStatuses[0].state.terminated.reason}")).toBe("Error");
    expect(asked).toBe(1);
  });
});

function busybox(command: string, more: object = {}): object {
  return { name: "c", image: "busybox:1.36", command: ["sh", "-c", command], ...more };
}
