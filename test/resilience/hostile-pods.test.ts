import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { busybox, SandboxedCluster, whyNoContainers } from "../containers/sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) process.stdout.write(`left out: hostile pods in sandboxes (${why})\n`);

const PHASE = "{.status.phase}";
const ATTACKER = "mallory";
const NEIGHBOUR = "alice";
const PRIVILEGED = { securityContext: { privileged: true } };
const LATER = { timeout: 60_000 };

describe.skipIf(why !== undefined)("of two learners, what a pod of one does stays in that pod", () => {
  let cluster: SandboxedCluster;
  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
    for (const name of [ATTACKER, NEIGHBOUR]) await cluster.kubectl.run(["create", "namespace", name]);
    await cluster.create(
      "neighbour",
      { containers: [busybox("echo secret > /tmp/secret; exec httpd -f -p 8080 -h /tmp")] },
      { namespace: NEIGHBOUR },
    );
    const phase = (): Promise<string> => cluster.read("neighbour", PHASE, NEIGHBOUR);
    await vi.waitFor(async () => expect(await phase()).toBe("Running"), 60_000);
  });
  afterAll(async () => {
    await cluster?.close();
  });

  const attack = async (name: string, command: string, more: object = {}): Promise<void> => {
    await cluster.create(
      name,
      { restartPolicy: "Never", terminationGracePeriodSeconds: 1, containers: [busybox(command, more)] },
      { namespace: ATTACKER },
    );
  };
  const ended = async (name: string): Promise<string> => {
    await expect.poll(() => cluster.read(name, PHASE, ATTACKER), LATER).toMatch(/Succeeded|Failed/);
    return (await cluster.kubectl.run(["logs", name, "-n", ATTACKER])).stdout;
  };
  const running = (name: string): Promise<void> =>
    expect.poll(() => cluster.read(name, PHASE, ATTACKER), LATER).toBe("Running");
  /** Kubectl waits until nothing of the pod is left. */
  const remove = async (name: string): Promise<void> => {
    expect((await cluster.kubectl.run(["delete", "pod", name, "-n", ATTACKER])).code).toBe(0);
  };
  const neighbourAnswers = async (): Promise<void> => {
    const command = ["exec", "neighbour", "-n", NEIGHBOUR, "--", "cat", "/tmp/secret"];
    const answer = await cluster.kubectl.run(command);
    const container = await cluster.read("neighbour", "{.status.containerStatuses[0]}", NEIGHBOUR);
    expect({ ...answer, container: JSON.parse(container) }).toMatchObject({
      code: 0,
      stdout: "secret\n",
      container: { restartCount: 0 },
    });
  };

  it("a fork bomb", async () => {
    await attack("bomb", "b() { b | b & }; b; while :; do sleep 1; done");
    await running("bomb");
    await expect
      .poll(async () => (await cluster.kubectl.run(["logs", "bomb", "-n", ATTACKER])).stdout)
      .toContain("can't fork");
    await neighbourAnswers();
    await remove("bomb");
  });

  it("a full disk", async () => {
    await attack(
      "full",
      "cat /dev/zero > /tmp/zeros; ls -l /tmp/zeros; for i in $(seq 30000); do : > /tmp/$i || break; done",
    );
    expect(await ended("full")).toContain("No space left on device");
    await neighbourAnswers();
  });

  it("too much memory", async () => {
    await attack("greedy", "x=$(yes | head -c 100000000)", { resources: { limits: { memory: "16Mi" } } });
    await ended("greedy");
    expect(
      await cluster.read("greedy", "{.status.containerStatuses[0].state.terminated.exitCode}", ATTACKER),
    ).not.toBe("0");
    await neighbourAnswers();
  });

  it("a flood of output", async () => {
    await attack("flood", "exec yes");
    await running("flood");
    await neighbourAnswers();
    // A container runs before it has written.
    const said = ["logs", "flood", "-n", ATTACKER, "--tail=3"];
    await expect.poll(async () => (await cluster.kubectl.run(said)).stdout).toBe("y\ny\ny\n");
    await remove("flood");
  });

  it("deafness to being asked to end", async () => {
    await attack(
      "deaf",
      "trap '' TERM HUP INT; (trap '' TERM HUP; setsid sleep 1000) & while :; do sleep 1; done",
    );
    await running("deaf");
    await remove("deaf");
    await neighbourAnswers();
  });

  it("writing into its own programs", async () => {
    await attack(
      "rewrites",
      "echo evil > /bin/busybox; rm -f /bin/cat; ln -s /bin/false /bin/ls; rm -rf /bin /etc; echo went on",
    );
    expect(await ended("rewrites")).toContain("can't create /bin/busybox");
    await neighbourAnswers();
  });

  it("looking for the machine, another learner and the outside", async () => {
    const server = createServer((_request, response) => response.end("the machine")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const address = await cluster.read("neighbour", "{.status.podIP}", NEIGHBOUR);
    try {
      await attack(
        "looks",
        [
          reach("127.0.0.1", port),
          reach(address, 8080),
          reach("192.0.2.1", 80),
          reach("169.254.169.254", 80),
          `cat ${import.meta.filename} && echo read the machine`,
          "mount -t tmpfs none /tmp && echo mounted",
          "unshare -r true && echo made a namespace",
          "mknod /tmp/disk b 8 0 && echo made a device",
          "chroot / true && echo changed the root",
          "ls /proc | grep -c '^[0-9]'",
          "cat /proc/sys/kernel/hostname",
          "true",
        ].join("\n"),
      );
      expect(
        (await ended("looks")).split("\n").filter((line) => /reached|read|mounted|made|changed/.test(line)),
      ).toEqual([]);
      expect(await ended("looks")).toMatch(/^looks$/m);
    } finally {
      server.close();
    }
    await neighbourAnswers();
  });

  it("links where a command is to be shown its volumes", async () => {
    const shared = mkdtempSync("/var/tmp/lectern-everybody-");
    chmodSync(shared, 0o1777);
    try {
      const links = `mv /data /elsewhere && ln -s /oldroot${shared} /data && echo linked; exec sleep 1000`;
      await cluster.create(
        "links",
        {
          terminationGracePeriodSeconds: 1,
          volumes: [{ name: "v", emptyDir: {} }],
          containers: [busybox(links, { volumeMounts: [{ name: "v", mountPath: "/data/planted" }] })],
        },
        { namespace: ATTACKER },
      );
      await expect
        .poll(async () => (await cluster.kubectl.run(["logs", "links", "-n", ATTACKER])).stdout, {
          timeout: 60_000,
        })
        .toBe("linked\n");
      const command = await cluster.kubectl.run(["exec", "links", "-n", ATTACKER, "--", "true"]);
      expect(command.stderr).toContain("Read-only file system");
      expect(readdirSync(shared)).toEqual([]);
    } finally {
      rmSync(shared, { recursive: true });
    }
    await remove("links");
    await neighbourAnswers();
  });

  it("asking for the machine itself", async () => {
    const privileged = { containers: [busybox("mount -t tmpfs none /tmp || echo refused", PRIVILEGED)] };
    const ofHost = {
      volumes: [{ name: "v", hostPath: { path: "/etc" } }],
      containers: [busybox("cat /v/shadow", { volumeMounts: [{ name: "v", mountPath: "/v" }] })],
    };
    const onHost = { hostNetwork: true, hostPID: true, containers: [busybox("ps")] };
    // As namespaces of sessions are.
    const label = "pod-security.kubernetes.io/enforce=baseline";
    await cluster.kubectl.run(["label", "namespace", ATTACKER, label]);
    const asking = async (spec: object): Promise<string> =>
      cluster.create("asks", spec, { namespace: ATTACKER }).then(
        () => "created",
        (error: unknown) => String(error),
      );
    expect(await asking(privileged)).toContain(
      'privileged (container "c" must not set securityContext.privileged=true)',
    );
    expect(await asking(ofHost)).toContain('hostPath volumes (volume "v")');
    expect(await asking(onHost)).toContain("host namespaces (hostNetwork=true, hostPID=true)");
    // Whoever administers a cluster of one's own is not refused, and gets nothing of the machine all the same.
    await cluster.create("as-root", { restartPolicy: "Never", ...privileged });
    await expect
      .poll(async () => (await cluster.kubectl.run(["logs", "as-root"])).stdout, LATER)
      .toContain("refused");
    for (const [name, spec] of Object.entries({ "of-host": ofHost, "on-host": onHost })) {
      await cluster.create(name, spec);
      await expect.poll(() => cluster.read(name, "{.status.message}"), LATER).toContain("simulated");
    }
    await neighbourAnswers();
  });

  const together = async (line: string): Promise<string[]> => {
    const names = ["one", "two", "three", "four", "five"];
    for (const name of names) await attack(name, line);
    const told =
      "{.status.containerStatuses[0].state.terminated.reason}: {.status.containerStatuses[0].state.terminated.message}";
    const ends = async (): Promise<string[]> =>
      Promise.all(names.map((name) => cluster.read(name, told, ATTACKER)));
    await expect.poll(async () => (await ends()).join("\n"), LATER).toContain("together");
    await neighbourAnswers();
    const said = await ends();
    await Promise.all(names.map(remove));
    return said.filter((each) => each !== ": ");
  };

  it("less memory in each pod than it may have, and more in all of them", async () => {
    const [said] = await together(
      "mkfifo /tmp/f; sleep 1000 </tmp/f & exec dd if=/dev/zero of=/tmp/f bs=110M count=1",
    );
    expect(said).toBe(
      `OOMKilled: all containers of the namespace ${ATTACKER} together may have 512 MiB of memory on this machine, and had them`,
    );
  });

  it("fewer processes in each pod than it may have, and more in all of them", async () => {
    const [said] = await together("for i in $(seq 120); do sleep 1000 & done; exec sleep 1000");
    expect(said).toBe(
      `Error: all containers of the namespace ${ATTACKER} together may have 512 processes and threads on this machine, and had them: further ones were refused`,
    );
  });

  it("more pods than a namespace may have", async () => {
    const names = Array.from({ length: 21 }, (_, index) => `many-${index}`);
    const items = names.map((name) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: { terminationGracePeriodSeconds: 1, containers: [busybox("exec sleep 1000")] },
    }));
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await cluster.kubectl.run(["apply", "-n", ATTACKER, "-f", "-"], list);
    const events = ["get", "events", "-n", ATTACKER, "-o", "jsonpath={.items[*].message}"];
    await expect
      .poll(async () => (await cluster.kubectl.run(events)).stdout, { timeout: 60_000 })
      .toContain(`at most 20 pods of a namespace run on this machine at once, and ${ATTACKER} has them`);
    await neighbourAnswers();
  });
});

/** A line of shell that says so where something answers there. */
function reach(host: string, port: number): string {
  return `nc -w 2 ${host} ${port} </dev/null >/dev/null 2>&1 && echo reached ${host}`;
}
