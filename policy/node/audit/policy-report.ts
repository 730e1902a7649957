import type { V1ObjectMeta } from "@kubernetes/client-node";

import { type FoundViolation, violationKey } from "../../common/audit.js";
import { ORGANIZATION_LABEL } from "../../common/engine-names.js";
import type { ContainerKind, Violation } from "../../common/tmc-api.js";
import type { PolicyOrigin } from "../../common/verdict.js";

/** The kind of the Kubernetes policy working group, which Policy Reporter and others read. */
export const POLICY_REPORTS = {
  group: "wgpolicyk8s.io",
  version: "v1alpha2",
  plural: "policyreports",
} as const;

/** Our report of a namespace; other tools have their own beside it. */
export const REPORT_NAME = "lectern-image-policies";

/** Results one report holds: at some 700 bytes each they stay below what one object may have; the summary counts all. */
const MAX_RESULTS = 1000;

const SOURCE = "lectern";

interface ReportResult {
  source: string;
  policy: string;
  category: string;
  /** `warn` where the policy is on dry run. */
  result: "fail" | "warn";
  scored: boolean;
  message: string;
  timestamp: { seconds: number; nanos: number };
  resources: { apiVersion: string; kind: string; namespace: string; name: string }[];
  properties: Record<string, string>;
}

export interface PolicyReport {
  apiVersion: string;
  kind: string;
  metadata: V1ObjectMeta;
  /** Passes are not counted: they would be written anew with every pod. */
  summary: { fail: number; warn: number };
  results: ReportResult[];
}

/** The report of a namespace. What `before` knew already keeps its time. */
export function reportOf(
  { namespace, organization }: { namespace: string; organization: string },
  found: FoundViolation[],
  { before, now }: { before: PolicyReport | undefined; now: Date },
): PolicyReport {
  const since = new Map((before ? violationsOf(before) : []).map((each) => [violationKey(each), each.since]));
  const { resourceVersion } = before?.metadata ?? {};
  return {
    apiVersion: `${POLICY_REPORTS.group}/${POLICY_REPORTS.version}`,
    kind: "PolicyReport",
    metadata: {
      name: REPORT_NAME,
      namespace,
      labels: { [ORGANIZATION_LABEL]: organization, "app.kubernetes.io/managed-by": SOURCE },
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    summary: {
      fail: found.filter(({ dryRun }) => !dryRun).length,
      warn: found.filter(({ dryRun }) => dryRun).length,
    },
    results: found
      .slice(0, MAX_RESULTS)
      .map((each) => resultOf({ ...each, since: since.get(violationKey(each)) ?? now.toISOString() })),
  };
}

/** Whether two reports say the same. */
export function isSameReport(left: PolicyReport, right: PolicyReport): boolean {
  const said = ({ summary, results, metadata }: PolicyReport) =>
    JSON.stringify([summary, violationsOf({ metadata, results }), metadata.labels?.[ORGANIZATION_LABEL]]);
  return said(left) === said(right);
}

/** Reads a report of ours back. */
export function violationsOf({
  metadata,
  results,
}: Pick<PolicyReport, "metadata"> & { results?: ReportResult[] }): Violation[] {
  const organization = metadata.labels?.[ORGANIZATION_LABEL] ?? "";
  return (results ?? []).map((result) => {
    const { properties, resources } = result;
    const { workspace, container = "", containerKind = "container", image = "" } = properties;
    const [{ apiVersion, kind, name } = { apiVersion: "", kind: "", name: "" }] = resources;
    return {
      policy: result.policy,
      origin: originOf(organization, workspace),
      dryRun: result.result === "warn",
      ...(properties["moved"] === "true" && { moved: true as const }),
      namespace: metadata.namespace ?? "",
      workload: { apiVersion, kind, name },
      container,
      containerKind: containerKind as ContainerKind,
      image,
      pods: Number(properties["pods"] ?? 0),
      waits: properties["waits"] === "true",
      reason: result.message,
      since: new Date(result.timestamp.seconds * 1000).toISOString(),
    };
  });
}

function resultOf(violation: Violation): ReportResult {
  const { policy, origin, dryRun, namespace, workload, container, containerKind, image, reason } = violation;
  return {
    source: SOURCE,
    policy,
    category: "Image registry policies",
    result: dryRun ? "warn" : "fail",
    scored: !dryRun,
    message: reason,
    timestamp: { seconds: Math.floor(Date.parse(violation.since) / 1000), nanos: 0 },
    resources: [{ ...workload, namespace }],
    properties: {
      container,
      containerKind,
      image,
      pods: String(violation.pods),
      waits: String(violation.waits),
      ...(violation.moved && { moved: "true" }),
      ...(origin.kind === "workspace" && { workspace: origin.workspace }),
    },
  };
}

function originOf(organization: string, workspace: string | undefined): PolicyOrigin {
  return workspace === undefined
    ? { kind: "organization", organization }
    : { kind: "workspace", organization, workspace };
}
