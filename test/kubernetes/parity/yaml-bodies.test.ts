import { describeParity, sameOnBoth } from "./both-clusters.js";
import type { RawRequest } from "./raw-request.js";

const YAML = { "content-type": "application/yaml" };
const REVISIONS = "/apis/apps/v1/namespaces/NAMESPACE/controllerrevisions";

/** What is written as a value, one a line; a ControllerRevision keeps any. */
const VALUES = `y n Y yes No on OFF true tRue 010 0o10 0x1F 0b11 1_000 1e3 1.0 1e400 ~ nULL 2020-01-01
2020-01-01T00:00:00Z !!binary|aGk= !!str|5 !!int|'5' !!float|3 !!bool|yes !!timestamp|2020-01-01 !foo|5 !!set|{a:|null}
1:30 190:20:30 1__0 _1 08 -0 +.5 5. -0x10 -0o10 0o8 12345678901234567890123 0x1FFFFFFFFFFFFFFFF = << 'a''b' |
{1:|a} {1.5:|a} {true:|a} {y:|a} {2020-01-01:|a} {010:|a} {<<:|{a:|1},|b:|2} {b:|3,|<<:|{b:|2}} [&x|1,|*x] {a:|1,|a:|2}`
  .split(/\s+/)
  .map((value) => value.replaceAll("|", " "));

/** Texts no object is read from, each for a reason of its own. */
const REFUSED_VALUES = [".inf", "-.Inf", ".nan", "!!int x", "!!int 1.0", "!!bool x", "!!binary '???'"].concat(
  ["{~: a}", "{[1]: a}", "{{a: b}: c}", "{<<: 5}", "{<<: [5]}", "*x", "&a [*a]"],
  ["- a", "? a", "b: c", "'x", '"\\q"', "[b", "{b", "[", "]", "@b", "`b", "%b", "{b: c d: e}", "[b,,c]"],
);
const REFUSED = REFUSED_VALUES.map((value) => `a: ${value}`).concat(
  [
    "5",
    "x",
    "- a",
    "[]",
    "1.5",
    "true",
    "--- a",
    "{",
    '{"a"',
    "\ta: b",
    "a:\n\tb: c",
    "a\nb: c",
    "- a\nb: c",
  ],
  ["a: b\n c: d", "a: >x\n b", "a: \u0001", "%YAML 1.2\n---\na: b", "%FOO\n---\na: b"],
  [
    "kind: 5",
    "kind: {a: b}",
    "apiVersion: 5",
    "metadata: {name: y}",
    "metadata: {name: x, labels: {a: 010}}",
  ],
);
const NOTHING = ["", "null", "~", "# c\n", "---\n", "{}", "a: b\n---\nc: d\n"];

function post(body: string, query = ""): RawRequest {
  return { method: "POST", path: `configmaps?dryRun=All${query}`, body, headers: YAML };
}

describeParity("bodies in YAML", () => {
  sameOnBoth(
    "mean what they mean to a real server",
    async ({ namespace, run, send }) => {
      const values = VALUES.map((value, at) => `  k${at}: ${value}\n`).join("");
      await send({
        method: "POST",
        path: REVISIONS.replace("NAMESPACE", namespace),
        body: `metadata: {name: values}\nrevision: 1\ndata:\n${values}`,
        headers: YAML,
      });
      await run("get controllerrevision values -o jsonpath={.data}");
    },
    [/"k0":true/, /"k10":8/],
  );

  sameOnBoth(
    "are refused in the same words",
    async ({ send }) => {
      for (const body of [...REFUSED, ...NOTHING]) await send(post(body));
      const strict = "&fieldValidation=Strict";
      await send(post("metadata: {name: x, name: y1}\nnope: 1\ndata: {a: b, a: c}", strict));
      await send(post("metadata: {name: x}\nmetadata: {name: z}\n", strict));
    },
    [/json: unsupported value: \+Inf/, /cannot unmarshal bool into Go struct field ObjectMeta.metadata.name/],
  );

  sameOnBoth(
    "are refused in the same words where they are applied",
    async ({ send }) => {
      const headers = { "content-type": "application/apply-patch+yaml" };
      for (const body of ["a: b: c", "a: .inf", "~: x", "{", '{"a":1', "a: *b", "x", "- a"])
        await send({ method: "PATCH", path: "configmaps/x?fieldManager=m", body, headers });
    },
    [/error converting YAML to JSON: yaml: mapping values/],
  );
});
