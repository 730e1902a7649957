import { describe } from "vitest";
import { SandboxedCluster, whyNoContainers } from "../containers/sandboxes-for-tests.js";
import { needsContainers } from "../labs/kubernetes-basics.js";
import { eachPagePasses } from "../labs/kubernetes-basics-suite.js";
import { type TestCluster, startTestPlatform } from "../labs/test-platform.js";

const withoutContainers = whyNoContainers();
if (withoutContainers !== undefined)
  process.stdout.write(
    `left out: pages of kubernetes-basics on the embedded cluster whose pods really run (${withoutContainers})\n`,
  );

describe("the lab kubernetes-basics on the embedded cluster", () => {
  if (withoutContainers === undefined) eachPagePasses(() => startTestPlatform(startSandboxedCluster));
  else
    eachPagePasses(
      () => startTestPlatform(),
      ({ title }) => !needsContainers(title),
    );
});

async function startSandboxedCluster(): Promise<TestCluster> {
  const cluster = await SandboxedCluster.start();
  return { kubeconfigPath: cluster.kubectl.cluster.kubeconfigPath, close: () => cluster.close() };
}
