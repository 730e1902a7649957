import type { V1Namespace } from "@kubernetes/client-node";

import { CLUSTER_LABEL, MANAGED_LABEL, WORKSPACE_LABEL } from "../common/engine-names.js";
import { valueProblem } from "../common/field-problems.js";
import { labelKey, labelValue } from "../common/manifest.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";

/** Labels to set, and as `null` those to remove. */
export type Labels = Record<string, string | null>;

/** The labels that put a namespace into a workspace. */
export function memberLabels({ cluster, workspace }: { cluster: string; workspace: string }): Labels {
  return { [MANAGED_LABEL]: "true", [WORKSPACE_LABEL]: workspace, [CLUSTER_LABEL]: cluster };
}

/**
 * What of the labels an organization asks for would change. Those with a prefix are nobody's to set here: they decide which pods the
 * cluster admits and which workspace is meant; given as they are, as in a manifest that was read before, they are left alone.
 * Throws POLICY_INVALID.
 */
export function ownLabels({ metadata }: V1Namespace, asked: Labels): Labels {
  const current = metadata?.labels ?? {};
  const changes = Object.entries(asked).filter(([key, value]) => (current[key] ?? null) !== value);
  for (const [key, value] of changes) {
    const problem = labelProblem(key, value);
    if (problem !== undefined)
      throw new PolicyError(
        POLICY_ERROR.invalid,
        `The label ${JSON.stringify(key)} cannot be set: ${problem}`,
        {
          fields: [{ path: `meta.labels.${key}`, message: problem }],
        },
      );
  }
  return Object.fromEntries(changes);
}

/** The namespace as it would be with these labels. */
export function withLabels(namespace: V1Namespace, labels: Labels): V1Namespace {
  const kept = Object.entries({ ...namespace.metadata?.labels, ...labels }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  const metadata = Object.assign({}, namespace.metadata, { labels: Object.fromEntries(kept) });
  return Object.assign({}, namespace, { metadata });
}

function labelProblem(key: string, value: string | null): string | undefined {
  if (key.includes("/")) return "labels with a prefix belong to the cluster and to Lectern";
  const checked = [labelKey.safeParse(key), labelValue.safeParse(value ?? "")].find(
    ({ success }) => !success,
  );
  return checked?.error && valueProblem(checked.error.issues);
}
