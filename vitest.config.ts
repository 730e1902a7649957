import { defineConfig } from "vitest/config";
import { builtLibraries, notTransformed } from "./test/requirements/built-libraries.js";
import { LongestFirst } from "./test/requirements/longest-first.js";

const globalSetup = ["test/requirements/setup.ts"];
/** What is polled for comes true at once on an idle machine; one under load takes its time. */
const expectations = { poll: { timeout: 60_000 } };
/** Room for what starts whole servers, real shells and browsers. */
const whole = { testTimeout: 240_000, hookTimeout: 240_000, expect: expectations };
/**
 * Files wait for a shell, a page or a cluster so much of the time that this many keep two processors busy
 * (`terminal/node/crowding-for-tests.ts` reckons with it). They leave nothing behind in their process, so that the next need not load
 * everything anew.
 */
const besideOthers = { maxWorkers: 5, isolate: false, sequence: { groupOrder: 1 } };
/** A browser or several servers take more of them. */
const besideFew = { ...besideOthers, maxWorkers: 3, sequence: { groupOrder: 2 } };
/** They time the keys of one learner while another does their worst: what runs beside them would be timed as well. */
const TIMED = "test/resilience/timed/**";

/** `npm test` runs rooms, unit and system, `npm run test:resilience` resilience and timed, `npm run test:browser` browser, `npm run test:labs` whole-labs. */
export default defineConfig({
  test: {
    // A worker that does not end after its last test is named and fails the run.
    teardownTimeout: 20_000,
    sequence: { sequencer: LongestFirst },
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
        resolve: builtLibraries,
        test: {
          server: notTransformed,
          name: "unit",
          globalSetup,
          include: [
            "{cluster,workshop,policy,terminal,kubernetes,pods,containers,processes,server,scripts,bench}/**/*.test.{ts,tsx}",
          ],
          ...whole,
          ...besideOthers,
        },
      },
      {
        resolve: builtLibraries,
        test: {
          server: notTransformed,
          name: "system",
          globalSetup,
          include: ["test/**/*.test.ts"],
          exclude: [
            "test/{rooms,browser,resilience,replicas,database,fuzz,kubernetes,cluster,current-node,whole-labs}/**",
          ],
          ...whole,
          ...besideOthers,
        },
      },
      {
        resolve: builtLibraries,
        test: {
          server: notTransformed,
          name: "resilience",
          globalSetup,
          include: ["test/{resilience,replicas,database,fuzz}/**/*.test.ts"],
          exclude: [TIMED],
          ...whole,
          ...besideFew,
        },
      },
      {
        resolve: builtLibraries,
        test: {
          server: notTransformed,
          name: "whole-labs",
          globalSetup,
          include: ["test/whole-labs/**/*.test.ts"],
          ...whole,
          ...besideFew,
        },
      },
      {
        resolve: builtLibraries,
        test: {
          server: notTransformed,
          name: "browser",
          globalSetup,
          include: ["test/browser/**/*.test.ts"],
          ...whole,
          ...besideFew,
        },
      },
      {
        resolve: builtLibraries,
        test: {
          server: notTransformed,
          name: "timed",
          globalSetup,
          include: [TIMED],
          ...whole,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
