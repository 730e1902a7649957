import { createServer, type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SandboxedCluster, busybox, whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) console.log(`skipping the networks of pods: ${why}`);

/** Everything that is asked for comes within this, on a machine that does much else. */
const PATIENCE = { timeout: 60_000, interval: 200 };

describe.skipIf(why !== undefined)("pods that are connected", () => {
  let cluster: SandboxedCluster;
  const kubectl = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cluster.kubectl.run(args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  /** What a line of shell says in the pod, with its status last. */
  const say = async (pod: string, line: string, namespace = "default"): Promise<string> => {
    const command = ["exec", "-n", namespace, pod, "--", "sh", "-c", `${line} 2>&1; echo "status $?"`];
    const { code, stdout, stderr } = await cluster.kubectl.run(command);
    // The line's own status is said above: this one tells of a command that could not be run, or not be read to its end.
    return code === 0 ? stdout : `${stdout}kubectl ended with ${code}: ${stderr}`;
  };
  const page = (pod: string, url: string, namespace?: string): Promise<string> =>
    say(pod, `wget -q -O - ${url}`, namespace);

  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
    await kubectl("create", "namespace", "other");
    const image = "registry.k8s.io/e2e-test-images/agnhost:2.53";
    await kubectl(
      "create",
      "deployment",
      "web",
      `--image=${image}`,
      "--replicas=2",
      "--",
      "/agnhost",
      "netexec",
      "--http-port=8080",
    );
    await kubectl("expose", "deployment", "web", "--port=80", "--target-port=8080");
    await kubectl(
      "expose",
      "deployment",
      "web",
      "--name=outer",
      "--port=80",
      "--target-port=8080",
      "--type=NodePort",
    );
    await kubectl("expose", "deployment", "web", "--name=bare", "--port=8080", "--cluster-ip=None");
    await kubectl("create", "service", "clusterip", "nobody", "--tcp=80:80");
    await kubectl(
      "create",
      "service",
      "externalname",
      "elsewhere",
      "--external-name=web.default.svc.cluster.local",
    );
    for (const namespace of ["default", "other"])
      await cluster.create(
        "client",
        { containers: [busybox("trap exit TERM; sleep 3600 & wait")] },
        { namespace },
      );
    await kubectl("wait", "--for=condition=Ready", "pod", "--all", "--timeout=60s");
    await kubectl("wait", "-n", "other", "--for=condition=Ready", "pod", "--all", "--timeout=60s");
  }, 180_000);
  afterAll(() => cluster?.close());

  it("find a service by each of its names, and by its address", async () => {
    const address = await kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
    for (const host of ["web", "web.default", "web.default.svc", "web.default.svc.cluster.local", address])
      await expect
        .poll(() => page("client", `http://${host}/hostname`), PATIENCE)
        .toMatch(/^web-.*status 0\n$/s);
    expect(await say("client", "nslookup web.default.svc.cluster.local")).toContain(`Address: ${address}`);
    expect(await say("client", "nslookup nothing.default.svc.cluster.local")).toContain("NXDOMAIN");
  });

  it("have the file of a kubelet for names", async () => {
    expect(await say("client", "cat /etc/resolv.conf")).toBe(
      "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\nstatus 0\n",
    );
  });

  it("are led to the pods behind a service in turn", async () => {
    await expect.poll(() => page("client", "http://web/hostname"), PATIENCE).toContain("status 0");
    const pods = (await kubectl("get", "pods", "-l", "app=web", "-o", "name")).trim().split("\n");
    await expect
      .poll(
        async () =>
          new Set([await page("client", "http://web/hostname"), await page("client", "http://web/hostname")])
            .size,
        PATIENCE,
      )
      .toBe(pods.length);
  });

  it("are refused at once by a service with nobody behind it", async () => {
    expect(await page("client", "http://nobody/")).toContain("Connection refused");
  });

  it("see the addresses of pods behind a service without an address of its own", async () => {
    const addresses = (
      await kubectl("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].status.podIP}")
    ).split(" ");
    await expect
      .poll(
        async () =>
          (await say("client", "nslookup bare.default.svc.cluster.local"))
            .match(/10\.244\.\d+\.\d+/g)
            ?.toSorted(),
        PATIENCE,
      )
      .toEqual(addresses.toSorted());
    expect(await page("client", "http://bare:8080/hostname")).toContain("status 0");
  });

  it("reach a service by the port of the node, and by another name", async () => {
    const port = await kubectl("get", "service", "outer", "-o", "jsonpath={.spec.ports[0].nodePort}");
    const node = await kubectl("get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}");
    await expect
      .poll(() => page("client", `http://${node}:${port}/hostname`), PATIENCE)
      .toContain("status 0");
    expect(await page("client", "http://elsewhere/hostname")).toContain("status 0");
  });

  it("reach each other by address, and see who comes", async () => {
    const [address] = (
      await kubectl("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].status.podIP}")
    ).split(" ");
    const own = await cluster.read("client", "{.status.podIP}");
    expect(await page("client", `http://${address}:8080/clientip`)).toContain(own);
    expect(await say("client", "ip -o -4 addr show dev eth0")).toContain(own);
  });

  it("reach nothing of another namespace, of this machine, or outside", async () => {
    await expect.poll(() => page("client", "http://web/hostname"), PATIENCE).toContain("status 0");
    const server = createServer((socket) => socket.end("HTTP/1.0 200 OK\r\n\r\nthe machine's"));
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    const { port } = server.address() as AddressInfo;
    const own = Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).filter(({ family }) => family === "IPv4"),
    );
    const service = await kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
    const outer = await kubectl("get", "service", "outer", "-o", "jsonpath={.spec.ports[0].nodePort}");
    const [pod] = (
      await kubectl("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].status.podIP}")
    ).split(" ");
    try {
      const targets = [
        ...own.map(({ address }) => `${address}:${port}`),
        `${service}:80`,
        `${pod}:8080`,
        `192.0.2.1:${outer}`,
        "10.244.0.1:80",
        "web.default.svc.cluster.local",
        "169.254.169.254",
        "203.0.113.7",
      ];
      for (const target of targets) {
        const said = await say("client", `timeout 20 wget -q -O - http://${target}/`, "other");
        expect(said, target).toMatch(/refused|unreachable|bad address/);
        expect(said, target).not.toContain("status 0");
      }
    } finally {
      server.close();
    }
  });

  it("follow a service whose pods change", async () => {
    await kubectl("scale", "deployment", "web", "--replicas=0");
    await expect.poll(() => page("client", "http://web/hostname"), PATIENCE).toContain("Connection refused");
    await kubectl("scale", "deployment", "web", "--replicas=1");
    await expect.poll(() => page("client", "http://web/hostname"), PATIENCE).toMatch(/^web-.*status 0\n$/s);
  });

  it("are connected again when what ran them was killed", async () => {
    await cluster.killProcess();
    await expect.poll(() => page("client", "http://web/hostname"), PATIENCE).toMatch(/^web-.*status 0\n$/s);
  });
});
