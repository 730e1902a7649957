import { defineConfig } from "vitest/config";

const unit = [
  "workshop/**/*.test.{ts,tsx}",
  "policy/**/*.test.{ts,tsx}",
  "terminal/**/*.test.{ts,tsx}",
  "cluster/**/*.test.ts",
  "server/**/*.test.ts",
  "scripts/**/*.test.ts",
];

const globalSetup = ["test/requirements/setup.ts"];

export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      { test: { name: "rooms", include: ["test/rooms/**/*.test.ts"] } },
      { test: { name: "unit", globalSetup, include: unit, testTimeout: 20_000, hookTimeout: 30_000 } },
      {
        test: {
          name: "browser",
          globalSetup,
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "labs",
          globalSetup,
          include: ["test/labs/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "kubectl",
          globalSetup,
          include: ["test/kubectl/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
