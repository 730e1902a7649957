import { defineConfig } from "vitest/config";
import { AreaTable } from "./test/kubernetes/parity/area-table.js";
import { builtLibraries } from "./test/requirements/built-libraries.js";
import { sharedClusters } from "./vitest.kubernetes.config.js";

export default defineConfig({
  test: {
    fileParallelism: false,
    reporters: ["default", new AreaTable()],
    projects: [
      { resolve: builtLibraries, test: { ...sharedClusters, include: ["test/kubernetes/parity/*.test.ts"] } },
    ],
  },
});
