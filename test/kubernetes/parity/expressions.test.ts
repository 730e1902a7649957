import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Session } from "./both-clusters.js";
import { describeParity, knownDifference, sameOnBoth } from "./both-clusters.js";

const GROUP = "expressions.example.com";
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

interface Table {
  /** By what they are about. */
  evaluated: Record<string, string[]>;
  refused: string[];
  messages: string[];
}

const table = parse(readFileSync(new URL("expressions.yaml", import.meta.url), "utf8")) as Table;

interface Rule {
  rule: string;
  messageExpression?: string;
}

describeParity("expressions", () => {
  for (const [index, [topic, rules]] of Object.entries(table.evaluated).entries()) {
    sameOnBoth(
      `come to the same verdict about ${topic}`,
      (session) =>
        judge(
          session,
          `verdict${index}`,
          rules.map((rule) => ({ rule })),
        ),
      [/\n201 application\/json Verdict/],
    );
  }

  sameOnBoth(
    "make the same messages",
    (session) =>
      judge(
        session,
        "message",
        table.messages.map((messageExpression) => ({ rule: "self != 'v'", messageExpression })),
      ),
    [/1,234,567\.89/],
  );

  sameOnBoth(
    "that cannot be compiled are refused in the same words",
    async ({ send }) => {
      for (const [index, rule] of table.refused.entries())
        await send({
          method: "POST",
          path: `${DEFINITIONS}?dryRun=All`,
          body: definition(`refused${index}`, [{ rule }]),
        });
    },
    [/compilation failed/, /program instantiation failed/],
  );

  const differences: Record<string, { rule: string; embedded: RegExp; real: RegExp }> = {
    "a message of a protocol buffer is no value": {
      rule: "google.protobuf.Duration{} == duration('0s')",
      embedded: /Syntax error/,
      real: /201 .*CustomResourceDefinition/,
    },
    "types of addresses have no name": {
      rule: "type(ip('127.0.0.1')) == net.IP",
      embedded: /undeclared reference to 'net'/,
      real: /201 .*CustomResourceDefinition/,
    },
    "the first of several faults is told alone": {
      rule: "math.abs(-1) == 1",
      embedded: /undeclared reference to 'math'/,
      real: /undeclared reference to 'math'.*undeclared reference to 'abs'/,
    },
  };
  for (const [title, { rule, embedded, real }] of Object.entries(differences)) {
    knownDifference(
      title,
      ({ send }) =>
        send({ method: "POST", path: `${DEFINITIONS}?dryRun=All`, body: definition("differs", [{ rule }]) }),
      { embedded, real },
    );
  }
});

/** Writes an object for each rule, of which that one alone says something. */
async function judge(
  { send, quietly, until }: Session,
  singular: string,
  rules: readonly Rule[],
): Promise<void> {
  const plural = `${singular}s`;
  const made = definition(singular, rules);
  await quietly(["create", "-f", "-"], made);
  await until(`get ${plural}.${GROUP} -o jsonpath={.kind}`, /List/);
  for (const [index, { rule, messageExpression }] of rules.entries()) {
    await send({
      method: "POST",
      path: `/apis/${GROUP}/v1/${plural}?dryRun=All&asked=${encodeURIComponent(messageExpression ?? rule)}`,
      body: {
        apiVersion: `${GROUP}/v1`,
        kind: made.spec.names.kind,
        metadata: { name: "x" },
        spec: { [`f${index}`]: "v" },
      },
    });
  }
  await quietly(`delete crd ${plural}.${GROUP} --wait=false`);
}

/** A definition with a field of text for each rule. */
function definition(singular: string, rules: readonly Rule[]) {
  const fields = rules.map((rule, index): [string, object] => [
    `f${index}`,
    { type: "string", "x-kubernetes-validations": [rule] },
  ]);
  const spec = { type: "object", properties: Object.fromEntries(fields) };
  const kind = singular.charAt(0).toUpperCase() + singular.slice(1);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${singular}s.${GROUP}` },
    spec: {
      group: GROUP,
      scope: "Cluster",
      names: { plural: `${singular}s`, singular, kind },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec } } },
        },
      ],
    },
  };
}
