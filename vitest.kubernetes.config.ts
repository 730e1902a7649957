import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/kubernetes/**/*.test.ts"],
    globalSetup: ["test/requirements/setup.ts", "test/kubernetes/parity/global-setup.ts"],
    // Covers a first build of the control plane.
    hookTimeout: 20 * 60_000,
    testTimeout: 120_000,
    fileParallelism: false,
  },
});
