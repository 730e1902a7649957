import { setTimeout as sleep } from "node:timers/promises";
import { SESSION_GROUP, SESSION_PLURAL, SESSION_VERSION } from "../common/session.js";
import { install } from "../../kubernetes/node/installed-version.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { EVENTS_PATH, EVENT_CRD } from "./event-definition.js";
import { WORKSHOPS_PATH, WORKSHOP_CRD } from "./revisions/workshop-resource.js";

export const SESSIONS_PATH = `/apis/${SESSION_GROUP}/${SESSION_VERSION}/${SESSION_PLURAL}`;

const CRD_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/** A new kind is served within a second; a cluster that needs longer is in trouble. */
const ESTABLISHED_TIMEOUT_MS = 20_000;
const POLL_MS = 25;

/**
 * Makes the kinds Session, Workshop and Event known to the cluster, or brings them up to date where `version` is not older than what wrote
 * them, whose new fields it would drop; waits until they are served.
 */
export async function installSessionCrds(client: KubernetesClient, version?: string): Promise<void> {
  const definitions = [SESSION_CRD, WORKSHOP_CRD, EVENT_CRD];
  await Promise.all(definitions.map((object) => install(client, CRD_PATH, { object, version })));
  const deadline = AbortSignal.timeout(ESTABLISHED_TIMEOUT_MS);
  for (;;) {
    try {
      for (const path of [SESSIONS_PATH, WORKSHOPS_PATH, EVENTS_PATH])
        await client.get(`${path}?limit=1`, deadline);
      return;
    } catch (error) {
      if (deadline.aborted) throw error;
    }
    await sleep(POLL_MS);
  }
}

const text = { type: "string" };

const STEP_SCHEMA = {
  type: "object",
  required: ["name", "title", "state"],
  properties: {
    name: text,
    title: text,
    state: { type: "string", enum: ["waiting", "running", "done", "failed"] },
    durationMs: { type: "integer" },
    message: text,
  },
};

const time = { type: "string", format: "date-time" };

const HELP_SCHEMA = {
  type: "object",
  required: ["text", "askedAt", "page"],
  properties: { text, askedAt: time, page: text, step: text, takenBy: text },
};

const GUEST_SCHEMA = {
  type: "object",
  required: ["id", "name", "askedAt", "browser"],
  properties: { id: text, name: text, askedAt: time, agreedAt: time, browser: text },
};

const ANNOUNCEMENT_SCHEMA = {
  type: "object",
  required: ["id", "text", "at"],
  properties: {
    id: text,
    text,
    at: time,
    command: text,
    asks: { type: "boolean" },
    tellsEnd: { type: "boolean" },
    answer: { type: "string", enum: ["yes", "no"] },
  },
};

const count = { type: "integer", minimum: 0 };

const RESTORATION_SCHEMA = {
  type: "object",
  required: ["id", "page", "state", "aliveUntil"],
  properties: {
    id: text,
    page: text,
    state: { type: "string", enum: ["running", "asks", "done", "stopped", "failed"] },
    doing: text,
    done: count,
    of: count,
    leftOut: count,
    message: text,
    aliveUntil: time,
    answer: { type: "string", enum: ["go-on", "stop"] },
  },
};

const SPEC_SCHEMA = {
  type: "object",
  required: ["lab", "minutes", "expiresAt", "namespace", "organization"],
  properties: {
    lab: text,
    labRevision: text,
    minutes: { type: "integer", minimum: 1 },
    expiresAt: time,
    namespace: text,
    cluster: { type: "string", enum: ["own"] },
    organization: text,
    startedBy: text,
    linkRevision: { type: "integer", minimum: 1 },
    pausedUntil: time,
    pausedMs: { type: "integer", minimum: 0 },
    isEndSet: { type: "boolean" },
    extendedBy: { type: "array", items: text },
    announcement: ANNOUNCEMENT_SCHEMA,
    help: HELP_SCHEMA,
    guest: GUEST_SCHEMA,
    restoration: RESTORATION_SCHEMA,
  },
};

const STATUS_SCHEMA = {
  type: "object",
  properties: {
    phase: { type: "string", enum: ["Pending", "Ready", "Active", "Ending", "Ended", "Failed"] },
    reason: text,
    startedAt: time,
    openedAt: time,
    provisioning: { type: "array", items: STEP_SCHEMA },
  },
};

const SESSION_CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${SESSION_PLURAL}.${SESSION_GROUP}` },
  spec: {
    group: SESSION_GROUP,
    scope: "Cluster",
    names: { plural: SESSION_PLURAL, singular: "session", kind: "Session", listKind: "SessionList" },
    versions: [
      {
        name: SESSION_VERSION,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            required: ["spec"],
            properties: { spec: SPEC_SCHEMA, status: STATUS_SCHEMA },
          },
        },
        additionalPrinterColumns: [
          { name: "Lab", type: "string", jsonPath: ".spec.lab" },
          { name: "Revision", type: "string", jsonPath: ".spec.labRevision", priority: 1 },
          { name: "Phase", type: "string", jsonPath: ".status.phase" },
          { name: "Expires", type: "string", jsonPath: ".spec.expiresAt" },
          { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
        ],
      },
    ],
  },
};
