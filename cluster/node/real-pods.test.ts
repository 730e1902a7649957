import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProcessRuntime } from "../containers/processes-for-tests.js";
import type { KubectlFixture } from "../kubectl-for-tests.js";
import { findKubectl, startKubectlFixture } from "../kubectl-for-tests.js";

const kubectl = findKubectl();
if (kubectl === undefined)
  process.stdout.write("skipping pods that really run: there is no kubectl on PATH\n");

describe.skipIf(kubectl === undefined)("pods that really run", () => {
  const runtime = new ProcessRuntime();
  let fixture: KubectlFixture;
  beforeAll(async () => {
    fixture = await startKubectlFixture(kubectl ?? "", { containerRuntime: runtime });
  });
  afterAll(async () => {
    await fixture?.close();
    runtime.close();
  });

  const create = async (name: string, spec: object): Promise<void> => {
    const manifest = { apiVersion: "v1", kind: "Pod", metadata: { name }, spec };
    const { stderr } = await fixture.run(["apply", "-f", "-"], JSON.stringify(manifest));
    expect(stderr).toBe("");
  };
  const read = async (name: string, path: string): Promise<string> =>
    (await fixture.run(["get", "pod", name, "-o", `jsonpath=${path}`])).stdout;
  const logs = async (name: string, ...args: string[]): Promise<string> =>
    (await fixture.run(["logs", name, ...args])).stdout;
  const events = async (name: string): Promise<string[]> => {
    const path = "jsonpath={range .items[*]}{.reason}: {.message}{'\\n'}{end}";
    const args = ["get", "events", "--field-selector", `involvedObject.name=${name}`, "-o", path];
    const { stdout } = await fixture.run(args);
    return stdout.split("\n").map((line) => line.trim());
  };
  const parts = async (name: string): Promise<string[]> => {
    const line = "{.involvedObject.fieldPath} {.reason}: {.message}{'\\n'}";
    const args = ["get", "events", "--field-selector", `involvedObject.name=${name}`];
    const { stdout } = await fixture.run([...args, "-o", `jsonpath={range .items[*]}${line}{end}`]);
    return stdout.split("\n");
  };
  const becomes = (name: string, path: string, value: string): Promise<void> =>
    expect.poll(() => read(name, path)).toBe(value);

  it("are on a node that says what of them runs, also where it once said that none does", async () => {
    const said =
      '{.metadata.annotations} {.status.nodeInfo.osImage} {.status.nodeInfo.containerRuntimeVersion} {.status.conditions[?(@.type=="Ready")].message}';
    const node = async (): Promise<string> =>
      (await fixture.run(["get", "nodes", "-o", `jsonpath={range .items[*]}${said}{end}`])).stdout;
    await expect
      .poll(node)
      .toMatch(/images that Lectern plays run.* \(images played by Lectern\) lectern:\/\/0 /);
    expect(await node()).not.toMatch(/no containers|no process runs/);
    const annotation = "lectern.dev/simulated=no process runs";
    await fixture.run(["annotate", "nodes", "--all", "--overwrite", annotation]);
    await fixture.restart();
    await expect.poll(node).not.toContain("no process runs");
  });

  it("start again at once when they end, then wait and say so", async () => {
    await create("crash", { containers: [busybox("echo no; exit 7")] });
    // All at one look: in ten seconds it starts once more.
    const status = "{.status.containerStatuses[0]";
    const { waiting, last } = { waiting: `${status}.state.waiting`, last: `${status}.lastState.terminated` };
    const path = `{.status.phase} ${status}.restartCount} ${last}.exitCode} ${waiting}.reason}: ${waiting}.message}`;
    await expect
      .poll(() => read("crash", path), { timeout: 30_000 })
      .toMatch(
        /^Running 1 7 CrashLoopBackOff: back-off 10s restarting failed container=c pod=crash_default\(/,
      );
    expect(await logs("crash", "-p")).toBe("no\n");
    await expect
      .poll(async () => (await events("crash")).map((text) => text.split(" pod ")[0]))
      .toEqual([
        "Scheduled: Successfully assigned default/crash to lectern-simulated",
        'Pulled: image "busybox:1.36" is played by Lectern\'s stand-in',
        "Created: Container created",
        "Started: Container started",
        "BackOff: Back-off restarting failed container c in",
        "",
      ]);
  });

  it("go on, answer and are ended when their image is known no longer", async () => {
    const annotate = ["annotate", "--overwrite", "namespace", "default"];
    await fixture.run([...annotate, "lectern.dev/images=mine:1 mine:2"]);
    await create("mine", { containers: [busybox("exec sleep 4713", { image: "mine:1" })] });
    await create("changed", { containers: [busybox("exec sleep 4714", { image: "mine:2" })] });
    for (const name of ["mine", "changed"]) await becomes(name, "{.status.phase}", "Running");
    const id = await read("mine", "{.status.containerStatuses[0].containerID}");
    await fixture.run([...annotate, "lectern.dev/images-"]);
    await fixture.run(["label", "pod", "mine", "looked=at"]);
    await fixture.run(["set", "image", "pod/changed", "c=nobody/has:this"]);
    await becomes("changed", "{.status.containerStatuses[0].lastState.terminated.exitCode}", "143");
    // As a real node says it of a pod whose new image cannot be had.
    await expect
      .poll(() => read("changed", "{.status.containerStatuses[0].state.waiting.reason}"))
      .toMatch(/^(?:ErrImagePull|ImagePullBackOff|CrashLoopBackOff)$/);
    const seen = "{.status.phase} {.status.containerStatuses[0].containerID} {.status.message}";
    expect(await read("mine", seen)).toBe(`Running ${id} `);
    expect((await fixture.run(["exec", "mine", "--", "echo", "here"])).stdout).toBe("here\n");
    const uid = await read("mine", "{.metadata.uid}");
    expect(runtime.running(uid)).toHaveLength(1);
    await fixture.run(["delete", "pod", "mine", "changed", "--grace-period=1"]);
    expect(runtime.running(uid)).toEqual([]);
  });

  it("do not start as root where they must not, with the image's user and without one of the pod", async () => {
    const securityContext = { runAsNonRoot: true };
    const container = busybox("exec sleep 1000");
    await create("as-root", { securityContext, containers: [container] });
    await create("of-image", {
      containers: [busybox("exec sleep 1000", { image: "busybox:1.36-rootless", securityContext })],
    });
    await create("of-pod", {
      securityContext: { ...securityContext, runAsUser: 1000 },
      containers: [container],
    });
    await becomes(
      "as-root",
      "{.status.containerStatuses[0].state.waiting.reason}",
      "CreateContainerConfigError",
    );
    const uid = await read("as-root", "{.metadata.uid}");
    expect(await read("as-root", "{.status.containerStatuses[0].state.waiting.message}")).toBe(
      `container has runAsNonRoot and image will run as root (pod: "as-root_default(${uid})", container: c)`,
    );
    await becomes("of-image", "{.status.phase}", "Running");
    await becomes("of-pod", "{.status.phase}", "Running");
  });

  it("run init containers in their order, and end as their processes do", async () => {
    await create("done", {
      restartPolicy: "Never",
      initContainers: [
        busybox("echo one", { name: "one" }),
        busybox("echo two", { name: "two" }),
        busybox("exec sleep 1000", { name: "beside", restartPolicy: "Always" }),
      ],
      containers: [busybox("echo three")],
    });
    await becomes("done", "{.status.phase}", "Succeeded");
    // kubectl prints the logs of all containers in no order of theirs.
    const lines = await logs("done", "--all-containers", "--timestamps");
    expect(
      lines
        .trim()
        .split("\n")
        .map((line) => line.split(" ") as [time: string, said: string])
        .toSorted(([one], [other]) => Date.parse(one) - Date.parse(other))
        .map(([, said]) => said),
    ).toEqual(["one", "two", "three"]);
    expect(await read("done", "{.status.containerStatuses[0].state.terminated.reason}")).toBe("Completed");
    await create("failed", {
      restartPolicy: "Never",
      initContainers: [busybox("exit 5", { name: "one" })],
      containers: [busybox("echo never")],
    });
    await becomes("failed", "{.status.phase}", "Failed");
    expect(await read("failed", "{.status.initContainerStatuses[0].state.terminated.exitCode}")).toBe("5");
    expect(await read("failed", "{.status.containerStatuses[0].state.waiting.reason}")).toBe(
      "PodInitializing",
    );
  });

  it("are told what they name: variables, files, tokens", async () => {
    await fixture.run(["create", "configmap", "settings", "--from-literal=colour=green"]);
    await create("told", {
      restartPolicy: "Never",
      containers: [
        busybox(
          'echo "$ME $COLOUR $NAME $KUBERNETES_SERVICE_PORT"; cat $VOLUMES/files/colour; cat $VOLUMES/kube-api-access-*/token | wc -c',
          {
            env: [
              { name: "NAME", value: "$(KUBERNETES_SERVICE_PORT_HTTPS)/$(NOT)" },
              { name: "ME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              { name: "COLOUR", valueFrom: { configMapKeyRef: { name: "settings", key: "colour" } } },
            ],
            volumeMounts: [{ name: "files", mountPath: "/files" }],
          },
        ),
      ],
      volumes: [{ name: "files", configMap: { name: "settings" } }],
    });
    await becomes("told", "{.status.phase}", "Succeeded");
    expect(await logs("told")).toMatch(/^told green 443\/\$\(NOT\) 443\ngreen[1-9]\d\d+\n$/);
  });

  it("are ready and live by their probes", async () => {
    const path = "{.status.containerStatuses[0].ready}";
    await create("probed", {
      containers: [
        busybox("exec sleep 1000", {
          readinessProbe: { exec: { command: ["test", "-e", "/nowhere"] }, periodSeconds: 1 },
        }),
      ],
    });
    await create("dying", {
      terminationGracePeriodSeconds: 1,
      containers: [
        busybox("exec sleep 1000", {
          livenessProbe: { exec: { command: ["false"] }, periodSeconds: 1, failureThreshold: 1 },
        }),
      ],
    });
    await becomes("dying", "{.status.containerStatuses[0].restartCount}", "1");
    await expect
      .poll(() => events("dying"))
      .toContain("Killing: Container c failed liveness probe, will be restarted");
    expect(await read("probed", path)).toBe("false");
    await expect.poll(() => events("probed")).toContain("Unhealthy: Readiness probe failed:");
  });

  it("tell of a hook that failed without what it said, and which container they mean", async () => {
    const failing = { exec: { command: ["sh", "-c", "echo a secret; exit 3"] } };
    await create("hooked", {
      terminationGracePeriodSeconds: 1,
      initContainers: [busybox("true", { name: "first" })],
      containers: [busybox("exec sleep 1000", { lifecycle: { postStart: failing } })],
    });
    await expect.poll(() => parts("hooked")).toContain("spec.containers{c} Killing: FailedPostStartHook");
    await create("unhooked", {
      terminationGracePeriodSeconds: 1,
      containers: [busybox("exec sleep 1000", { lifecycle: { preStop: failing } })],
    });
    await becomes("unhooked", "{.status.phase}", "Running");
    await fixture.run(["delete", "pod", "unhooked", "hooked"]);
    await expect
      .poll(() => parts("unhooked"))
      .toContain("spec.containers{c} FailedPreStopHook: PreStopHook failed");
    const told = await parts("hooked");
    expect(told).toContain("spec.initContainers{first} Started: Container started");
    expect(told).toContain("spec.containers{c} FailedPostStartHook: PostStartHook failed");
    expect(told).toContain(" Scheduled: Successfully assigned default/hooked to lectern-simulated");
    expect(told.filter((text) => text.includes("secret"))).toEqual([]);
  });

  it("stop within their grace and leave nothing", async () => {
    await create("stopped", { terminationGracePeriodSeconds: 2, containers: [busybox("exec sleep 1000")] });
    await becomes("stopped", "{.status.phase}", "Running");
    const uid = await read("stopped", "{.metadata.uid}");
    expect(runtime.running(uid)).toHaveLength(1);
    expect(await fixture.run(["delete", "pod", "stopped"])).toMatchObject({ code: 0, stderr: "" });
    expect(runtime.running(uid)).toEqual([]);
    await expect.poll(() => runtime.sandboxes()).not.toContain(uid);
    await expect.poll(() => events("stopped")).toContain("Killing: Stopping container c");
  });

  it("start again, and say why, when the runtime lost them", async () => {
    await create("lost", { containers: [busybox("exec sleep 1000")] });
    await becomes("lost", "{.status.phase}", "Running");
    runtime.lose();
    await becomes("lost", "{.status.containerStatuses[0].restartCount}", "1");
    expect(await read("lost", "{.status.containerStatuses[0].lastState.terminated.reason}")).toBe(
      "ContainerStatusUnknown",
    );
    await becomes("lost", "{.status.containerStatuses[0].ready}", "true");
  });

  it("are found again by a cluster that is started anew, with what ended meanwhile", async () => {
    const alive = { containers: [busybox("echo alive; exec sleep 1000")] };
    await create("found", alive);
    await becomes("found", "{.status.phase}", "Running");
    const path = "{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}";
    const before = await read("found", path);
    await create("ended", { restartPolicy: "Never", containers: [busybox("echo $$$$; exec sleep 1000")] });
    await becomes("ended", "{.status.phase}", "Running");
    await expect.poll(() => logs("ended")).toMatch(/^\d+\n$/);
    const pid = Number(await logs("ended"));
    await fixture.restart(() => void process.kill(pid, "SIGKILL"));
    await becomes("ended", "{.status.phase}", "Failed");
    expect(await read("ended", "{.status.containerStatuses[0].state.terminated.exitCode}")).toBe("137");
    expect(await read("found", path)).toBe(before);
    await expect.poll(() => logs("found")).toBe("alive\n");
  });

  it("stay simulated where nobody has an image of theirs", async () => {
    await create("mixed", {
      containers: [busybox("exec sleep 1000"), { name: "other", image: "registry.example/x:1" }],
    });
    await becomes("mixed", "{.status.phase}", "Running");
    expect(await read("mixed", "{.status.message}")).toBe("simulated by Lectern: no process runs");
    expect((await fixture.run(["logs", "mixed", "-c", "c"])).stderr).toContain('pod "mixed" is simulated');
  });
});

function busybox(command: string, more: object = {}): object {
  return {
    name: "c",
    image: "busybox:1.36",
    command: ["sh", "-c", command],
    ...more,
  };
}
