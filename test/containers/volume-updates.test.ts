import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SandboxedCluster, busybox, whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) console.log(`skipping files that follow ConfigMaps: ${why}`);

describe.skipIf(why !== undefined)("the files of a pod that runs", () => {
  let cluster: SandboxedCluster;
  const kubectl = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cluster.kubectl.run(args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const say = async (line: string): Promise<string> => {
    const { stdout, stderr } = await cluster.kubectl.run([
      "exec",
      "reader",
      "--",
      "sh",
      "-c",
      `${line} 2>&1`,
    ]);
    return stdout + stderr;
  };

  beforeAll(async () => {
    cluster = await SandboxedCluster.start();
    await kubectl("create", "configmap", "settings", "--from-literal=colour=green", "--from-literal=old=1");
    await kubectl("create", "secret", "generic", "key", "--from-literal=word=first");
    const volumeMounts = [
      { name: "settings", mountPath: "/settings" },
      { name: "settings", mountPath: "/alone", subPath: "colour" },
      { name: "key", mountPath: "/key" },
      { name: "about", mountPath: "/about" },
    ];
    await cluster.create("reader", {
      containers: [busybox("trap exit TERM; sleep 3600 & wait", { volumeMounts })],
      volumes: [
        { name: "settings", configMap: { name: "settings" } },
        { name: "key", secret: { secretName: "key", defaultMode: 0o400 } },
        {
          name: "about",
          downwardAPI: { items: [{ path: "in/labels", fieldRef: { fieldPath: "metadata.labels" } }] },
        },
      ],
    });
    await kubectl("wait", "--for=condition=Ready", "pod", "reader", "--timeout=60s");
  }, 180_000);
  afterAll(() => cluster?.close());

  it("stand behind one link, as a kubelet puts them", async () => {
    expect(await say("cat /settings/colour; echo; ls /settings; readlink /settings/colour")).toBe(
      "green\ncolour\nold\n..data/colour\n",
    );
    expect(await say("readlink /settings/..data")).toMatch(/^\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.\d+\n$/);
    expect(await say("stat -L -c %a /key/word")).toBe("400\n");
    expect(await say("echo x >/settings/colour")).toContain("Read-only file system");
  });

  it("follow a ConfigMap, and names that come and go; what is mounted by subPath stays", async () => {
    await kubectl(
      "patch",
      "configmap",
      "settings",
      "--type=merge",
      "-p",
      '{"data":{"colour":"blue","old":null,"new":"2"}}',
    );
    await expect.poll(() => say("cat /settings/colour")).toBe("blue");
    expect(await say("ls /settings; cat /settings/new; cat /alone")).toBe("colour\nnew\n2green");
  });

  it("follow a Secret and the labels of the pod", async () => {
    await kubectl("patch", "secret", "key", "--type=merge", "-p", '{"stringData":{"word":"second"}}');
    await kubectl("label", "pod", "reader", "tier=front");
    await expect.poll(() => say("cat /key/word")).toBe("second");
    // Of the files before nothing is left.
    expect(await say("ls -A /key | grep -c '^\\.\\.2'")).toBe("1\n");
    await expect.poll(() => say("cat /about/in/labels")).toContain('tier="front"');
  });

  it("stay when what they were made from goes, and follow it when it is back", async () => {
    await kubectl("delete", "configmap", "settings");
    expect(await say("cat /settings/colour")).toBe("blue");
    await kubectl("create", "configmap", "settings", "--from-literal=colour=red");
    await expect.poll(() => say("cat /settings/colour")).toBe("red");
  });
});
