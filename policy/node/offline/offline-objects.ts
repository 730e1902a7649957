import type { V1ObjectMeta, V1PodSpec } from "@kubernetes/client-node";
import type { z } from "zod";

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
import {
  isOfOurs,
  writtenKnownImage,
  writtenMetadata,
  writtenPlace,
  writtenPodSpec,
} from "./offline-manifest.js";

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
  /** Exceptions of policies that are not there, which except nothing. */
  strayExceptions: { name: string; policy: string; workspace?: string }[];
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
    strayExceptions: strayIn(found),
  };
}

function strayIn({ policies, exceptions }: Found): OfflineObjects["strayExceptions"] {
  const isStray = ({ workspace, exception }: Found["exceptions"][number]) =>
    !policies.some((policy) => policy.name === exception.policy && workspaceOf(policy) === workspace);
  return exceptions.filter(isStray).map(({ workspace, exception: { name, policy } }) => ({
    name,
    policy,
    ...(workspace !== undefined && { workspace }),
  }));
}

/** The names under which the API lists or wraps what it answers. */
const WRAPPED = ["policy", "exception"] as const;
const LISTED = ["policies", "exceptions"] as const;

/** Lists of lists are nobody's. */
const MAX_DEPTH = 10;

function unfold({ place, content }: OfflineDocument): { place: string; content: Fields }[] {
  return unfolded({ place, content }, 0);
}

function unfolded({ place, content }: OfflineDocument, depth: number): { place: string; content: Fields }[] {
  if (content === null || content === undefined) return [];
  if (!isFields(content))
    throw new OfflineProblem(
      `${place}: expected a policy, an exception or an object of Kubernetes, and ${described(content)} came; write its manifest`,
    );
  if (depth > MAX_DEPTH) throw new OfflineProblem(`${place}: lists stand in lists; write each for itself`);
  const list = listIn(content);
  if (list)
    return list.items.flatMap((each, index) =>
      unfolded({ place: `${place}, ${list.key}[${String(index)}]`, content: each }, depth + 1),
    );
  const wrapped = content["kind"] === undefined ? WRAPPED.find((key) => isFields(content[key])) : undefined;
  return [{ place, content: wrapped === undefined ? content : (content[wrapped] as Fields) }];
}

/** What a list holds. The API server leaves out of what kind each is where the list is of one kind, such as a `PodList`. */
function listIn(content: Fields): { key: string; items: unknown[] } | undefined {
  const { kind, apiVersion, items } = content;
  if (kind === undefined) {
    const key = [...LISTED, "items"].find((each) => Array.isArray(content[each]));
    return key === undefined ? undefined : { key, items: content[key] as unknown[] };
  }
  if (typeof kind !== "string" || !kind.endsWith("List")) return undefined;
  if (!Array.isArray(items)) return items === null ? { key: "items", items: [] } : undefined;
  const of = kind === "List" ? {} : { apiVersion, kind: kind.slice(0, -"List".length) };
  return { key: "items", items: items.map((item: unknown) => (isFields(item) ? { ...of, ...item } : item)) };
}

function take({ place, content }: { place: string; content: Fields }, found: Found): void {
  const { kind, fullName, spec } = content;
  if (isOfOurs(content, "ImagePolicy")) found.policies.push(storedPolicy(place, content));
  else if (isOfOurs(content, "ImagePolicyException")) takeStoredException(place, content, found);
  else if (isOfOurs(content, "KnownImage"))
    found.known.push(parsedAs(writtenKnownImage, spec, { place, what: "known image" }));
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
  const { fullName, spec } = parsedAs(policyManifest, content, { place, what: "policy" });
  return { name: fullName.name, origin: placeOf(fullName.workspaceName), spec };
}

function storedPolicy(place: string, { spec }: Fields): EffectivePolicy {
  const parsed = parsedAs(policySpec, spec, { place, what: "policy" });
  const { name, workspace } = parsedAs(writtenPlace, spec, { place, what: "policy" });
  return { name, origin: placeOf(workspace), spec: parsed };
}

function takeException(place: string, content: Fields, found: Found): void {
  const { fullName, spec } = parsedAs(exceptionManifest, content, { place, what: "exception" });
  const { state } = isFields(content["status"]) ? content["status"] : {};
  if (state !== undefined && state !== "Granted") return;
  const { workspaceName: workspace } = content["fullName"] as { workspaceName?: unknown };
  const at = parsedAs(writtenPlace, { name: fullName.name, workspace }, { place, what: "exception" });
  found.exceptions.push(exceptionAt(at, spec));
}

function takeStoredException(place: string, { spec }: Fields, found: Found): void {
  const parsed = parsedAs(exceptionSpec, spec, { place, what: "exception" });
  const at = parsedAs(writtenPlace, spec, { place, what: "exception" });
  if ((spec as Fields)["state"] === "Granted") found.exceptions.push(exceptionAt(at, parsed));
}

function exceptionAt(
  { name, workspace }: z.output<typeof writtenPlace>,
  spec: z.output<typeof exceptionSpec>,
): Found["exceptions"][number] {
  return { ...(workspace !== undefined && { workspace }), exception: { name, ...spec } };
}

function takeObject(place: string, content: Fields, found: Found): void {
  const { apiVersion, kind } = content as { apiVersion: string; kind: string };
  const written = parsedAs(writtenMetadata, content["metadata"], { place, what: kind, below: ["metadata"] });
  const { namespace, labels, annotations } = written;
  const name = written.name ?? written.generateName ?? "";
  if (apiVersion === "v1" && kind === "Namespace") {
    found.namespaces.set(name, labels);
    return;
  }
  const shown = { ...content, metadata: written as V1ObjectMeta } as Shown;
  const spec = podSpecOf(place, kind, shown);
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
function podSpecOf(place: string, kind: string, shown: Shown): V1PodSpec | undefined {
  const known = AUDITED_KINDS.find((each) => each.kind === kind);
  if (known) {
    const spec: unknown = known.podSpec(shown);
    if (spec === undefined || spec === null) return undefined;
    return parsedAs(writtenPodSpec, spec, { place, what: kind, below: placeOfPods(kind) }) as V1PodSpec;
  }
  const spec = shown.spec?.template?.spec;
  if (!Array.isArray(spec?.containers)) return undefined;
  return writtenPodSpec.safeParse(spec).data as V1PodSpec | undefined;
}

function placeOfPods(kind: string): string[] {
  if (kind === "Pod") return ["spec"];
  return kind === "CronJob"
    ? ["spec", "jobTemplate", "spec", "template", "spec"]
    : ["spec", "template", "spec"];
}

function withExceptions(policy: EffectivePolicy, { exceptions }: Found): EffectivePolicy {
  const workspace = workspaceOf(policy);
  const own = exceptions
    .filter((each) => each.workspace === workspace && each.exception.policy === policy.name)
    .map(({ exception }) => exception);
  return own.length === 0 ? policy : { ...policy, exceptions: own };
}

/** The workspace that a namespace is labelled for, as Lectern labels those that are attached. */
export function labelledWorkspace(labels: Record<string, string>): string | undefined {
  return labels[WORKSPACE_LABEL];
}

function workspaceOf({ origin }: EffectivePolicy): string | undefined {
  return origin.kind === "workspace" ? origin.workspace : undefined;
}

function placeOf(workspace: string | undefined): EffectivePolicy["origin"] {
  return originOf({ organization: OFFLINE_ORGANIZATION, ...(workspace !== undefined && { workspace }) });
}

function refuseRepeated(policies: EffectivePolicy[]): void {
  const seen = new Set<string>();
  for (const policy of policies) {
    const { name } = policy;
    const workspace = workspaceOf(policy);
    const key = `${workspace ?? ""}/${name}`;
    if (seen.has(key))
      throw new OfflineProblem(
        `the policy ${name} of ${workspace === undefined ? "the organization" : `workspace ${workspace}`} is there twice; leave one of its files away`,
      );
    seen.add(key);
  }
}

/** The value as the schema has it. Throws `OfflineProblem` that names each field that is wrong, `below` before it. */
function parsedAs<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  { place, what, below = [] }: { place: string; what: string; below?: string[] },
): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [...below, ...issue.path] }));
  throw new OfflineProblem(`${place}: the ${what} is not valid: ${fieldProblems(issues, "manifest").text}`);
}

function described(content: unknown): string {
  return Array.isArray(content) ? "a list" : `"${String(content).slice(0, 40)}"`;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
