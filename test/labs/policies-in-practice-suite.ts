import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { CoreV1Api, KubeConfig, KubernetesObjectApi } from "../../kubernetes/node/client-library.js";
import { ENGINE } from "../kubernetes/policy/fleet-objects.js";
import { gone } from "../kubernetes/policy/suite-cluster.js";
import { productRoot, runCli, temporaryFolder } from "../server/lectern-process.js";

const lab = join(productRoot, "content/image-policies-in-practice");

/** Kubeconfigs of a further cluster, and of the one that sessions are on; a temporary embedded one where the second is absent. */
export interface PracticeClusters {
  member: string;
  home?: string;
  close: () => Promise<void>;
}

/**
 * The claims about the lab `image-policies-in-practice`, made about any two clusters. Those that share a home take turns: any of several Lecterns on
 * one home cluster may lead its fleet, and not each of these knows the second cluster.
 */
export function describePolicyPractice(
  title: string,
  start: () => Promise<PracticeClusters>,
  { concurrent = true } = {},
): void {
  describe(title, { timeout: 240_000, concurrent }, () => {
    let clusters: PracticeClusters;
    const folder = temporaryFolder();
    beforeAll(async () => {
      clusters = await start();
    });
    afterAll(async () => {
      await clusters?.close();
      folder.remove();
    });

    const validate = (path: string, ...flags: string[]) => {
      const { home } = clusters;
      return runCli(["validate", path, ...flags, ...(home === undefined ? [] : ["--kubeconfig", home])]);
    };

    it("does what its pages say on two clusters, and leaves the second as it was", async ({ expect }) => {
      const { status, output } = await validate(lab, "--prove", "--member", `second=${clusters.member}`);
      expect(status, output).toBe(0);
      expect(output).toContain("tmc cluster attach second");
      const member = new KubeConfig();
      member.loadFromFile(clusters.member);
      const objects = KubernetesObjectApi.makeApiClient(member);
      await expect.poll(() => gone(objects.read(ENGINE))).toBe(true);
      const namespaces = async () =>
        (await member.makeApiClient(CoreV1Api).listNamespace()).items.map(({ metadata }) => metadata?.name);
      await expect.poll(namespaces).not.toContain("lectern-policy-engine");
      await expect.poll(async () => (await namespaces()).join(" ")).not.toMatch(/policies-in/);
    });

    it("does what its pages say on one cluster, and leaves the second one out", async ({ expect }) => {
      const { status, output } = await validate(lab, "--prove");
      expect(status, output).toBe(0);
      expect(output).not.toContain("tmc cluster attach");
    });

    it("notices a policy that blocks something else", async ({ expect }) => {
      const broken = join(folder.path, "broken");
      cpSync(lab, broken, { recursive: true });
      const edit = (name: string, from: string | RegExp, to: string) => {
        const file = join(broken, name);
        writeFileSync(file, readFileSync(file, "utf8").replaceAll(from, to));
      };
      edit("files/no-busybox.yaml", "imageName: busybox", "imageName: redis");
      edit("workshop.yaml", /^pages: .*$/gm, "pages: [01-find-out-first, 02-hold-to-it]");
      // What never comes need not be waited for.
      edit("pages/02-hold-to-it.md", "timeout=60s", "timeout=5s");
      const { status, output } = await validate(broken);
      expect(status, output).toBe(1);
      expect(output).toMatch(/FAILED +3 +kubectl delete pod -l app=debug/);
    });
  });
}
