import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readChecksFile } from "../common/checks-schema.js";
import { workshopFileSchema } from "../common/lab-schema.js";
import { writeNewLab } from "./new-lab.js";

type Schema = Record<string, unknown>;
/** Words that mean something of their own, for which JSON Schema has no form here: one that is right for each. */
const RIGHT: Readonly<Record<string, string>> = {
  egress: "registry.example.org:443",
  host: "shop",
  until: "deployment/web available",
  exit: "nonzero",
  timeout: "2m",
  check: "checks/x.sh",
  image: "nginx:1.27",
};
/** Keys that only go together with another: those samples are made by hand. */
const TOGETHER: Readonly<Record<string, readonly unknown[]>> = {
  ingresses: [
    [{ name: "shop", port: 80 }],
    [{ name: "shop", kind: "Ingress" }],
    [{ name: "a", port: 1, protocol: "https" }],
  ],
  limits: [{ memory: "256Mi" }, { cpu: "500m" }, { cpu: 0.5 }, { memory: "256M" }],
};
const CONTENT = fileURLToPath(new URL("../../content", import.meta.url));

describe("the schemas that editors complete by", () => {
  const folder = mkdtempSync(join(tmpdir(), "lectern-schemas-"));
  let workshop: Schema;
  let checks: Schema;

  beforeAll(async () => {
    const lab = join(folder, "lab");
    await writeNewLab(lab, { title: "One", subject: "shell", minutes: 10 });
    const read = (name: string): Schema =>
      JSON.parse(readFileSync(join(lab, `.schemas/${name}.json`), "utf8")) as Schema;
    workshop = read("workshop");
    checks = read("checks");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const allows = (schema: Schema, value: unknown): boolean =>
    z.fromJSONSchema(schema).safeParse(value).success;

  it("take every value of every field that they offer, and so does Lectern", () => {
    const fields = workshop["properties"] as Record<string, Schema>;
    const refused: unknown[] = [];
    for (const [name, schema] of Object.entries(fields))
      for (const value of TOGETHER[name] ?? samples(schema, name)) {
        const lab = { title: "One", [name]: value };
        expect(allows(workshop, lab), JSON.stringify(lab)).toBe(true);
        const read = workshopFileSchema.safeParse(lab);
        if (!read.success) refused.push([lab, read.error.issues]);
      }
    expect(refused).toEqual([]);
    expect(Object.keys(fields).toSorted()).toEqual(Object.keys(workshopFileSchema.shape).toSorted());
  });

  it("of checks take every word that they offer, and so does Lectern", () => {
    const step = (words: Schema) => ({ pages: [{ page: 1, steps: [{ step: 0, ...words }] }] });
    const words: Schema[] = [
      { exit: 0 },
      { exit: 255 },
      { exit: "nonzero" },
      { exit: "any" },
      { exit: "7" },
      { match: "/a.b/" },
      { until: RIGHT["until"] },
      { until: [RIGHT["until"], "pod count>=2"] },
      { check: RIGHT["check"] },
      { fail: "Not yet" },
      { hint: "Look" },
      { timeout: "2m" },
      { timeout: 30 },
      { skip: "ci" },
      { skip: ["ci", "restore"] },
      { manual: true },
    ];
    for (const given of words) {
      expect(allows(checks, step(given)), JSON.stringify(given)).toBe(true);
      expect(() => readChecksFile(step(given), "checks.yaml"), JSON.stringify(given)).not.toThrow();
    }
    for (const given of [
      { exit: 256 },
      { exit: -1 },
      { exit: 1.5 },
      { exit: "never" },
      { timeout: "soon" },
      { until: 1 },
      { until: [], nothing: 1 },
    ]) {
      expect(() => readChecksFile(step(given), "checks.yaml"), JSON.stringify(given)).toThrow();
      expect(allows(checks, step(given)), JSON.stringify(given)).toBe(false);
    }
  });

  it.each([
    [{ level: "wizard" }],
    [{ minutes: 0 }],
    [{ minutes: 1441 }],
    [{ minutes: 1.5 }],
    [{ minutes: "60" }],
    [{ pool: { ready: 51 } }],
    [{ pool: {} }],
    [{ cluster: "mine" }],
    [{ layout: "left" }],
    [{ needs: ["docker"] }],
    [{ budget: "endless" }],
    [{ nodes: [] }],
    [{ nodes: ["Node"] }],
    [{ name: "A Name" }],
    [{ workspaces: ["A"] }],
    [{ pages: [] }],
    [{ variables: { "a-b": "c" } }],
    [{ variables: { a: ["c"] } }],
    [{ dashboards: [{ url: "https://example.org" }] }],
    [{ dashboards: [{ name: "A", more: 1 }] }],
    [{ ingresses: [{ name: "A", port: 80 }] }],
    [{ ingresses: [{ name: "a", port: 0 }] }],
    [{ images: [{ name: "a", exits: 256 }] }],
    [{ images: ["a b"] }],
    [{ home: "mine" }],
    [{ objects: ["a"] }],
    [{ editor: "yes" }],
    [{ nothing: 1 }],
    [{ limits: { nothing: 1 } }],
    [{ title: "" }],
  ])("and Lectern refuse %j", (given) => {
    const lab = { title: "One", ...given };
    expect(workshopFileSchema.safeParse(lab).success).toBe(false);
    expect(allows(workshop, lab)).toBe(false);
  });

  it("allow what the labs say that ship", () => {
    const labs = readdirSync(CONTENT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(labs.length).toBeGreaterThan(0);
    for (const { name } of labs) {
      const lab: unknown = parse(readFileSync(join(CONTENT, name, "workshop.yaml"), "utf8"));
      expect(allows(workshop, lab), name).toBe(true);
    }
  });
});

/** Values at the edges of what a schema allows: each of a list, both ends of a range, one of each alternative. */
function samples(schema: Schema, name: string): unknown[] {
  const alternatives = (schema["anyOf"] ?? schema["oneOf"]) as Schema[] | undefined;
  if (alternatives) return alternatives.flatMap((one) => samples(one, name));
  if ("const" in schema) return [schema["const"]];
  if (Array.isArray(schema["enum"])) return schema["enum"];
  switch (schema["type"]) {
    case "boolean":
      return [true, false];
    case "integer":
    case "number":
      return [schema["minimum"] ?? 0, schema["maximum"] ?? 7];
    case "array": {
      const items = samples(schema["items"] as Schema, name).map((item) => [item]);
      return "minItems" in schema ? items : [[], ...items];
    }
    case "object":
      return objects(schema, name);
    default:
      return [RIGHT[name] ?? (schema["pattern"] === "^\\/" ? "/path" : "word")];
  }
}

function objects(schema: Schema, name: string): unknown[] {
  const fields = Object.entries((schema["properties"] ?? {}) as Record<string, Schema>);
  const required = new Set((schema["required"] ?? []) as string[]);
  const least = Object.fromEntries(
    fields.filter(([key]) => required.has(key)).map(([key, field]) => [key, samples(field, key)[0]]),
  );
  const more = fields.flatMap(([key, field]) =>
    samples(field, key).map((value) => ({ ...least, [key]: value })),
  );
  const others = schema["additionalProperties"];
  if (typeof others === "object" && others !== null && fields.length === 0)
    return samples(others as Schema, name).map((value) => ({ word: value }));
  return [least, ...more];
}
