import { defineConfig } from "vitest/config";

const globalSetup = ["test/requirements/setup.ts"];
/** What is polled for comes true at once on an idle machine; one under load takes its time. */
const expectations = { poll: { timeout: 15_000 } };
/** Suites that start whole servers, real shells and browsers; each has the machine to itself. */
const oneAtATime = {
  testTimeout: 120_000,
  hookTimeout: 120_000,
  fileParallelism: false,
  expect: expectations,
};

export default defineConfig({
  test: {
    // A worker that does not end after its last test is named and fails the run.
    teardownTimeout: 20_000,
    projects: [
      {
        test: {
          name: "rooms",
          include: ["test/rooms/**/*.test.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "unit",
          globalSetup,
          include: ["{workshop,policy,terminal,cluster,kubernetes,server,scripts,bench}/**/*.test.{ts,tsx}"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          expect: expectations,
          // More than that many real clusters and shells at once would measure the machine.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "system",
          globalSetup,
          include: ["test/**/*.test.ts"],
          exclude: ["test/{rooms,browser,kubernetes,current-node}/**"],
          sequence: { groupOrder: 1 },
          ...oneAtATime,
        },
      },
      {
        test: {
          name: "browser",
          globalSetup,
          include: ["test/browser/**/*.test.ts"],
          sequence: { groupOrder: 2 },
          ...oneAtATime,
        },
      },
    ],
  },
});
