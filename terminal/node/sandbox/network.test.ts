import { once } from "node:events";
import { mkdirSync, rmSync, chownSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NetworkTarget } from "../../common/network-target.js";
import { defaultSessionLimits } from "../../common/session-limits.js";
import { detectConfinement } from "../confinement.js";
import type { Sandbox } from "./launch.js";
import { makeLearner, runConfined, type Said, type TestLearner } from "./run-confined.js";
import { Sandboxes } from "./sandboxes.js";

const confinement = detectConfinement();
const isBoxed = confinement.kind.endsWith("bubblewrap");
if (!isBoxed) console.log("skipping the networks of sessions: bubblewrap is missing");

describe.skipIf(!isBoxed)("the networks of two sessions", () => {
  const limits = { ...defaultSessionLimits, temporaryBytes: 1024 * 1024 };
  const learners = { one: makeLearner(1), two: makeLearner(2) };
  const said: string[] = [];
  const opened = new Map<string, Sandbox>();
  let sandboxes: Sandboxes;
  let api: Server;
  let operators: Server;

  beforeAll(async () => {
    api = await serve("the API");
    operators = await serve("the operator's");
    sandboxes = await Sandboxes.start({
      owner: `test-${process.pid}`,
      limits,
      confinement,
      report: (line) => said.push(line),
    });
    await open("one", oneReaches());
    await open("two", [platform("localhost")]);
  });
  afterAll(async () => {
    await sandboxes.stop();
    api.close();
    operators.close();
    for (const { root } of Object.values(learners)) rmSync(root, { recursive: true, force: true });
  });

  async function open(name: "one" | "two", targets: NetworkTarget[]): Promise<void> {
    const { root, account } = learners[name];
    const temporaryFolder = join(root, "tmp");
    mkdirSync(temporaryFolder, { recursive: true, mode: 0o700 });
    if (account) chownSync(temporaryFolder, account.uid, account.gid);
    const session = {
      name,
      temporaryFolder,
      hostsFile: join(root, "hosts"),
      resolverFile: join(root, "resolv.conf"),
      reaches: targets,
      limits,
      ...(account && { account }),
    };
    opened.set(name, await sandboxes.open(session));
  }

  const platform = (host: string): NetworkTarget => ({ host, port: portOf(api), of: "platform" });
  const oneReaches = (): NetworkTarget[] => [
    platform("127.0.0.1"),
    { host: "api.test", port: portOf(api), of: "lab" },
  ];
  const run = (name: "one" | "two", line: string): Promise<Said> =>
    runConfined(learners[name], confinement, line, opened.get(name));

  it("reach the Kubernetes API at the address it has", async () => {
    expect((await run("one", ask(`127.0.0.1:${portOf(api)}`))).output).toBe("the API\n");
    expect((await run("two", ask(`localhost:${portOf(api)}`))).output).toBe("the API\n");
  });

  it("reach no port of the operator's, of the machine's addresses, or of a metadata service", async () => {
    for (const address of [`127.0.0.1:${portOf(operators)}`, `[::1]:${portOf(operators)}`])
      expect((await run("one", ask(address))).status, address).not.toBe(0);
    const others = await run("one", `cat /proc/net/dev | wc -l; ${ask("169.254.169.254:80")}`);
    // Two lines of headings, and `lo`.
    expect(others.output).toMatch(/^3\n[^]*unreachable/);
  });

  it("refuse a name of a lab that leads to this machine", async () => {
    expect((await run("one", "getent hosts api.test")).output).toMatch(/^127\.1\.0\.1\s+api\.test/);
    expect((await run("one", ask(`api.test:${portOf(api)}`))).output).not.toContain("the API");
  });

  it("refuse a lab this machine's own addresses, however they are written", async () => {
    const hosts = ["0:0:0:0:0:0:0:1", "0::1", "0:0:0:0:0:ffff:7f00:1"];
    const everywhere = createServer((socket) => socket.end("the operator's\n")).listen(0, "::");
    await once(everywhere, "listening");
    const targets = hosts.map((host) => ({ host, port: portOf(everywhere), of: "lab" as const }));
    try {
      for (const target of targets) {
        await sandboxes.reach("one", [target]);
        const { output } = await run("one", `timeout 5 cat </dev/tcp/${target.host}/${target.port}`);
        expect(output, target.host).not.toContain("operator");
      }
    } finally {
      await sandboxes.reach("one", oneReaches());
      everywhere.close();
    }
  });

  it("share a port between the programs of one session and with no other", async () => {
    const port = 18_080;
    const serving = run(
      "one",
      `perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1", LocalPort => ${port}) or die; for (1) { my $c = $s->accept; print $c "of one\\n"; close $c }'`,
    );
    const patiently = `for i in {1..50}; do { ${ask(`127.0.0.1:${port}`)}; } 2>/dev/null && exit; sleep 0.1; done; exit 1`;
    expect((await run("one", patiently)).output).toBe("of one\n");
    expect((await run("two", ask(`127.0.0.1:${port}`))).status).not.toBe(0);
    expect((await serving).status).toBe(0);
  });

  it("hold the session's temporary files to their size, and keep them for its other programs", async () => {
    await run("one", "echo kept > /tmp/file");
    expect((await run("one", "cat /tmp/file; stat -fc %T /tmp")).output).toBe("kept\ntmpfs\n");
    expect((await run("two", "cat /tmp/file")).status).toBe(1);
    const full = await run("one", "head -c 2000000 /dev/zero > /tmp/large; ls -s --block-size=1 /tmp/large");
    expect(full.output).toMatch(/^10\d{5} [^]*No space left on device/);
  });

  it("reach another address of the API once they are told, also from programs that run", async () => {
    const moved = await serve("the API, moved");
    const waiting = run(
      "two",
      `sleep 0.3; ${ask(`localhost:${portOf(moved)}`)}; ${ask(`localhost:${portOf(api)}`)}`,
    );
    await sandboxes.reach("two", [{ host: "localhost", port: portOf(moved), of: "platform" }]);
    expect((await waiting).output).toMatch(/^the API, moved\n[^]*Connection refused/);
    await sandboxes.reach("two", [platform("localhost")]);
    expect((await run("two", ask(`localhost:${portOf(api)}`))).output).toBe("the API\n");
    moved.close();
  });

  it("reach the API again after the agent that joins them was killed", async (context) => {
    if (process.getuid?.() !== 0)
      return context.skip("only root may enter the networks of an agent that has ended");
    const agent = /^(\d+) .*sandbox\/agent\.js/m.exec(await childrenOf(process.pid));
    process.kill(Number(agent?.[1]), "SIGKILL");
    await expect.poll(() => said.join("\n")).toContain("is back with 2 sessions");
    expect((await run("two", ask(`127.0.0.1:${portOf(api)}`))).output).toBe("the API\n");
    expect((await run("one", "cat /tmp/file")).output).toBe("kept\n");
  });

  it("are open in milliseconds", async () => {
    const since = performance.now();
    const learner: TestLearner = makeLearner(3);
    for (let round = 0; round < 20; round += 1) {
      const session = {
        name: `many-${round}`,
        temporaryFolder: join(learner.root, "home"),
        hostsFile: join(learner.root, "hosts"),
        resolverFile: join(learner.root, "resolv.conf"),
        reaches: [platform("127.0.0.1")],
        limits,
      };
      await sandboxes.open(session);
    }
    console.log(`a sandbox takes ${((performance.now() - since) / 20).toFixed(1)} ms`);
    for (let round = 0; round < 20; round += 1) await sandboxes.close(`many-${round}`);
    rmSync(learner.root, { recursive: true });
  });
});

/** What the address says, in bash. */
function ask(address: string): string {
  return `timeout 5 cat </dev/tcp/${address.replace(":", "/")}`;
}

async function serve(text: string): Promise<Server> {
  const server = createServer((socket) => socket.end(`${text}\n`));
  server.listen(0, "localhost");
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function childrenOf(pid: number): Promise<string> {
  const { execFileSync } = await import("node:child_process");
  return execFileSync("ps", ["--ppid", String(pid), "-o", "pid=,args="], { encoding: "utf8" }).replaceAll(
    /^ +/gm,
    "",
  );
}
