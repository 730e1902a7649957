import type { ApiObject } from "../api/object.js";
import type { ApiService, WriteOptions } from "../api/service.js";
import { StatusError } from "../api/status.js";
import type { EventRecorder } from "./event-recorder.js";
import type { PodTemplate } from "./object-kinds.js";
import { locationOfObject, nameOf, namespaceOf } from "./object-keys.js";
import { controllerReference } from "./owner-references.js";
import { pods } from "./resource-refs.js";

export interface PodControl {
  api: ApiService;
  recorder: EventRecorder;
  writes: WriteOptions;
}

/** What a created pod has beyond its template. */
export interface PodDetails {
  /** Exact name; a generated one when absent. */
  name?: string;
  /** What a generated name begins with; the owner's name and a hyphen when absent. */
  generateName?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  spec?: Record<string, unknown>;
}

/** Pods created or deleted in one go, as in a real controller. */
export const BURST_REPLICAS = 500;
/**
 * Pods one owner may have at once. A real cluster has no such bound; here all are in the memory of one process, which a
 * number in a spec must not fill.
 */
const MAX_PODS_OF_OWNER = 5000;

/** How many of the `missing` pods an owner of `present` ones may be given now; says on the owner when that ends it. */
export function podsToCreate(
  { recorder }: PodControl,
  owner: ApiObject,
  { missing, present }: { missing: number; present: number },
): number {
  const room = MAX_PODS_OF_OWNER - present;
  if (missing > 0 && room <= 0) {
    const message = `Error creating: the embedded cluster keeps at most ${MAX_PODS_OF_OWNER} pods of one owner`;
    recorder.record(owner, { type: "Warning", reason: "FailedCreate", message });
  }
  return Math.max(0, Math.min(missing, room, BURST_REPLICAS));
}

/** Creates a pod of the owner's template and records on the owner how it went; throws what the API refused it with. */
export async function createPod(
  { api, recorder, writes }: PodControl,
  owner: ApiObject,
  template: PodTemplate,
  details: PodDetails = {},
): Promise<void> {
  try {
    const pod = await api.create(pods, namespaceOf(owner), podOf(owner, template, details), writes);
    recorder.record(owner, {
      type: "Normal",
      reason: "SuccessfulCreate",
      message: `Created pod: ${nameOf(pod)}`,
    });
  } catch (error) {
    if (!isNamespaceTerminating(error)) {
      recorder.record(owner, {
        type: "Warning",
        reason: "FailedCreate",
        message: `Error creating: ${messageOf(error)}`,
      });
    }
    throw error;
  }
}

/** Deletes a pod gracefully and records it on the owner; a pod that is gone already is no error. */
export async function deletePod(
  { api, recorder, writes }: PodControl,
  owner: ApiObject,
  pod: ApiObject,
): Promise<void> {
  try {
    await api.delete(pods, locationOfObject(pod), {
      ...writes,
      preconditions: { uid: pod.metadata.uid ?? "" },
    });
  } catch (error) {
    if (isNotFound(error)) return;
    const message = `Error deleting: ${messageOf(error)}`;
    recorder.record(owner, { type: "Warning", reason: "FailedDelete", message });
    throw error;
  }
  recorder.record(owner, {
    type: "Normal",
    reason: "SuccessfulDelete",
    message: `Deleted pod: ${nameOf(pod)}`,
  });
}

export function isNotFound(error: unknown): boolean {
  return error instanceof StatusError && error.code === 404;
}

/** Nothing can be created in a namespace that is going away, so there is no use in trying again. */
export function isNamespaceTerminating(error: unknown): boolean {
  if (!(error instanceof StatusError)) return false;
  return error.status.details?.causes?.some((cause) => cause.reason === "NamespaceTerminating") ?? false;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function podOf(owner: ApiObject, template: PodTemplate, details: PodDetails): ApiObject {
  const { labels, annotations, finalizers = [] } = template.metadata ?? {};
  const allAnnotations = { ...annotations, ...details.annotations };
  const allFinalizers = [...finalizers, ...(details.finalizers ?? [])];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(details.name === undefined
        ? { generateName: details.generateName ?? `${nameOf(owner)}-` }
        : { name: details.name, generateName: `${nameOf(owner)}-` }),
      labels: { ...labels, ...details.labels },
      ...(Object.keys(allAnnotations).length > 0 ? { annotations: allAnnotations } : {}),
      ...(allFinalizers.length > 0 ? { finalizers: allFinalizers } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...structuredClone(template.spec), ...details.spec },
  };
}
