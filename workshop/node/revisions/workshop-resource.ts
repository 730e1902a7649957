import { IMAGE_REFERENCE_PATTERN } from "./image-reference.js";
import { SESSION_GROUP, SESSION_VERSION } from "../../common/session.js";

export const WORKSHOPS_PATH = `/apis/${SESSION_GROUP}/${SESSION_VERSION}/workshops`;

/** The custom resource that names a lab and where it comes from; cluster-scoped. Its name is the lab's. */
export interface WorkshopResource {
  metadata: { name: string; generation?: number };
  spec: WorkshopSpec;
  status?: WorkshopStatus;
}

/** One of the four. */
export interface WorkshopSpec {
  /** Absolute path on the servers; what stands there now is what sessions have. */
  folder?: string;
  configMap?: { namespace: string; name: string };
  git?: GitRepository;
  image?: ImageSource;
}

export interface GitRepository {
  /** `https://`, `ssh://` or `git://`; without a password, which everybody who lists workshops would see. */
  url: string;
  /** A branch or tag; the repository's own default where absent. */
  ref?: string;
  /** Folder of the lab inside the repository; its top where absent. */
  path?: string;
}

export interface ImageSource {
  /** An image or artifact in full, `registry.example.org/labs/shop:v1`; with a digest nothing newer is looked for. */
  reference: string;
  /** Folder of the lab inside it; its top where absent. */
  path?: string;
  /** A Secret of type `kubernetes.io/dockerconfigjson` in `lectern-system`; nobody's credentials where absent. */
  pullSecret?: string;
}

export interface WorkshopStatus {
  /** What new sessions get. */
  revision?: string;
  title?: string;
  source?: string;
  ready?: boolean;
  /** Why the newest revision is not what new sessions get; empty where it is. */
  message?: string;
}

const FOLDER_INSIDE = "^[A-Za-z0-9._-][A-Za-z0-9._/-]*$";
const text = { type: "string" };
const word = (maxLength: number) => ({ type: "string", minLength: 1, maxLength });

/** What `kubectl get workshops` shows, and what the API server refuses. */
export const WORKSHOP_CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `workshops.${SESSION_GROUP}` },
  spec: {
    group: SESSION_GROUP,
    scope: "Cluster",
    names: { plural: "workshops", singular: "workshop", kind: "Workshop", listKind: "WorkshopList" },
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
            properties: {
              spec: {
                type: "object",
                minProperties: 1,
                maxProperties: 1,
                properties: {
                  folder: { ...word(4096), pattern: "^/" },
                  configMap: {
                    type: "object",
                    required: ["namespace", "name"],
                    properties: { namespace: word(63), name: word(253) },
                  },
                  git: {
                    type: "object",
                    required: ["url"],
                    properties: {
                      url: { ...word(2048), pattern: "^((https|git)://[^@]+|ssh://.+)$" },
                      ref: { ...word(255), pattern: "^[A-Za-z0-9][A-Za-z0-9._/-]*$" },
                      path: { ...word(1024), pattern: FOLDER_INSIDE },
                    },
                  },
                  image: {
                    type: "object",
                    required: ["reference"],
                    properties: {
                      reference: { ...word(512), pattern: IMAGE_REFERENCE_PATTERN },
                      path: { ...word(1024), pattern: FOLDER_INSIDE },
                      pullSecret: { ...word(253), pattern: "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$" },
                    },
                  },
                },
              },
              status: {
                type: "object",
                properties: {
                  revision: text,
                  title: text,
                  source: text,
                  ready: { type: "boolean" },
                  message: text,
                },
              },
            },
          },
        },
        additionalPrinterColumns: [
          { name: "Title", type: "string", jsonPath: ".status.title" },
          { name: "Source", type: "string", jsonPath: ".status.source" },
          { name: "Revision", type: "string", jsonPath: ".status.revision" },
          { name: "Ready", type: "boolean", jsonPath: ".status.ready" },
          { name: "Message", type: "string", jsonPath: ".status.message" },
          { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
        ],
      },
    ],
  },
};
