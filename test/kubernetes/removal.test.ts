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

    async function uninstall(): Promise<void> {
      const words = ["uninstall", "--kubeconfig", cluster.kubeconfig, "--wait", "0"];
      const { status, output } = await runCli(words);
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
