import { defineConfig } from "vitest/config";
import { AreaTable } from "./test/kubernetes/parity/area-table.js";
import kubernetes from "./vitest.kubernetes.config.js";

const { test, ...others } = kubernetes;

export default defineConfig({
  ...others,
  test: { ...test, include: ["test/kubernetes/parity/*.test.ts"], reporters: ["default", new AreaTable()] },
});
