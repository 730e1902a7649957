import type { Manifest } from "../../common/admission-objects.js";
import { POLICY_REPORTS } from "./policy-report.js";

/** Marks the definition as one Lectern put there, so that it goes with Lectern. */
export const DEFINITION_LABEL = "policy.lectern.dev/installed";

type Schema = Record<string, unknown>;

const text: Schema = { type: "string" };
const counted: Schema = { type: "integer" };
const labels: Schema = { type: "object", additionalProperties: text };
const object = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: "object",
  properties,
  ...(required.length > 0 && { required }),
});
const list = (items: Schema): Schema => ({ type: "array", items });

const REFERENCE = object({
  apiVersion: text,
  kind: text,
  namespace: text,
  name: text,
  uid: text,
  resourceVersion: text,
  fieldPath: text,
});

const SELECTOR = object({
  matchLabels: labels,
  matchExpressions: list(object({ key: text, operator: text, values: list(text) }, ["key", "operator"])),
});

const RESULT = object(
  {
    source: text,
    policy: text,
    rule: text,
    category: text,
    severity: { type: "string", enum: ["critical", "high", "low", "medium", "info"] },
    result: { type: "string", enum: ["pass", "fail", "warn", "error", "skip"] },
    scored: { type: "boolean" },
    message: text,
    timestamp: object(
      { seconds: { type: "integer", format: "int64" }, nanos: { type: "integer", format: "int32" } },
      ["seconds", "nanos"],
    ),
    resources: list(REFERENCE),
    resourceSelector: SELECTOR,
    properties: labels,
  },
  ["policy"],
);

const column = (name: string, type: string, jsonPath: string) => ({ name, type, jsonPath });

/**
 * The definition of `PolicyReport` where no other tool brought it, after the prototype of the Kubernetes policy working group
 * (https://github.com/kubernetes-sigs/wg-policy-prototypes).
 */
export function reportDefinition(): Manifest {
  const { group, version, plural } = POLICY_REPORTS;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, labels: { [DEFINITION_LABEL]: "true" } },
    spec: {
      group,
      scope: "Namespaced",
      names: {
        plural,
        singular: "policyreport",
        kind: "PolicyReport",
        listKind: "PolicyReportList",
        shortNames: ["polr"],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: object({
              apiVersion: text,
              kind: text,
              metadata: { type: "object" },
              scope: REFERENCE,
              scopeSelector: SELECTOR,
              summary: object({ pass: counted, fail: counted, warn: counted, error: counted, skip: counted }),
              results: list(RESULT),
            }),
          },
          additionalPrinterColumns: [
            column("Kind", "string", ".scope.kind"),
            column("Name", "string", ".scope.name"),
            column("Pass", "integer", ".summary.pass"),
            column("Fail", "integer", ".summary.fail"),
            column("Warn", "integer", ".summary.warn"),
            column("Error", "integer", ".summary.error"),
            column("Skip", "integer", ".summary.skip"),
            column("Age", "date", ".metadata.creationTimestamp"),
          ],
        },
      ],
    },
  };
}
