import type { V1ObjectMeta, V1PodSpec } from "@kubernetes/client-node";

import type { NamedImage } from "../../common/audit.js";
import { WORKSPACE_LABEL } from "../../common/engine-names.js";
import type { EffectivePolicy } from "../../common/effective.js";
import {
  exceptionManifest,
  exceptionSpec,
  type PolicyException,
  type WorkloadReference,
} from "../../common/exception.js";
import { fieldProblems } from "../../common/field-problems.js";
import { type KnownImage, withKnownImages } from "../../common/known-image.js";
import { policyManifest, policySpec } from "../../common/manifest.js";
import { AUDITED_KINDS, type Shown, workloadsOfPods } from "../audit/audited-kinds.js";
import { podImages } from "../pod-images.js";
import { originOf } from "../records.js";

/** Everything that files hold is of one organization, whose name nobody is shown. */
export const OFFLINE_ORGANIZATION = "offline";

/** One parsed document, and where it stands for whoever is told of it. */
export interface OfflineDocument {
  place: string;
  content: unknown;
}

/** A pod, or what makes pods, as a file has it. */
export interface OfflineObject {
  place: string;
  apiVersion: string;
  kind: string;
  name: string;
  /** Absent where the file says none. */
  namespace?: string;
  annotations: Record<string, string>;
  images: NamedImage[];
  workloads: WorkloadReference[];
}

/** What files hold that bears on images. */
export interface OfflineObjects {
  policies: EffectivePolicy[];
  /** Labels of the namespaces that are among the documents, by name. */
  namespaces: Map<string, Record<string, string>>;
  objects: OfflineObject[];
}

/** A document that is nothing that can be judged or judged by. */
export class OfflineProblem extends Error {
  override readonly name = "OfflineProblem";
}

interface Found {
  policies: EffectivePolicy[];
  exceptions: { workspace?: string; exception: PolicyException }[];
  known: KnownImage[];
  namespaces: Map<string, Record<string, string>>;
  objects: OfflineObject[];
}

type Fields = Record<string, unknown>;

/**
 * Sorts documents into policies, their exceptions and what they judge. Policies and exceptions are taken as Tanzu Mission Control writes them, as REST and
 * `tmc` answer them, or as objects of a cluster; so are lists of any of these. Objects without images are left out. Throws `OfflineProblem`.
 */
export function readOfflineObjects(documents: OfflineDocument[]): OfflineObjects {
  const found: Found = { policies: [], exceptions: [], known: [], namespaces: new Map(), objects: [] };
  for (const document of documents.flatMap(unfold)) take(document, found);
  const policies = found.policies.map((policy) => withExceptions(policy, found));
  refuseRepeated(policies);
  return {
    policies: withKnownImages(policies, found.known),
    namespaces: found.namespaces,
    objects: found.objects,
  };
}

/** The names under which the API lists or wraps what it answers. */
const WRAPPED = ["policy", "exception"] as const;
const LISTED = ["policies", "exceptions", "items"] as const;

function unfold({ place, content }: OfflineDocument): { place: string; content: Fields }[] {
  if (content === null || content === undefined) return [];
  if (!isFields(content))
    throw new OfflineProblem(
      `${place}: expected a policy, an exception or an object of Kubernetes, and ${described(content)} came; write its manifest`,
    );
  for (const key of LISTED) {
    const list = content[key];
    if (Array.isArray(list))
      return list.flatMap((each, index) =>
        unfold({ place: `${place}, ${key}[${String(index)}]`, content: each }),
      );
  }
  for (const key of WRAPPED) if (isFields(content[key])) return [{ place, content: content[key] }];
  return [{ place, content }];
}

function take({ place, content }: { place: string; content: Fields }, found: Found): void {
  const { kind, fullName, spec } = content;
  if (kind === "ImagePolicy") found.policies.push(storedPolicy(place, content));
  else if (kind === "ImagePolicyException") takeStoredException(place, content, found);
  else if (kind === "KnownImage" && isFields(spec)) found.known.push(spec as unknown as KnownImage);
  else if (isFields(fullName) && kind === undefined)
    if (isFields(spec) && typeof spec["policy"] === "string") takeException(place, content, found);
    else found.policies.push(writtenPolicy(place, content));
  else if (typeof kind === "string" && typeof content["apiVersion"] === "string")
    takeObject(place, content, found);
  else
    throw new OfflineProblem(
      `${place}: expected fullName and spec of a policy, or apiVersion and kind of an object, and found ${Object.keys(content).slice(0, 5).join(", ") || "nothing"}`,
    );
}

function writtenPolicy(place: string, content: Fields): EffectivePolicy {
  const parsed = policyManifest.safeParse(content);
  if (!parsed.success) throw invalid(place, "policy", parsed.error);
  const { fullName, spec } = parsed.data;
  return { name: fullName.name, origin: placeOf(fullName.workspaceName), spec };
}

function storedPolicy(place: string, { spec }: Fields): EffectivePolicy {
  const parsed = policySpec.safeParse(spec);
  if (!parsed.success) throw invalid(place, "policy", parsed.error);
  const { name, workspace } = spec as { name?: string; workspace?: string };
  if (typeof name !== "string") throw new OfflineProblem(`${place}: expected the policy's name in spec.name`);
  return { name, origin: placeOf(workspace), spec: parsed.data };
}

function takeException(place: string, content: Fields, found: Found): void {
  const parsed = exceptionManifest.safeParse(content);
  if (!parsed.success) throw invalid(place, "exception", parsed.error);
  const { state } = isFields(content["status"]) ? content["status"] : {};
  if (state !== undefined && state !== "Granted") return;
  const { workspaceName } = content["fullName"] as { workspaceName?: string };
  found.exceptions.push({
    ...(workspaceName !== undefined && { workspace: workspaceName }),
    exception: { name: parsed.data.fullName.name, ...parsed.data.spec },
  });
}

function takeStoredException(place: string, { spec }: Fields, found: Found): void {
  const parsed = exceptionSpec.safeParse(spec);
  if (!parsed.success) throw invalid(place, "exception", parsed.error);
  const { name, workspace, state } = spec as { name: string; workspace?: string; state?: string };
  if (state !== "Granted") return;
  found.exceptions.push({
    ...(workspace !== undefined && { workspace }),
    exception: { name, ...parsed.data },
  });
}

function takeObject(place: string, content: Fields, found: Found): void {
  const { apiVersion, kind } = content as { apiVersion: string; kind: string };
  const metadata = (isFields(content["metadata"]) ? content["metadata"] : {}) as V1ObjectMeta;
  const { name = metadata.generateName ?? "", namespace, labels = {}, annotations = {} } = metadata;
  if (apiVersion === "v1" && kind === "Namespace") {
    found.namespaces.set(name, labels);
    return;
  }
  const shown = { ...content, metadata } as Shown;
  const spec = podSpecOf(kind, shown);
  if (!spec) return;
  found.objects.push({
    place,
    apiVersion,
    kind,
    name,
    ...(namespace !== undefined && { namespace }),
    annotations,
    images: podImages({ spec }),
    workloads: workloadsOfPods(shown, { kind, name }),
  });
}

/** Kinds that are not known, such as a ReplicationController or a Rollout, make pods where they have a template as Deployments have it. */
function podSpecOf(kind: string, shown: Shown): V1PodSpec | undefined {
  const known = AUDITED_KINDS.find((each) => each.kind === kind);
  if (known) return known.podSpec(shown);
  const spec = shown.spec?.template?.spec;
  return Array.isArray(spec?.containers) ? spec : undefined;
}

function withExceptions(policy: EffectivePolicy, { exceptions }: Found): EffectivePolicy {
  const workspace = policy.origin.kind === "workspace" ? policy.origin.workspace : undefined;
  const own = exceptions
    .filter((each) => each.workspace === workspace && each.exception.policy === policy.name)
    .map(({ exception }) => exception);
  return own.length === 0 ? policy : { ...policy, exceptions: own };
}

/** The workspace that a namespace is labelled for, as Lectern labels those that are attached. */
export function labelledWorkspace(labels: Record<string, string>): string | undefined {
  return labels[WORKSPACE_LABEL];
}

function placeOf(workspace: string | undefined): EffectivePolicy["origin"] {
  return originOf({ organization: OFFLINE_ORGANIZATION, ...(workspace !== undefined && { workspace }) });
}

function refuseRepeated(policies: EffectivePolicy[]): void {
  const seen = new Set<string>();
  for (const { name, origin } of policies) {
    const workspace = origin.kind === "workspace" ? origin.workspace : undefined;
    const key = `${workspace ?? ""}/${name}`;
    if (seen.has(key))
      throw new OfflineProblem(
        `the policy ${name} of ${workspace === undefined ? "the organization" : `workspace ${workspace}`} is there twice; leave one of its files away`,
      );
    seen.add(key);
  }
}

function invalid(
  place: string,
  what: string,
  { issues }: { issues: Parameters<typeof fieldProblems>[0] },
): OfflineProblem {
  return new OfflineProblem(`${place}: the ${what} is not valid: ${fieldProblems(issues, "manifest").text}`);
}

function described(content: unknown): string {
  return Array.isArray(content) ? "a list" : `"${String(content).slice(0, 40)}"`;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
