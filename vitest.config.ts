import { defineConfig } from "vitest/config";

const globalSetup = ["test/requirements/setup.ts"];
const oneAtATime = { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false };

export default defineConfig({
  test: {
    projects: [
      { test: { name: "rooms", include: ["test/rooms/**/*.test.ts"] } },
      {
        test: {
          name: "unit",
          globalSetup,
          include: ["{workshop,policy,terminal,cluster,server,scripts}/**/*.test.{ts,tsx}"],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "system",
          globalSetup,
          include: ["test/**/*.test.ts"],
          exclude: ["test/{rooms,browser,kubernetes}/**"],
          ...oneAtATime,
        },
      },
      { test: { name: "browser", globalSetup, include: ["test/browser/**/*.test.ts"], ...oneAtATime } },
    ],
  },
});
