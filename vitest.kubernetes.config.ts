import { defineConfig } from "vitest/config";
import { builtLibraries, notTransformed } from "./test/requirements/built-libraries.js";

export default defineConfig({
  resolve: builtLibraries,
  test: {
    server: notTransformed,
    include: ["test/kubernetes/**/*.test.ts"],
    globalSetup: ["test/requirements/setup.ts", "test/kubernetes/parity/global-setup.ts"],
    // Covers a first build of the control plane.
    hookTimeout: 20 * 60_000,
    testTimeout: 300_000,
    // A machine under load takes its time.
    expect: { poll: { timeout: 60_000 } },
    fileParallelism: false,
  },
});
