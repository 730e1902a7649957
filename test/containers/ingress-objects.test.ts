import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { issueAuthority, issueServing } from "../../cluster/certificates/issue-certificate.js";
import type { Certificate } from "../../cluster/containers/container-runtime.js";
import { SandboxedCluster, busybox, whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) console.log(`skipping Ingress objects: ${why}`);

/** What is asked for comes within this, on a machine that does much else. */
const PATIENCE = { timeout: 60_000, interval: 200 };
const NODE = "192.0.2.1";
/** Of a pod that leads to where Ingresses answer over TLS. */
const RELAY_PORT = 9443;
const ANSWER_MS = 20_000;
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
  /** What has been told of objects of the namespace. */
  const told = (namespace: string): Promise<string> =>
    kubectl("get", "-n", namespace, "events", "-o", "jsonpath={.items[*].message}");
  const secret = async (name: string, { certificate, key }: Certificate): Promise<void> => {
    const stringData = { "tls.crt": certificate, "tls.key": key };
    const metadata = { name, namespace: "one" };
    const manifest = { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", metadata, stringData };
    const { code, stderr } = await cluster.kubectl.run(["apply", "-f", "-"], stringify(manifest));
    if (code !== 0) throw new Error(stderr);
  };
  /** Whose certificate is shown for the host, and the body of the answer to a request over TLS from the network of the pods. */
  const overTls = async (host: string, path: string): Promise<[name: string, body: string]> => {
    const uid = await cluster.read("relay", "{.metadata.uid}", "one");
    const socket = await cluster.runtime.dial(uid, RELAY_PORT);
    const secured = connectTls({ socket, servername: host, rejectUnauthorized: false });
    secured.setTimeout(ANSWER_MS, () => secured.destroy(new Error("no answer came")));
    await once(secured, "secureConnect");
    const { subject } = secured.getPeerCertificate();
    secured.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    let answer = "";
    for await (const bytes of secured) answer += String(bytes);
    return [String(subject?.CN), answer.slice(answer.indexOf("\r\n\r\n") + 4)];
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
    const relay = busybox(`exec nc -ll -p ${String(RELAY_PORT)} -e nc ${NODE} 443`);
    await cluster.create("relay", { containers: [relay] }, { namespace: "one" });
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
    await apply(
      "one",
      "annotated",
      { rules: [rule("all.example", ["/x", "Prefix", "app"])] },
      { annotations },
    );
    await expect.poll(() => get("one", "all.example", "/x/y"), PATIENCE).toMatch(/\napp$/);
    await expect
      .poll(() => told("one"), PATIENCE)
      .toContain("does nothing for the annotation nginx.ingress.kubernetes.io/auth-type");
    await expect
      .poll(() => told("two"), PATIENCE)
      .toContain('Nobody serves it: there is no IngressClass "traefik"; there is nginx');
  });

  it("are served over TLS with the certificate of their Secret, or one that nobody trusts", async () => {
    await secret("safe-tls", certificateFor("safe.example"));
    const tls = [
      { hosts: ["safe.example"], secretName: "safe-tls" },
      { hosts: ["other.example"], secretName: "safe-tls" },
      { hosts: ["late.example"], secretName: "late-tls" },
    ];
    const hosts = ["safe.example", "other.example", "late.example"];
    await apply("one", "safe", { tls, rules: hosts.map((host) => rule(host, ["/", "Prefix", "app"])) });
    const header = "/header?key=X-Forwarded-Proto";
    await expect.poll(() => overTls("safe.example", header), PATIENCE).toEqual(["safe.example", "https"]);
    const nobody = "Kubernetes Ingress Controller Fake Certificate";
    await expect.poll(() => overTls("other.example", header), PATIENCE).toEqual([nobody, "https"]);
    await expect.poll(() => overTls("late.example", header), PATIENCE).toEqual([nobody, "https"]);
    await expect.poll(() => overTls("shop.example", "/"), PATIENCE).toEqual([nobody, "shop\n"]);
    for (const problem of [
      "There is no Secret late-tls: late.example has a certificate that nobody trusts",
      "The certificate of the Secret safe-tls is for other hosts: other.example has",
    ])
      await expect.poll(() => told("one"), PATIENCE).toContain(problem);
    await secret("late-tls", certificateFor("late.example"));
    await expect.poll(() => overTls("late.example", header), PATIENCE).toEqual(["late.example", "https"]);
    const { key } = certificateFor("late.example");
    await secret("late-tls", { ...certificateFor("late.example"), key });
    const broken = "The key of the Secret late-tls is not that of its certificate: late.example has";
    await expect.poll(() => told("one"), PATIENCE).toContain(broken);
    await expect.poll(() => overTls("late.example", header), PATIENCE).toEqual([nobody, "https"]);
    const plain = await get("one", "safe.example", "/a?b=c");
    expect(plain).toMatch(/^HTTP\/1.1 308 /);
    expect(plain).toContain("location: https://safe.example/a?b=c");
    const annotations = { "nginx.ingress.kubernetes.io/ssl-redirect": "false" };
    await apply(
      "one",
      "safe",
      { tls, rules: [rule("safe.example", ["/", "Prefix", "app"])] },
      { annotations },
    );
    await expect.poll(() => get("one", "safe.example", "/"), PATIENCE).toMatch(/^HTTP\/1.1 200 /);
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

/** One that no authority has issued that anybody trusts. */
function certificateFor(host: string): Certificate {
  const now = Date.now();
  const validity = { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + 86_400_000) };
  const { key } = issueAuthority("an authority", validity);
  const issuer = { commonName: "an authority", key };
  return issueServing(host, { validity, served: { names: [host], addresses: [] }, issuer });
}

function to(name: string): object {
  return { service: { name, port: { number: 80 } } };
}

function rule(host: string, ...paths: [path: string, pathType: string, service: string][]): object {
  return {
    host,
    http: { paths: paths.map(([path, pathType, service]) => ({ path, pathType, backend: to(service) })) },
  };
}
