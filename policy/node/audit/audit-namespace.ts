import { type AuditedImages, auditNamespace } from "../../common/audit.js";
import { MANAGED_LABEL, ORGANIZATION_LABEL } from "../../common/engine-names.js";
import { asksRegistries, signersFingerprint } from "../../common/known-image.js";
import type { Violation } from "../../common/tmc-api.js";
import { isNotFound, orUndefined, toPolicyError } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";
import { askFleet } from "../fleet/on-cluster.js";
import { readEffective } from "../namespace-parameters.js";
import {
  isSameReport,
  POLICY_REPORTS,
  type PolicyReport,
  REPORT_NAME,
  reportOf,
  violationsOf,
} from "./policy-report.js";

/** Judges what there is in a namespace and writes its report; where no policy bears on it there is none. Throws `PolicyError`. */
export async function auditIntoReport(
  context: PolicyContext,
  name: string,
  images: () => AuditedImages[],
): Promise<void> {
  const namespace = await orUndefined(context.client.core.readNamespace({ name }));
  const labels = namespace?.metadata?.labels ?? {};
  const organization = labels[ORGANIZATION_LABEL];
  if (!namespace || namespace.metadata?.deletionTimestamp) return;
  const { selected } =
    labels[MANAGED_LABEL] === "true" ? await readEffective(context.store, namespace) : { selected: [] };
  if (organization === undefined || selected.length === 0) return removeReport(context, name);
  const now = images();
  const asking = selected.filter(({ spec }) => asksRegistries(spec));
  if (asking.length > 0)
    context.verifier?.want(organization, {
      images: now.flatMap((each) => each.images.map(({ image }) => image)),
      by: asking.map(({ spec }) => signersFingerprint(spec.input.authorities)),
    });
  const found = auditNamespace(name, now, selected);
  const before = await readReport(context, name);
  const report = reportOf({ namespace: name, organization }, found, { before, now: new Date() });
  if (before === undefined || !isSameReport(before, report)) await writeReport(context, report, before);
}

/** Takes the report of a namespace away, where there is one. */
export async function removeReport({ client }: PolicyContext, namespace: string): Promise<void> {
  await orUndefined<unknown>(
    client.custom.deleteNamespacedCustomObject({ ...POLICY_REPORTS, namespace, name: REPORT_NAME }),
  );
}

/** What runs against the policies of an organization, as its reports tell it. */
export async function listViolations(context: PolicyContext, organization: string): Promise<Violation[]> {
  const { answers } = await askFleet(context, organization, (each) => listReported(each, organization));
  return answers.flatMap(({ context: { place }, answer }) =>
    place ? answer.map((violation) => ({ ...violation, cluster: place.cluster })) : answer,
  );
}

async function listReported({ client }: PolicyContext, organization: string): Promise<Violation[]> {
  const labelSelector = `${ORGANIZATION_LABEL}=${organization}`;
  const list = await orUndefined<{ items: PolicyReport[] }>(
    client.custom.listClusterCustomObject({ ...POLICY_REPORTS, labelSelector }),
  );
  return (list?.items ?? []).filter(({ metadata }) => metadata.name === REPORT_NAME).flatMap(violationsOf);
}

async function readReport({ client }: PolicyContext, namespace: string): Promise<PolicyReport | undefined> {
  return orUndefined<PolicyReport>(
    client.custom.getNamespacedCustomObject({ ...POLICY_REPORTS, namespace, name: REPORT_NAME }),
  );
}

async function writeReport(
  { client: { custom } }: PolicyContext,
  body: PolicyReport,
  before: PolicyReport | undefined,
): Promise<void> {
  const namespace = body.metadata.namespace ?? "";
  try {
    if (before)
      await custom.replaceNamespacedCustomObject({ ...POLICY_REPORTS, namespace, name: REPORT_NAME, body });
    else await custom.createNamespacedCustomObject({ ...POLICY_REPORTS, namespace, body });
  } catch (error) {
    // A namespace that ends takes its report with it; where another writer was faster, the queue tries again.
    if (!isNotFound(error)) throw toPolicyError(error);
  }
}
