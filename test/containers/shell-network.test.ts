import { chownSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultSessionLimits } from "../../terminal/common/session-limits.js";
import { detectConfinement } from "../../terminal/node/confinement.js";
import type { Sandbox } from "../../terminal/node/sandbox/launch.js";
import { makeLearner, runConfined, type TestLearner } from "../../terminal/node/sandbox/run-confined.js";
import { Sandboxes } from "../../terminal/node/sandbox/sandboxes.js";
import { SandboxedCluster, busybox, whyNoContainers } from "./sandboxes-for-tests.js";

const confinement = detectConfinement();
const why =
  whyNoContainers() ?? (confinement.kind.endsWith("bubblewrap") ? undefined : "bubblewrap is missing");
if (why !== undefined) console.log(`skipping the networks of shells and pods: ${why}`);

/** What is asked for comes within this, on a machine that does much else. */
const PATIENCE = { timeout: 60_000, interval: 200 };
const IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.53";

describe.skipIf(why !== undefined)("the shells of two learners", () => {
  const learners: Record<string, TestLearner> = { one: makeLearner(1), two: makeLearner(2) };
  const opened = new Map<string, Sandbox>();
  let cluster: SandboxedCluster;
  let sandboxes: Sandboxes;

  const kubectl = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cluster.kubectl.run(args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  /** The page at a host and port, as the learner's bash gets it, or why there is none. */
  const page = async (name: string, host: string, port: number | string = 80): Promise<string> => {
    const line = `exec 3<>/dev/tcp/${host}/${port} && printf 'GET /hostname HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3`;
    return (await runConfined(learners[name] as TestLearner, confinement, line, opened.get(name))).output;
  };

  async function open(name: string): Promise<void> {
    const { root, account } = learners[name] as TestLearner;
    const temporaryFolder = join(root, "tmp");
    mkdirSync(temporaryFolder, { recursive: true, mode: 0o700 });
    if (account) chownSync(temporaryFolder, account.uid, account.gid);
    const session = {
      name,
      temporaryFolder,
      hostsFile: join(root, "hosts"),
      resolverFile: join(root, "resolv.conf"),
      reaches: [],
      pods: { network: name, namespace: name },
      limits: { ...defaultSessionLimits, temporaryBytes: 1024 * 1024 },
      ...(account && { account }),
    };
    opened.set(name, await sandboxes.open(session));
  }

  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
    sandboxes = await Sandboxes.start({
      owner: `pods-${process.pid}`,
      limits: defaultSessionLimits,
      confinement,
      podNetworks: cluster.socket,
      report: () => undefined,
    });
    for (const name of Object.keys(learners)) {
      await kubectl("create", "namespace", name);
      const web = { name: "web", image: IMAGE, command: ["/agnhost", "netexec", "--http-port=8080"] };
      await cluster.create(
        `web-of-${name}`,
        { containers: [web, busybox("sleep 3600")] },
        { namespace: name },
      );
      await kubectl("label", "-n", name, "pod", `web-of-${name}`, "app=web");
      await kubectl("create", "-n", name, "service", "nodeport", "web", "--tcp=80:8080");
      await open(name);
      await kubectl("wait", "-n", name, "--for=condition=Ready", "pod", "--all", "--timeout=60s");
    }
  }, 180_000);
  afterAll(async () => {
    await sandboxes?.stop();
    await cluster?.close();
    for (const { root } of Object.values(learners)) rmSync(root, { recursive: true, force: true });
  });

  it("find their own services by name, address and port of the node", async () => {
    for (const name of ["one", "two"]) {
      const service = (path: string): Promise<string> =>
        kubectl("get", "-n", name, "service", "web", "-o", `jsonpath={${path}}`);
      const [address, port] = [await service(".spec.clusterIP"), await service(".spec.ports[0].nodePort")];
      for (const host of ["web", `web.${name}`, `web.${name}.svc.cluster.local`, address])
        await expect.poll(() => page(name, host), PATIENCE).toContain(`web-of-${name}`);
      expect(await page(name, "192.0.2.1", port)).toContain(`web-of-${name}`);
    }
  });

  it("reach their pods, and these reach what the learner serves", async () => {
    const address = await cluster.read("web-of-one", "{.status.podIP}", "one");
    await expect.poll(() => page("one", address, 8080), PATIENCE).toContain("web-of-one");
    const asked = new AbortController();
    const serving = (async () => {
      const serve = "echo of one >~/page; timeout 10 busybox httpd -f -p 8123 -h ~";
      while (!asked.signal.aborted)
        await runConfined(learners["one"] as TestLearner, confinement, serve, opened.get("one"));
    })();
    const words = ["exec", "-n", "one", "web-of-one", "-c", "c", "--", "wget", "-q", "-O", "-"];
    const asking = async (): Promise<string> =>
      (await cluster.kubectl.run([...words, "http://10.244.255.254:8123/page"])).stdout;
    try {
      await expect.poll(asking, PATIENCE).toBe("of one\n");
    } finally {
      asked.abort();
      await serving;
    }
  });

  it("reach nothing of the other's", async () => {
    await expect.poll(() => page("two", "web"), PATIENCE).toContain("web-of-two");
    const pod = await cluster.read("web-of-one", "{.status.podIP}", "one");
    const service = await kubectl("get", "-n", "one", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
    const port = await kubectl(
      "get",
      "-n",
      "one",
      "service",
      "web",
      "-o",
      "jsonpath={.spec.ports[0].nodePort}",
    );
    expect(await page("two", pod, 8080)).toMatch(/unreachable|No route/);
    expect(await page("two", service)).toContain("refused");
    expect(await page("two", "192.0.2.1", port)).toContain("refused");
    expect(await page("two", "web.one.svc.cluster.local")).toMatch(/not known|resolution/);
  });

  it("are connected again when what runs pods was killed", async () => {
    await cluster.killProcess();
    for (const name of ["one", "two"])
      await expect.poll(() => page(name, "web"), PATIENCE).toContain(`web-of-${name}`);
  });

  it("are found by the next session of that name", async () => {
    await sandboxes.close("one");
    await open("one");
    await expect.poll(() => page("one", "web"), PATIENCE).toContain("web-of-one");
  });
});
