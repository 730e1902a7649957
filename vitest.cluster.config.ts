import { defineConfig } from "vitest/config";
import { builtLibraries, notTransformed } from "./test/requirements/built-libraries.js";

export default defineConfig({
  resolve: builtLibraries,
  test: {
    server: notTransformed,
    include: ["test/cluster/**/*.test.ts"],
    // It has a cluster of its own, see vitest.chart.config.ts.
    exclude: ["test/cluster/chart.test.ts"],
    globalSetup: ["test/requirements/setup.ts", "test/cluster/global-setup.ts"],
    // Covers a first build of the control plane and the node.
    hookTimeout: 20 * 60_000,
    testTimeout: 300_000,
    // Scenarios of containers wait for seconds at times; more of them than this are late for their own probes on two cores.
    maxConcurrency: 6,
    // A machine under load takes its time.
    expect: { poll: { timeout: 60_000 } },
    fileParallelism: false,
    // Covers the end of the cluster.
    teardownTimeout: 120_000,
  },
});
