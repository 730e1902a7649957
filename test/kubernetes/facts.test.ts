import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { skipWithoutControlPlane } from "./control-plane/requirements.js";
import type { ControlPlane } from "./control-plane/start-control-plane.js";
import { startControlPlane } from "./control-plane/start-control-plane.js";
import { collectFacts } from "./facts/collect-facts.js";

const files = [
  "resources.json",
  "schemas.json",
  "descriptions.json",
  "protobuf.json",
  "tables.json",
  "default-roles.json",
  "flow-control.json",
  "health.json",
];

describe.skipIf(skipWithoutControlPlane("facts of the embedded cluster"))("cluster/facts", () => {
  let controlPlane: ControlPlane | undefined;
  let fresh: Record<string, string> = {};

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    fresh = await collectFacts(controlPlane.client);
  });
  afterAll(() => controlPlane?.stop());

  it.each(files)(
    "%s says what the real control plane says (npm run cluster:facts brings it up to date)",
    (name) => {
      const committed = readFileSync(new URL(`../../cluster/facts/${name}`, import.meta.url), "utf8");
      expect(differingLines(committed, fresh[name] ?? "")).toEqual([]);
    },
  );

  it("covers nothing but these files", () => {
    expect(Object.keys(fresh).toSorted()).toEqual(files.toSorted());
  });
});

/** Lines are entries, so these name what is stale without printing a whole file. */
function differingLines(committed: string, fresh: string): string[] {
  const known = new Set(committed.split("\n"));
  const current = new Set(fresh.split("\n"));
  return [
    ...[...current].filter((line) => !known.has(line)).map((line) => `+ ${line.slice(0, 200)}`),
    ...[...known].filter((line) => !current.has(line)).map((line) => `- ${line.slice(0, 200)}`),
  ];
}
