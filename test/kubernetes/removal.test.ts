import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BrowserSession } from "../server/browser-session.js";
import { runCli, startLectern, temporaryFolder, writeLab } from "../server/lectern-process.js";
import { skipWithoutControlPlane } from "./control-plane/requirements.js";
import { runProgram } from "./control-plane/run-program.js";
import { startControlPlane } from "./control-plane/start-control-plane.js";
import type { ControlPlane } from "./control-plane/start-control-plane.js";

const READER = "parameter-reader.policy.lectern.dev";
const READER_KINDS = "validatingadmissionpolicies,validatingadmissionpolicybindings";

describe.skipIf(skipWithoutControlPlane("a removal from a real control plane"))(
  "a removal from a real control plane",
  () => {
    const folder = temporaryFolder();
    let cluster: ControlPlane;
    let lab: string;
    const foreign = join(folder.path, "reports.json");
    const heldFile = join(folder.path, "held.json");

    beforeAll(async () => {
      cluster = await startControlPlane();
      lab = writeLab(folder.path);
      writeFileSync(foreign, JSON.stringify(foreignReports()));
    });
    afterAll(async () => {
      await cluster?.stop();
      folder.remove();
    });

    it("leaves a cluster on which a later installation judges pods by its policies", async () => {
      await (await serve("first")).stop();
      await uninstall();
      const second = await serve("second");
      try {
        // Active is a session whose policies the API server judges by.
        expect((await new BrowserSession(second.url).startLab("slow-steps")).phase).toBe("Active");
      } finally {
        await second.stop();
      }
    });

    it("names a learner's namespace that something holds, with what the cluster says of it, after all else is gone", async () => {
      const namespace = "held-learner";
      writeFileSync(heldFile, JSON.stringify(held(namespace)));
      await kubectl("create", "--filename", heldFile);
      await kubectl("delete", "namespace", namespace, "--wait=false");
      const isTold = "--for=condition=NamespaceFinalizersRemaining";
      await kubectl("wait", isTold, `namespace/${namespace}`, "--timeout=60s");
      const { status, output } = await runCli([...uninstallWords(), "--wait", "0"]);
      expect([status, output]).toEqual([1, expect.stringContaining("SERVER_REMOVAL_INCOMPLETE")]);
      expect(output).toMatch(
        new RegExp(
          `namespace ${namespace} is still there: [^\\n]*example\\.org/held in 1 resource instances`,
        ),
      );
      expect(await kubectl("get", "customresourcedefinitions", "--output=name")).not.toContain("lectern.dev");
      const release = '--patch={"metadata":{"finalizers":null}}';
      await kubectl("patch", "configmap", "held", "--namespace", namespace, "--type=merge", release);
      await kubectl("wait", "--for=delete", `namespace/${namespace}`, "--timeout=60s");
    });

    it("leaves another tool's kind of policy reports, also one without the version of ours", async () => {
      await uninstall();
      await kubectl("create", "--filename", foreign);
      await uninstall();
      expect(await kubectl("get", "customresourcedefinitions", "--output=name")).toContain(
        "policyreports.wgpolicyk8s.io",
      );
      await kubectl("delete", "customresourcedefinition", "policyreports.wgpolicyk8s.io");
    });

    it("says why an API server that reads no parameters any more has to be started again", async () => {
      await uninstall();
      await kubectl("delete", READER_KINDS, READER);
      // The API server looks once a second at what policies there are, and tells nobody what it finds.
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      await expect(serve("third")).rejects.toThrow(
        /reads no ConfigMaps for new ones until it is started again/,
      );
    });

    function serve(installation: string) {
      const flags = ["--lab", lab, "--kubeconfig", cluster.kubeconfig];
      return startLectern(join(folder.path, installation), flags);
    }

    function uninstallWords(): string[] {
      return ["uninstall", "--kubeconfig", cluster.kubeconfig];
    }

    async function uninstall(): Promise<void> {
      const { status, output } = await runCli([...uninstallWords(), "--wait", "0"]);
      expect(status, output).toBe(0);
      expect(output).toContain(`${READER} stays`);
      const found = await kubectl("get", READER_KINDS, "--output=name");
      expect(found.split("\n").filter((name) => name.endsWith(READER))).toHaveLength(2);
    }

    function kubectl(...words: string[]): Promise<string> {
      return runProgram(cluster.kubectl, ["--kubeconfig", cluster.kubeconfig, ...words]);
    }
  },
);

/** The namespace of a session in which there is what a learner may make, and only whoever takes its finalizer away can end. */
function held(namespace: string) {
  const labels = { "lectern.dev/session": namespace };
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "held", namespace, finalizers: ["example.org/held"] },
      },
    ],
  };
}

/** The kind as another tool may have brought it: of the next version alone. */
function foreignReports() {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: "policyreports.wgpolicyk8s.io",
    },
    spec: {
      group: "wgpolicyk8s.io",
      scope: "Namespaced",
      names: { plural: "policyreports", kind: "PolicyReport" },
      versions: [
        { name: "v1beta1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } },
      ],
    },
  };
}
