import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionResource } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { namespaceOf } from "../../workshop/node/session-objects.js";
import { writeFiles } from "../../workshop/node/write-files-for-tests.js";
import { SandboxedCluster, whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) process.stdout.write(`left out: images of a lab's own (${why})\n`);

const NAMESPACE = "shop";
const WAIT = { timeout: 60_000 };
const DEFINITION = `title: A shop
images:
  - busybox:1.36
  - {name: "shop/web:1.0", like: "nginx:1.27"}
  - {name: "shop/web:2.0", missing: true}
  - {name: "shop/api:1.0", exits: 7, log: "no database at db:5432"}
`;

describe.skipIf(why !== undefined)("images of a lab's own", () => {
  let cluster: SandboxedCluster;
  const folder = mkdtempSync(join(tmpdir(), "lectern-own-images-"));
  beforeAll(async () => {
    await writeFiles(folder, { "workshop.yaml": DEFINITION, "pages/a.md": "text" });
    const lab = await loadLab(folder);
    const session = { metadata: { name: NAMESPACE }, spec: { namespace: NAMESPACE, organization: "shop" } };
    const { object } = namespaceOf(session as SessionResource, lab);
    const { ownerReferences: _none, ...metadata } = object["metadata"] as Record<string, unknown>;
    cluster = await SandboxedCluster.start();
    const made = await cluster.kubectl.run(["create", "-f", "-"], JSON.stringify({ ...object, metadata }));
    expect(made).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await cluster?.close();
    rmSync(folder, { recursive: true });
  });

  const create = (name: string, image: string, more: object = {}): Promise<void> =>
    cluster.create(name, { containers: [{ name: "c", image, ...more }] }, { namespace: NAMESPACE });
  const read = (name: string, path: string): Promise<string> => cluster.read(name, path, NAMESPACE);
  const events = async (name: string): Promise<string> =>
    (await cluster.kubectl.run(["events", "-n", NAMESPACE, "--for", `pod/${name}`])).stdout;

  it("run like another, and the event says who plays them", async () => {
    await create("web", "shop/web:1.0");
    await expect.poll(() => read("web", "{.status.phase}"), WAIT).toBe("Running");
    expect(await read("web", "{.status.containerStatuses[0].image}")).toBe("shop/web:1.0");
    const asked = ["exec", "web", "-n", NAMESPACE, "--", "wget", "-qO-", "http://127.0.0.1"];
    await expect
      .poll(async () => (await cluster.kubectl.run(asked)).stdout, WAIT)
      .toContain("Welcome to nginx");
    await expect
      .poll(() => events("web"), WAIT)
      .toContain(`image "shop/web:1.0" is played by Lectern's stand-in`);
  });

  it.each(["shop/web:2.0", "shop/web:3.0"])(
    "are missing as %s is, in the words of a real node",
    async (image) => {
      const name = `web-${image.slice(-3, -2)}`;
      await create(name, image);
      await expect
        .poll(() => read(name, "{.status.containerStatuses[0].state.waiting.reason}"), WAIT)
        .toBe("ImagePullBackOff");
      const full = `docker.io/${image}`;
      await expect
        .poll(() => events(name), WAIT)
        .toContain(
          `Failed to pull image "${image}": rpc error: code = NotFound desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`,
        );
    },
  );

  it("crash with their log, again and again", async () => {
    await create("api", "shop/api:1.0");
    const waiting = "{.status.containerStatuses[0].state.waiting.reason}";
    await expect.poll(() => read("api", waiting), WAIT).toBe("CrashLoopBackOff");
    expect(await read("api", "{.status.containerStatuses[0].lastState.terminated.exitCode}")).toBe("7");
    await expect
      .poll(async () => (await cluster.kubectl.run(["logs", "api", "-n", NAMESPACE])).stdout, WAIT)
      .toBe("no database at db:5432\n");
  });

  it("have a shell for who runs another command in them", async () => {
    await create("debug", "shop/api:1.0", { command: ["sh", "-c", "cat /entrypoint; exec sleep 1000"] });
    await expect.poll(() => read("debug", "{.status.phase}"), WAIT).toBe("Running");
    await expect
      .poll(async () => (await cluster.kubectl.run(["logs", "debug", "-n", NAMESPACE])).stdout, WAIT)
      .toContain("exit 7");
  });

  it("are those of their namespace alone", async () => {
    await cluster.create("other", { containers: [{ name: "c", image: "shop/web:1.0" }] });
    await expect.poll(() => cluster.read("other", "{.status.message}"), WAIT).toContain("simulated");
  });
});
