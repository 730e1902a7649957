import { defineConfig } from "vitest/config";
import { builtLibraries, notTransformed } from "./test/requirements/built-libraries.js";

const globalSetup = ["test/requirements/setup.ts"];
/** Files that run against the two clusters started once for all of them. */
const SHARED_FILES = ["test/kubernetes/{parity,clients}/**/*.test.ts", "test/kubernetes/kubectl.test.ts"];
const common = {
  server: notTransformed,
  // Covers a first build of the control plane.
  hookTimeout: 20 * 60_000,
  testTimeout: 300_000,
  // A machine under load takes its time.
  expect: { poll: { timeout: 60_000 } },
};

/** The project of `npm run parity`, too. */
export const sharedClusters = {
  ...common,
  name: "shared-clusters",
  include: SHARED_FILES,
  globalSetup: [...globalSetup, "test/kubernetes/parity/global-setup.ts"],
};

/**
 * `npm run test:kubernetes` runs both projects, one file after the other; `.ci/run` runs them beside each other, since each waits for
 * its clusters more than half of the time.
 */
export default defineConfig({
  test: {
    fileParallelism: false,
    projects: [
      { resolve: builtLibraries, test: sharedClusters },
      {
        resolve: builtLibraries,
        test: {
          ...common,
          name: "own-clusters",
          include: ["test/kubernetes/**/*.test.ts"],
          exclude: SHARED_FILES,
          globalSetup,
        },
      },
    ],
  },
});
