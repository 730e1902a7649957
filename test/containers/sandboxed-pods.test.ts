import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MOST_CONNECTIONS } from "../../containers/node/client-connections.js";
import { busybox, SandboxedCluster, whyNoContainers } from "./sandboxes-for-tests.js";

/** Programs of others on the machine may have been told much. */
const PS_BYTES = 256 * 1024 * 1024;

const why = whyNoContainers();
if (why !== undefined) process.stdout.write(`left out: pods in sandboxes (${why})\n`);

describe.skipIf(why !== undefined)("pods in sandboxes", () => {
  let cluster: SandboxedCluster;
  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
  });
  afterAll(async () => {
    await cluster?.close();
  });

  const kubectl = (...args: string[]): ReturnType<SandboxedCluster["kubectl"]["run"]> =>
    cluster.kubectl.run(args);
  const logs = async (name: string, ...args: string[]): Promise<string> =>
    (await kubectl("logs", name, ...args)).stdout;
  const becomes = (name: string, path: string, value: string): Promise<void> =>
    expect.poll(() => cluster.read(name, path), { timeout: 60_000 }).toBe(value);

  it("write logs, run commands with their input, and end with a status", async () => {
    await cluster.create("shell", { containers: [busybox("echo here; echo there >&2; exec sleep 1000")] });
    await becomes("shell", "{.status.phase}", "Running");
    await expect.poll(() => logs("shell")).toContain("there");
    expect((await logs("shell")).split("\n").toSorted()).toEqual(["", "here", "there"]);
    const status = await kubectl("exec", "shell", "--", "sh", "-c", "echo out; echo wrong >&2; exit 3");
    expect(status).toMatchObject({ code: 3, stdout: "out\n" });
    expect(status.stderr).toContain("wrong");
    const piped = await cluster.kubectl.run(["exec", "-i", "shell", "--", "cat"], "through");
    expect(piped).toMatchObject({ code: 0, stdout: "through" });
    expect((await kubectl("exec", "shell", "--", "nosuch")).stderr).toContain(
      'exec: "nosuch": executable file not found in $PATH',
    );
    // It sees its own processes, and itself as root of nothing.
    expect((await kubectl("exec", "shell", "--", "ps")).stdout).toMatch(
      /^PID .*\n +1 root +sleep 1000\n[^]*ps\n$/,
    );
    expect((await kubectl("exec", "shell", "--", "id", "-u")).stdout).toBe("0\n");
  });

  it("are told what they name: files, variables, folders, accounts", async () => {
    await kubectl("create", "configmap", "settings", "--from-literal=colour=green");
    await cluster.create("told", {
      restartPolicy: "Never",
      securityContext: { runAsUser: 1000 },
      containers: [
        busybox("pwd; id -u; echo $COLOUR; cat /files/colour; echo; cat /shared/text; touch /x", {
          workingDir: "/tmp",
          env: [
            { name: "COLOUR", valueFrom: { configMapKeyRef: { name: "settings", key: "colour" } } },
            { name: "LD_PRELOAD", value: "/shared/text" },
          ],
          securityContext: { readOnlyRootFilesystem: true },
          volumeMounts: [
            { name: "files", mountPath: "/files" },
            { name: "shared", mountPath: "/shared" },
          ],
        }),
      ],
      initContainers: [
        busybox("echo left > /shared/text", {
          name: "first",
          volumeMounts: [{ name: "shared", mountPath: "/shared" }],
        }),
      ],
      volumes: [
        { name: "files", configMap: { name: "settings" } },
        { name: "shared", emptyDir: {} },
      ],
    });
    await becomes("told", "{.status.phase}", "Failed");
    const said = await logs("told");
    expect(said).toContain("/tmp\n1000\ngreen\ngreen\nleft\n");
    expect(said).toContain("/x: Read-only file system");
  });

  it("are ready by their probes, carry ports, and have the terminal's size", async () => {
    const port = 80;
    await cluster.create("web", {
      containers: [
        busybox(`echo page > /tmp/index.html; exec httpd -f -p ${port} -h /tmp`, {
          startupProbe: {
            exec: { command: ["test", "-e", "/tmp/index.html"] },
            periodSeconds: 1,
            timeoutSeconds: 30,
            failureThreshold: 100,
          },
          readinessProbe: { httpGet: { path: "/index.html", port }, periodSeconds: 1, timeoutSeconds: 5 },
          livenessProbe: { tcpSocket: { port }, periodSeconds: 1, timeoutSeconds: 5 },
        }),
      ],
    });
    await becomes("web", "{.status.containerStatuses[0].ready}", "true");
    const forward = cluster.kubectl.start(["port-forward", "pod/web", `:${port}`]);
    try {
      let said = "";
      forward.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
      await expect.poll(() => said).toMatch(/127\.0\.0\.1:\d+ ->/);
      const [, local = ""] = /127\.0\.0\.1:(\d+)/.exec(said) ?? [];
      expect(await (await fetch(`http://127.0.0.1:${local}/index.html`)).text()).toBe("page\n");
    } finally {
      forward.kill();
    }
    const size =
      "for i in $(seq 100); do [ \"$(stty size)\" = '17 91' ] && break; sleep 0.1; done; stty size";
    const typed = `stty rows 17 cols 91; exec kubectl exec -it web -- sh -c '${size.replaceAll("'", "'\\''")}'`;
    expect(await cluster.onTerminal(typed)).toContain("17 91\r\n");
    expect(await cluster.read("web", "{.status.containerStatuses[0].restartCount}")).toBe("0");
  });

  it("have so many connections from clients and no more, and are asked whether they live all the same", async () => {
    const line = "echo page > /tmp/index.html; exec httpd -f -p 80 -h /tmp";
    const probe = { tcpSocket: { port: 80 }, periodSeconds: 1, timeoutSeconds: 30 };
    await cluster.create("dialled", { containers: [busybox(line, { readinessProbe: probe })] });
    await becomes("dialled", "{.status.containerStatuses[0].ready}", "true");
    const uid = await cluster.read("dialled", "{.metadata.uid}");
    // A server that is not read stays open as long as its client: nothing is asked.
    const open = await Promise.all(
      Array.from({ length: MOST_CONNECTIONS }, () => cluster.runtime.dial(uid, 80)),
    );
    try {
      const all = "the pods of the namespace default have 256 connections by port-forward and proxy";
      await expect(cluster.runtime.dial(uid, 80)).rejects.toThrow(all);
      const page = ["get", "--raw", "/api/v1/namespaces/default/pods/dialled/proxy/index.html"];
      expect((await kubectl(...page)).stderr).toContain(all);
      (await cluster.runtime.dial(uid, 80, { isProbe: true })).destroy();
      open[0]?.destroy();
      await expect.poll(async () => (await kubectl(...page)).stdout).toBe("page\n");
    } finally {
      for (const each of open) each.destroy();
    }
    await kubectl("delete", "pod", "dialled", "--grace-period=1", "--wait=false");
  });

  it("are ended within their grace, and say why they could not start", async () => {
    await cluster.create("deaf", {
      terminationGracePeriodSeconds: 5,
      containers: [busybox("trap 'echo heard' TERM; echo ready; while :; do sleep 0.1; done")],
    });
    await expect.poll(() => logs("deaf")).toBe("ready\n");
    const follow = cluster.kubectl.start(["logs", "-f", "deaf"]);
    try {
      let said = "";
      follow.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
      await expect.poll(() => said).toBe("ready\n");
      expect(await kubectl("delete", "pod", "deaf")).toMatchObject({ code: 0, stderr: "" });
      await expect.poll(() => said).toBe("ready\nheard\n");
    } finally {
      follow.kill();
    }
    await cluster.create("unstarted", {
      restartPolicy: "Never",
      containers: [{ name: "c", image: "busybox", command: ["nosuch"] }],
    });
    await becomes("unstarted", "{.status.containerStatuses[0].state.terminated.reason}", "StartError");
    expect(
      await cluster.read("unstarted", "{.status.containerStatuses[0].state.terminated.message}"),
    ).toContain('exec: "nosuch": executable file not found in $PATH');
  });

  it("start again, and say why, when the process that runs them was killed", async () => {
    await cluster.create("lost", { containers: [busybox("exec sleep 7654")] });
    await becomes("lost", "{.status.phase}", "Running");
    const command = cluster.kubectl.start(["exec", "lost", "--", "sleep", "7655"]);
    const broken = once(command, "close");
    await expect.poll(() => processes("sleep 7655")).toHaveLength(1);
    await cluster.killProcess();
    const [status] = (await broken) as [number | null];
    expect(status).toBe(1);
    await expect.poll(() => processes("sleep 7655")).toEqual([]);
    await becomes("lost", "{.status.containerStatuses[0].restartCount}", "1");
    expect(await cluster.read("lost", "{.status.containerStatuses[0].lastState.terminated.reason}")).toBe(
      "ContainerStatusUnknown",
    );
    await becomes("lost", "{.status.containerStatuses[0].ready}", "true");
    await expect.poll(() => processes("sleep 7654")).toHaveLength(1);
  });

  it("do not pass off as complete a log that was broken off with the process that runs them", async () => {
    await cluster.create("cut", { containers: [busybox("echo begun; exec sleep 3210")] });
    await expect.poll(() => logs("cut")).toBe("begun\n");
    const follow = cluster.kubectl.start(["logs", "-f", "cut"]);
    const ended = once(follow, "close");
    await once(follow.stdout, "data");
    await cluster.killProcess();
    const [status] = (await ended) as [number | null];
    expect(status).toBe(1);
  });

  it("of one pod are counted also while they are being started", async () => {
    await cluster.create("full", { containers: [busybox("exec sleep 2109")] });
    await becomes("full", "{.status.phase}", "Running");
    const uid = await cluster.read("full", "{.metadata.uid}");
    const spec = { sandbox: uid, attempt: 0, image: "busybox", env: [], mounts: [], readOnlyRoot: false };
    const streams = { tty: false, stdin: false, stdinOnce: false };
    const started = await Promise.allSettled(
      Array.from({ length: 25 }, (_, at) => {
        const own = { id: `${uid}/n${at}/0`, name: `n${at}`, command: ["sleep", "2109"] };
        return cluster.runtime.start({ ...spec, ...streams, ...own });
      }),
    );
    const refused = started.flatMap((each) => (each.status === "rejected" ? [String(each.reason)] : []));
    expect([started.length - refused.length, refused.length]).toEqual([19, 6]);
    expect(refused[0]).toContain("at most 20 containers of a pod run on this machine");
    await kubectl("delete", "pod", "full", "--grace-period=0", "--force");
  });

  it("are not started over themselves: what they have put in the place of folders leads nowhere", async () => {
    const command = "rm -r /tmp /etc; ln -s /etc /tmp; ln -s /etc /etc; exec sleep 6543";
    await cluster.create("twice", { containers: [busybox(command)] });
    await becomes("twice", "{.status.phase}", "Running");
    const uid = await cluster.read("twice", "{.metadata.uid}");
    const before = statSync("/etc");
    const spec = { name: "c", attempt: 0, image: "busybox", env: [], mounts: [], readOnlyRoot: false };
    const again = { ...spec, id: `${uid}/c/0`, sandbox: uid, tty: false, stdin: false, stdinOnce: false };
    await expect(cluster.runtime.start(again)).rejects.toThrow("was started before");
    expect([statSync("/etc").mode, statSync("/etc").uid]).toEqual([before.mode, before.uid]);
    await expect.poll(() => processes("sleep 6543")).toHaveLength(1);
  });

  it("keep their variables out of what the machine tells of processes", async () => {
    const env = [{ name: "WORD", value: "very-secret-word" }];
    await cluster.create("quiet", { containers: [busybox("echo $WORD; exec sleep 5432", { env })] });
    await expect.poll(() => logs("quiet")).toBe("very-secret-word\n");
    await expect.poll(() => processes("sleep 5432")).toHaveLength(1);
    expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8", maxBuffer: PS_BYTES })).not.toContain(
      "very-secret-word",
    );
  });

  it("see parts of their volumes, made where they are missing, and none that a link leads out to", async () => {
    const whole = { name: "empty", mountPath: "/v" };
    const line = "ln -s /etc /v/out; ln -s ../.. /v/up; ln -s nothing /v/none; mkdir /v/in; ln -s in /v/link";
    const run = async (name: string, subPath: string, command: string): Promise<void> =>
      cluster.create(name, {
        restartPolicy: "Never",
        volumes: [{ name: "empty", emptyDir: {} }],
        initContainers: [busybox(line, { name: "before", volumeMounts: [whole] })],
        containers: [
          busybox(command, { volumeMounts: [{ ...whole, mountPath: `/${subPath}`, subPath }, whole] }),
        ],
      });
    await run("made", "new/part", "stat -c %a /new/part; echo x >/new/part/file; cat /v/new/part/file");
    await run("linked", "link", "echo y >/link/file; cat /v/in/file");
    const message =
      "{.status.containerStatuses[0].state.waiting.reason}: {.status.containerStatuses[0].state.waiting.message}";
    for (const [subPath, failure] of [
      ["out", "failed to prepare subPath"],
      ["up", "failed to prepare subPath"],
      ["none", "failed to create subPath directory"],
    ] as const) {
      await run(`to-${subPath}`, subPath, "ls");
      const said = `CreateContainerConfigError: ${failure} for volumeMount "empty" of container "c"`;
      await becomes(`to-${subPath}`, message, said);
      const uid = await cluster.read(`to-${subPath}`, "{.metadata.uid}");
      // Neither a root nor a mount of what could not be started is left.
      await expect.poll(() => cluster.filesOfPod(uid, "roots")).toEqual([]);
      expect(cluster.filesOfPod(uid, "parts")).toEqual([]);
    }
    for (const name of ["made", "linked"]) await becomes(name, "{.status.phase}", "Succeeded");
    expect(await logs("made")).toBe("777\nx\n");
    expect(await logs("linked")).toBe("y\n");
    const uid = await cluster.read("made", "{.metadata.uid}");
    await expect.poll(() => cluster.filesOfPod(uid, "parts")).toEqual([]);
    await kubectl("delete", "pod", "to-out", "to-up", "to-none", "--grace-period=1", "--wait=false");
  });

  it("take commands as long as a program may be told, and say of a volume that it has too many files", async () => {
    await cluster.create("long", { containers: [busybox("exec sleep 1000")] });
    await becomes("long", "{.status.phase}", "Running");
    const longest = "x".repeat(120_000);
    const { stdout } = await kubectl(
      "exec",
      "long",
      "--",
      "sh",
      "-c",
      "echo ${#0} $#",
      longest,
      ...Array<string>(600).fill("y".repeat(1000)),
    );
    expect(stdout).toBe("120000 600\n");
    const data = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${String(at)}`, "v"]));
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "many" }, data };
    expect(await cluster.kubectl.run(["create", "-f", "-"], JSON.stringify(map))).toMatchObject({ code: 0 });
    await cluster.create("full", {
      volumes: [{ name: "many", configMap: { name: "many" } }],
      containers: [busybox("exec sleep 1000", { volumeMounts: [{ name: "many", mountPath: "/many" }] })],
    });
    await expect
      .poll(async () => (await kubectl("events", "--for", "pod/full")).stdout, { timeout: 60_000 })
      .toContain('the pod\'s disk has no room for the 10000 files (each takes two) of the volume "many"');
    await kubectl("delete", "pod", "full", "long", "--grace-period=1", "--wait=false");
  });

  it("are found again by a cluster that is started anew", async () => {
    await cluster.create("found", { containers: [busybox("echo alive; exec sleep 8765")] });
    await becomes("found", "{.status.phase}", "Running");
    await cluster.kubectl.restart();
    await becomes("found", "{.status.containerStatuses[0].restartCount}", "0");
    await expect.poll(() => logs("found")).toBe("alive\n");
    await expect.poll(() => processes("sleep 8765")).toHaveLength(1);
  });
});

/** Of this machine, by their whole command line. */
function processes(commandLine: string): string[] {
  const lines = execFileSync("ps", ["-eo", "args"], { encoding: "utf8", maxBuffer: PS_BYTES }).split("\n");
  return lines.filter((line) => line.trim() === commandLine);
}
