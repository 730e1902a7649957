import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { SandboxedCluster, busybox, whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) console.log(`skipping Ingress objects: ${why}`);

/** What is asked for comes within this, on a machine that does much else. */
const PATIENCE = { timeout: 60_000, interval: 200 };
const NODE = "192.0.2.1";
/** Takes every upgrade and says back what is said. */
const ECHO =
  "while true; do nc -l -p 8080 -e sh -c 'read request; while read line; do [ ${#line} -le 1 ] && break; done; printf \"HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n\"; cat'; done";

describe.skipIf(why !== undefined)("Ingress objects of two learners", () => {
  let cluster: SandboxedCluster;
  const kubectl = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cluster.kubectl.run(args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const apply = async (
    namespace: string,
    name: string,
    spec: object,
    metadata: object = {},
  ): Promise<void> => {
    const manifest = {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name, namespace, ...metadata },
      spec,
    };
    const { code, stderr } = await cluster.kubectl.run(["apply", "-f", "-"], stringify(manifest));
    if (code !== 0) throw new Error(stderr);
  };
  /** The answer to a request from a pod of the learner's, with its status line. */
  const get = async (namespace: string, host: string, path: string): Promise<string> => {
    const request = `GET ${path} HTTP/1.0\\r\\nHost: ${host}\\r\\n\\r\\n`;
    return send(namespace, `printf '${request}' | timeout 20 nc ${NODE} 80`);
  };
  const send = async (namespace: string, line: string): Promise<string> => {
    const { stdout, stderr } = await cluster.kubectl.run([
      "exec",
      "-n",
      namespace,
      "client",
      "--",
      "sh",
      "-c",
      `${line} 2>&1`,
    ]);
    return stdout + stderr;
  };
  const status = (namespace: string, name: string): Promise<string> =>
    kubectl(
      "get",
      "-n",
      namespace,
      "ingress",
      name,
      "-o",
      "jsonpath={.spec.ingressClassName} {.status.loadBalancer.ingress[*].ip}",
    );

  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
    for (const namespace of ["one", "two"]) {
      await kubectl("create", "namespace", namespace);
      const client = { containers: [busybox("trap exit TERM; sleep 3600 & wait")] };
      await cluster.create("client", client, { namespace });
    }
    for (const name of ["shop", "blog"]) {
      const echo = { containers: [{ name, image: "hashicorp/http-echo:1.0", args: [`-text=${name}`] }] };
      await cluster.create(name, echo, { namespace: "one" });
      await kubectl("label", "-n", "one", "pod", name, `app=${name}`);
      await kubectl("create", "-n", "one", "service", "clusterip", name, "--tcp=80:5678");
    }
    const agnhost = "registry.k8s.io/e2e-test-images/agnhost:2.53";
    const app = { name: "app", image: agnhost, command: ["/agnhost", "netexec", "--http-port=8080"] };
    await cluster.create("app", { containers: [app] }, { namespace: "one" });
    await cluster.create("echo", { containers: [busybox(ECHO)] }, { namespace: "one" });
    for (const name of ["app", "echo"]) {
      await kubectl("label", "-n", "one", "pod", name, `app=${name}`);
      await kubectl("create", "-n", "one", "service", "clusterip", name, "--tcp=80:8080");
    }
    await kubectl("create", "-n", "one", "service", "clusterip", "nobody", "--tcp=80:80");
    for (const namespace of ["one", "two"])
      await kubectl("wait", "-n", namespace, "--for=condition=Ready", "pod", "--all", "--timeout=60s");
    await apply("one", "site", {
      defaultBackend: to("blog"),
      rules: [
        rule("shop.example", ["/", "Prefix", "shop"], ["/exact", "Exact", "blog"]),
        rule("app.example", ["/", "ImplementationSpecific", "app"]),
        rule("gone.example", ["/nobody", "Prefix", "nobody"], ["/missing", "Prefix", "missing"]),
        rule("echo.example", ["/", "Prefix", "echo"]),
      ],
    });
  }, 180_000);
  afterAll(() => cluster?.close());

  it("get the class of ours and an address, and are answered by host and path", async () => {
    await expect.poll(() => status("one", "site"), PATIENCE).toBe(`nginx ${NODE}`);
    await expect
      .poll(() => get("one", "shop.example", "/a?b=c"), PATIENCE)
      .toMatch(/^HTTP\/1.1 200 .*\nshop\n$/s);
    expect(await get("one", "SHOP.example:80", "/exact")).toMatch(/\nblog\n$/);
    expect(await get("one", "shop.example", "/exact/more")).toMatch(/\nshop\n$/);
    expect(await get("one", "elsewhere.example", "/")).toMatch(/\nblog\n$/);
  });

  it("are found by the hosts of their rules, and tell pods whom they were asked for", async () => {
    await expect
      .poll(() => send("one", "wget -q -O - http://app.example/header?key=X-Forwarded-Host"), PATIENCE)
      .toContain("app.example");
    const own = await cluster.read("client", "{.status.podIP}", "one");
    expect(await send("one", "wget -q -O - 'http://app.example/header?key=X-Forwarded-For'")).toContain(own);
  });

  it("answer 503 with the reason where nothing is behind a rule", async () => {
    const missing = await get("one", "gone.example", "/missing");
    expect(missing).toMatch(/^HTTP\/1.1 503 /);
    expect(missing).toContain("leads to the Service missing, which does not exist");
    expect(await get("one", "gone.example", "/nobody")).toContain("Service nobody, of which no pod is ready");
  });

  it("join an upgrade to the pod", async () => {
    const request =
      "GET / HTTP/1.1\\r\\nHost: echo.example\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n";
    const line = `(printf '${request}'; sleep 1; echo a word; sleep 1) | timeout 20 nc ${NODE} 80`;
    await expect.poll(() => send("one", line), PATIENCE).toMatch(/^HTTP\/1.1 101 .*\na word\n$/s);
  });

  it("of another class are left alone, and of none of the other learner's anything is seen", async () => {
    await apply("two", "other", { ingressClassName: "traefik", defaultBackend: to("shop") });
    await apply("two", "mine", { rules: [rule("shop.example", ["/mine", "Exact", "nothing"])] });
    await expect.poll(() => status("two", "mine"), PATIENCE).toBe(`nginx ${NODE}`);
    expect(await status("two", "other")).toBe("traefik ");
    await expect.poll(() => get("two", "shop.example", "/mine"), PATIENCE).toContain("503");
    const answer = await get("two", "shop.example", "/");
    expect(answer).toMatch(/^HTTP\/1.1 404 /);
    expect(answer).toContain("There are rules for: shop.example Exact /mine.");
    expect(await get("two", "app.example", "/")).toMatch(/^HTTP\/1.1 404 /);
    await kubectl("delete", "-n", "two", "ingress", "mine");
    await expect.poll(() => get("two", "shop.example", "/mine"), PATIENCE).toMatch(/refused/);
  });

  it("say what of them is not honoured", async () => {
    const annotations = {
      "nginx.ingress.kubernetes.io/rewrite-target": "/hostname",
      "nginx.ingress.kubernetes.io/auth-type": "basic",
    };
    const spec = {
      tls: [{ hosts: ["all.example"], secretName: "tls" }],
      rules: [rule("all.example", ["/x", "Prefix", "app"])],
    };
    await apply("one", "annotated", spec, { annotations });
    await expect.poll(() => get("one", "all.example", "/x/y"), PATIENCE).toMatch(/\napp$/);
    await expect
      .poll(() => kubectl("get", "-n", "one", "events", "-o", "jsonpath={.items[*].message}"), PATIENCE)
      .toContain("does nothing for the annotation nginx.ingress.kubernetes.io/auth-type, spec.tls");
  });

  it("follow their pods, and a class that goes", async () => {
    await kubectl("delete", "-n", "one", "pod", "blog", "--grace-period=1");
    await expect.poll(() => get("one", "elsewhere.example", "/"), PATIENCE).toContain("no pod is ready");
    await cluster.killProcess();
    await expect.poll(() => get("one", "app.example", "/hostname"), PATIENCE).toMatch(/\napp$/);
    await kubectl("delete", "ingressclass", "nginx");
    await expect.poll(() => status("one", "site"), PATIENCE).toBe("nginx ");
    await expect.poll(() => get("one", "app.example", "/"), PATIENCE).toMatch(/refused/);
  });
});

function to(name: string): object {
  return { service: { name, port: { number: 80 } } };
}

function rule(host: string, ...paths: [path: string, pathType: string, service: string][]): object {
  return {
    host,
    http: { paths: paths.map(([path, pathType, service]) => ({ path, pathType, backend: to(service) })) },
  };
}
