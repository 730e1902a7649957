import { defineConfig } from "vitest/config";
import cluster from "./vitest.cluster.config.js";

/** The chart has a cluster of its own: an installation owns the kinds and policies of all of it, and takes them away at its end. */
export default defineConfig({
  ...cluster,
  test: { ...cluster.test, include: ["test/cluster/chart.test.ts"], exclude: [] },
});
