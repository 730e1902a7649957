import { describe, expect, it } from "vitest";
import { bubblewrapCommand, variablesText } from "./bubblewrap-command.js";
import { defaultContainerLimits } from "./container-limits.js";

it("what is run beside a container is not ended with the process between it and its parent", () => {
  const view = { root: "/r", sharedMemory: "/s", isRootReadOnly: false, mounts: [], lastWords: undefined };
  const network = { path: "/n", whileOpen: async <Result>(work: () => Promise<Result>) => work() };
  const limits = defaultContainerLimits;
  const place = { uid: 20_000, user: 0, group: 0, network, machine: "/m", groups: [], limits };
  const words = (beside?: Parameters<typeof bubblewrapCommand>[3]["beside"]): string[] =>
    bubblewrapCommand(
      ["true"],
      { ...view, hostname: "h", env: [], workingDir: "/" },
      { ...place, countsMemory: true, filter: "" },
      { statusFile: "/status", variablesFile: "/variables", ...(beside && { beside }) },
    );
  expect(words()).toContain("--die-with-parent");
  expect(words({ pid: 1, owner: "/o", isNested: false })).not.toContain("--die-with-parent");
});

it("variables are handed over each as one argument", () => {
  expect(variablesText([["A", "b c\nd"]])).toBe("--setenv\0A\0b c\nd\0");
});

it("a zero byte in one adds no argument, it is refused", () => {
  expect(() => variablesText([["A", "x\0--bind\0/\0/host"]])).toThrow('"A" holds a zero byte');
});

describe("variables beyond what a program can be given are refused by what they have:", () => {
  it.each<[string, [string, string][], string]>([
    [
      "one too large",
      [["BIG", "x".repeat(128 * 1024)]],
      '"BIG" has 131077 bytes, and the kernel takes 131072',
    ],
    [
      "too many",
      Array.from({ length: 3000 }, (_, at) => [`V${at}`, ""]),
      "has 3000 variables, and at most 2900",
    ],
    [
      "too large together",
      Array.from({ length: 20 }, (_, at) => [`V${at}`, "x".repeat(60_000)]),
      "bytes together, and at most 1048576",
    ],
  ])("%s", (_what, env, words) => {
    expect(() => variablesText(env)).toThrow(words);
  });

  it("what the kernel just takes passes", () => {
    expect(() => variablesText([["BIG", "x".repeat(128 * 1024 - 5)]])).not.toThrow();
  });
});
