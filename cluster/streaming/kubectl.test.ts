import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { open } from "../https-for-tests.js";
import { MAX_STREAMS_PER_USER } from "./pod-streams.js";
import { ProcessRuntime } from "../containers/processes-for-tests.js";
import type { CommandResult, KubectlFixture } from "../kubectl-for-tests.js";
import { findKubectl, startKubectlFixture } from "../kubectl-for-tests.js";

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: shell, labels: {app: shell}}
spec:
  containers:
    - {name: main, image: "busybox:1.36", command: [sh, -c, "echo first; echo second; exec sleep 1000"]}
    - {name: side, image: "busybox:1.36", command: [sh, -c, "echo beside; exec sleep 1000"]}
`;
const OTHERS = `
apiVersion: v1
kind: Pod
metadata: {name: drawn, labels: {app: drawn}}
spec: {containers: [{name: web, image: "registry.example/unknown:1"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: missing}
spec: {containers: [{name: web, image: "busybox:missing"}]}
`;
/** More than a connection, a pipe and a message hold at once. */
const LARGE = Buffer.alloc(3_000_000, "0123456789abcdef\n");
/** Of them: many times what they hold when nobody reads. */
const MANY = 20;
/** Looks at a number that must be the same, for it to count as one that stays. */
const SAME_LOOKS = 8;

// Up to 1.30 it speaks SPDY, from 1.31 on WebSockets with SPDY tunnelled for ports.
describe.each(["1.29", "1.33"])("streams of pods by kubectl %s", (version) => {
  const kubectl = findKubectl(version);
  if (kubectl === undefined)
    process.stdout.write(`skipping kubectl ${version}: it is not beside the one on PATH\n`);
  const runtime = new ProcessRuntime();
  const folder = mkdtempSync(join(tmpdir(), "lectern-streams-"));
  let fixture: KubectlFixture;
  let echo: Server;

  const run = (line: string, input?: string): Promise<CommandResult> => fixture.run(line.split(" "), input);

  beforeAll(async () => {
    if (kubectl === undefined) return;
    fixture = await startKubectlFixture(kubectl, { containerRuntime: runtime });
    echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
    await once(echo, "listening");
    await run("apply -f -", POD);
    await run("apply -f -", OTHERS);
    const ready = await run("wait --for=condition=Ready pod/shell --timeout=60s");
    expect(ready.stderr).toBe("");
  });
  afterAll(async () => {
    await fixture?.close();
    echo?.close();
    runtime.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.skipIf(kubectl === undefined)("shows logs", async () => {
    // A container is ready before it has written.
    const logsOf = async (name: string): Promise<string> => (await run(`logs shell -c ${name}`)).stdout;
    await expect.poll(() => logsOf("main")).toBe("first\nsecond\n");
    await expect.poll(() => logsOf("side")).toBe("beside\n");
    // In no order of kubectl's.
    const all = (await run("logs shell --all-containers --tail=1")).stdout.trim().split("\n");
    expect(all.toSorted()).toEqual(["beside", "second"]);
    expect((await run("logs shell -c main --timestamps")).stdout).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z first\n/,
    );
    expect((await run("logs shell -c main --limit-bytes=3")).stdout).toBe("fir");
    expect((await run("logs -l app=shell -c side")).stdout).toBe("beside\n");
    expect((await run("logs shell -c main -p")).stderr).toContain('previous terminated container "main"');
    expect((await run("logs shell -c other")).stderr).toContain("container other is not valid for pod shell");
    expect((await run("logs missing")).stderr).toContain(
      "waiting to start: trying and failing to pull image",
    );
    expect((await run("logs drawn")).stderr).toContain(
      'pod "drawn" is simulated, so there are no logs: its image',
    );
  });

  it.skipIf(kubectl === undefined)("runs commands with their streams and status", async () => {
    const failed = await fixture.run([
      "exec",
      "shell",
      "-c",
      "main",
      "--",
      "sh",
      "-c",
      "echo out; echo no >&2; exit 3",
    ]);
    expect(failed).toMatchObject({ code: 3, stdout: "out\n" });
    expect(failed.stderr).toBe("no\ncommand terminated with exit code 3\n");
    const text = LARGE.toString();
    expect((await run("exec -i shell -c main -- cat", text)).stdout.slice(0, 1_000_000)).toBe(
      text.slice(0, 1_000_000),
    );
    expect((await run("exec shell -c main -- no-such-program")).code).toBe(1);
    expect((await run("exec missing -- true")).stderr).toContain('container not found ("web")');
    expect((await run("exec drawn -- true")).stderr).toContain(
      'pod "drawn" is simulated, so no command can be run in it: its image',
    );
  });

  it.skipIf(kubectl === undefined)("says that somebody has too much open", async () => {
    await run("create rolebinding busy --clusterrole=edit --user=busy");
    const follow = {
      path: "/api/v1/namespaces/default/pods/shell/log?container=main&follow=true",
      headers: { "impersonate-user": "busy" },
    };
    const followed = await Promise.all(
      Array.from({ length: MAX_STREAMS_PER_USER }, () => open(fixture.cluster, follow)),
    );
    const commands = ["logs shell -c main", "exec shell -c main -- true", "port-forward pod/shell :80"];
    const asked = await Promise.all(commands.map((command) => run(`--as=busy ${command}`)));
    for (const { code, stderr } of asked)
      expect([code, stderr]).toEqual([1, expect.stringContaining("too many logs, commands")]);
    expect((await run("exec shell -c main -- true")).code).toBe(0);
    for (const each of followed) each.destroy();
    await expect.poll(async () => (await run("exec shell -c main --as=busy -- true")).stderr).toBe("");
  });

  it.skipIf(kubectl === undefined)("copies files both ways", async () => {
    const [source, target, back] = ["source", "target", "back"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(source, LARGE);
    expect((await run(`cp ${source} shell:${target} -c main`)).stderr).toBe("");
    expect(readFileSync(target).equals(LARGE)).toBe(true);
    expect((await run(`cp shell:${target} ${back} -c main`)).code).toBe(0);
    expect(readFileSync(back).equals(LARGE)).toBe(true);
  });

  it.skipIf(kubectl === undefined)("forwards ports", async () => {
    const { port } = echo.address() as AddressInfo;
    const forward = fixture.start(["port-forward", "pod/shell", `:${port}`]);
    const [line] = (await once(forward.stdout, "data")) as [Buffer];
    const local = Number(/127\.0\.0\.1:(\d+)/.exec(line.toString())?.[1]);
    const answers = await Promise.all(
      [LARGE, Buffer.from("small")].map((bytes) => sendThrough(local, bytes)),
    );
    expect(answers.map((answer) => answer.length)).toEqual([LARGE.length, 5]);
    expect(answers[0]?.equals(LARGE)).toBe(true);
    forward.kill();
    await once(forward, "close");
  });

  it.skipIf(kubectl === undefined)("ends a command whose client goes", async () => {
    const command = ["exec", "shell", "-c", "main", "--", "sh", "-c", "echo $$; exec sleep 1000"];
    const client = fixture.start(command);
    const [line] = (await once(client.stdout, "data")) as [Buffer];
    client.kill("SIGKILL");
    await expect.poll(() => existsSync(`/proc/${Number(line)}`)).toBe(false);
  });

  it.skipIf(kubectl === undefined)("ends a command whose client goes while its input waits", async () => {
    const command = ["exec", "-i", "shell", "-c", "main", "--", "sh", "-c", "echo $$; exec sleep 1000"];
    const client = fixture.start(command);
    client.stdin.on("error", () => undefined);
    const [line] = (await once(client.stdout, "data")) as [Buffer];
    for (let sent = 0; sent < MANY; sent += 1) client.stdin.write(LARGE);
    await stalled(client);
    client.kill("SIGKILL");
    await expect.poll(() => existsSync(`/proc/${Number(line)}`)).toBe(false);
  });

  it.skipIf(kubectl === undefined)("goes on with input that has waited for its command", async () => {
    const command = ["exec", "-i", "shell", "-c", "main", "--", "sh", "-c", "sleep 3; wc -c"];
    const input = Buffer.concat(Array.from({ length: 5 }, () => LARGE)).toString();
    expect(await fixture.run(command, input)).toEqual({ code: 0, stdout: `${input.length}\n`, stderr: "" });
  });

  it.skipIf(kubectl === undefined)(
    "lets go of a port whose client goes while the program does not read",
    async () => {
      const programs: Socket[] = [];
      const program = createServer({ pauseOnConnect: true }, (socket) => programs.push(socket));
      program.listen(0, "127.0.0.1");
      await once(program, "listening");
      const { port } = program.address() as AddressInfo;
      const forward = fixture.start(["port-forward", "pod/shell", `:${port}`]);
      const [line] = (await once(forward.stdout, "data")) as [Buffer];
      const local = connect(Number(/127\.0\.0\.1:(\d+)/.exec(line.toString())?.[1]), "127.0.0.1");
      local.on("error", () => local.destroy());
      for (let sent = 0; sent < MANY; sent += 1) local.write(LARGE);
      await stalled(forward);
      const [socket] = programs as [Socket];
      socket.on("error", () => socket.destroy());
      forward.kill("SIGKILL");
      // It does not read, and so hears of it only when it writes.
      const isGone = (): boolean => {
        if (!socket.destroyed) socket.write("more");
        return socket.destroyed;
      };
      await expect.poll(isGone).toBe(true);
      local.destroy();
      program.close();
    },
  );
});

/** Resolves when kubectl has begun to read its input and reads no more, since what is behind it is full. */
async function stalled(kubectl: ChildProcess): Promise<void> {
  let [last, same] = [0, 0];
  const look = (): boolean => {
    const io = readFileSync(`/proc/${kubectl.pid}/io`, "utf8");
    const now = Number(/^rchar: (\d+)/.exec(io)?.[1]);
    same = now === last && now > LARGE.length ? same + 1 : 0;
    last = now;
    return same >= SAME_LOOKS;
  };
  await expect.poll(look, { timeout: 60_000 }).toBe(true);
}

async function sendThrough(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.end(bytes);
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
