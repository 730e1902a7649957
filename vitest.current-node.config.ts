import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/current-node/**/*.test.ts"],
    globalSetup: ["test/requirements/setup.ts"],
    // Covers fetching that Node.
    hookTimeout: 6 * 60_000,
    testTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    fileParallelism: false,
  },
});
