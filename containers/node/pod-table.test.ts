import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SandboxSpec } from "../../cluster/containers/container-runtime.js";
import { ConnectedRuntime } from "./connect-runtime.js";
import { defaultContainerLimits } from "./container-limits.js";
import { Networks } from "./networks.js";
import { PodTable } from "./pod-table.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-pods-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function pod(id: string, namespace = "default"): SandboxSpec {
  return {
    id,
    namespace,
    name: id,
    hostname: id,
    address: "10.0.0.1",
    network: "default",
    resolver: "10.0.0.10",
    hosts: "",
    volumes: [],
  };
}

/** The account of `slow` never comes, that of all others is refused at once. */
function table(podsOfNamespace = 20): PodTable {
  return new PodTable({
    folder,
    accounts: {
      claim: (id) => (id === "slow" ? new Promise(() => undefined) : Promise.reject(new Error("no account"))),
      release: () => undefined,
    },
    limits: { ...defaultContainerLimits, podsOfNamespace },
    networks: new Networks(() => undefined),
  });
}

describe("the pods of a machine", () => {
  it("are listed and made while one of them waits for its account", async () => {
    const pods = table();
    void pods.make(pod("slow"));
    expect(pods.states()).toEqual([{ id: "slow", containers: [] }]);
    await expect(pods.make(pod("other"))).rejects.toThrow("no account");
    expect(pods.states().map(({ id }) => id)).toEqual(["slow"]);
    expect(readdirSync(folder)).toEqual(["slow"]);
  });

  it("are counted with those that are being made", async () => {
    const pods = table(1);
    void pods.make(pod("slow"));
    await expect(pods.make(pod("other"))).rejects.toThrow("at most 1 pods of a namespace");
    await expect(pods.make(pod("other", "elsewhere"))).rejects.toThrow("no account");
  });
});

describe("what is too large to be handed over", () => {
  it("is refused with its size, before anybody is asked", async () => {
    const runtime = new ConnectedRuntime(join(folder, "nobody.sock"), () => undefined);
    try {
      const files = [{ path: "a", content: Buffer.alloc(7 * 1024 * 1024), mode: 0o644 }];
      await expect(runtime.startSandbox({ ...pod("a"), volumes: [{ name: "v", files }] })).rejects.toThrow(
        "the files of the pod's volumes have 9.3 MiB as they are handed over (files in base64), and at most 8.0 MiB can be",
      );
    } finally {
      runtime.close();
    }
  });
});
