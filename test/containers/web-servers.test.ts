import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SandboxedCluster, whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) process.stdout.write(`left out: web servers in pods (${why})\n`);

describe.skipIf(why !== undefined)("a web server in a pod", () => {
  let cluster: SandboxedCluster;
  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
  });
  afterAll(async () => {
    await cluster?.close();
  });

  const kubectl = (...args: string[]): ReturnType<SandboxedCluster["kubectl"]["run"]> =>
    cluster.kubectl.run(args);
  it("serves its page, and tells the request in its log", async () => {
    await cluster.create("web", { containers: [{ name: "web", image: "nginx:1.27" }] });
    await expect.poll(async () => (await kubectl("logs", "web")).stdout).toContain("start worker processes");
    const events = await kubectl("get", "events", "-o", "jsonpath={.items[*].message}");
    expect(events.stdout).toContain(`image "nginx:1.27" is played by Lectern's stand-in`);
    const page = await kubectl("exec", "web", "--", "wget", "-q", "-O", "-", "http://127.0.0.1/");
    expect(page.stdout).toContain("<title>Welcome to nginx!</title>");
    await expect.poll(async () => (await kubectl("logs", "web")).stdout).toMatch(/"GET \/ HTTP\/1\.1" 200/);
  });

  it("crashes for a configuration it cannot read, says why, and runs once that is mended", async () => {
    await kubectl("create", "configmap", "site", "--from-literal=default.conf=server { lissten 80; }");
    await cluster.create("broken", nginx("site"));
    await expect
      .poll(async () => (await kubectl("logs", "broken")).stdout)
      .toContain('unknown directive "lissten" in /etc/nginx/conf.d/default.conf:1');
    await expect
      .poll(() => cluster.read("broken", "{.status.containerStatuses[0].lastState.terminated.exitCode}"))
      .toBe("1");
    await kubectl("create", "configmap", "mended", "--from-literal=default.conf=server { return 200 ok; }");
    await cluster.create("mended", nginx("mended"));
    await expect.poll(() => cluster.read("mended", "{.status.containerStatuses[0].ready}")).toBe("true");
    const asked = (): Promise<{ stdout: string }> =>
      kubectl("exec", "mended", "--", "wget", "-q", "-O", "-", "http://127.0.0.1/");
    await expect.poll(async () => (await asked()).stdout).toBe("ok");
  });
});

/** A pod of nginx whose configuration is a ConfigMap. */
function nginx(configMap: string): object {
  return {
    containers: [
      { name: "web", image: "nginx:1.27", volumeMounts: [{ name: "site", mountPath: "/etc/nginx/conf.d" }] },
    ],
    volumes: [{ name: "site", configMap: { name: configMap } }],
  };
}
