import { z } from "zod";

import { bindingDelta, groupName, roleBindings, userName } from "../../../policy/common/roles.js";
import { EXCEPTED_KINDS } from "../../../policy/common/exception.js";
import { labelKey, labelValue, resourceName } from "../../../policy/common/manifest.js";

const MAX_IMAGE_CHARACTERS = 1024;
const MAX_NAME_CHARACTERS = 253;
const MAX_LABEL_KEY_CHARACTERS = 317;

const MAX_NOTE_CHARACTERS = 500;

const MAX_LABELS = 64;

const workspaceMeta = z
  .object({
    description: z.string().max(1000).nullish(),
    labels: z
      .record(labelKey, labelValue)
      .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `may hold ${MAX_LABELS} labels at most`)
      .nullish(),
  })
  .nullish()
  .transform((meta) => ({
    ...(meta?.description != null && { description: meta.description }),
    ...(meta?.labels != null && { labels: meta.labels }),
  }));

/** Policies are checked by the service, which knows their recipes. */
export const policyBody = z.object({ policy: z.record(z.string(), z.unknown()) });

/** As policies. */
export const exceptionBody = z.object({ exception: z.record(z.string(), z.unknown()) });

export const decisionBody = z.object({
  note: z.string().max(MAX_NOTE_CHARACTERS).nullish(),
  resourceVersion: z.string().max(MAX_NAME_CHARACTERS).nullish(),
});

export const workspaceBody = z.object({
  workspace: z.object({ fullName: z.object({ name: resourceName }), meta: workspaceMeta }),
});

/** The kubeconfig is read by the service, which says what is wrong in it. */
export const clusterBody = z.object({
  cluster: z.object({
    fullName: z.object({ name: resourceName }),
    meta: z.object({ description: z.string().max(1000).nullish() }).nullish(),
  }),
  kubeconfig: z.string().min(1).optional(),
});

export const namespaceBody = z.object({
  namespace: z.object({
    fullName: z.object({ name: z.string().min(1).max(MAX_NAME_CHARACTERS) }),
    spec: z.object({
      workspaceName: resourceName,
      attach: z.literal(true, { error: "must be true: namespaces are attached here, not created" }),
    }),
  }),
});

const labelChanges = z.record(z.string().max(MAX_LABEL_KEY_CHARACTERS), z.string().max(63).nullable());

/** A change of a namespace: what it leaves out stays. */
export const namespaceChangeBody = z.object({
  namespace: z.object({
    meta: z.object({ labels: labelChanges.nullish() }).nullish(),
    spec: z.object({ workspaceName: resourceName.nullish() }).nullish(),
  }),
});

/** Other bindings for all that a place has. */
export const rolesBody = z.object({ policy: z.object({ roleBindings }) });

/** Most that one request adds and removes. */
const MAX_DELTAS = 200;

export const bindingsBody = z.object({ bindingDeltaList: z.array(bindingDelta).min(1).max(MAX_DELTAS) });

/** Of one user; as many as a token carries with room to spare. */
const MAX_GROUPS = 10;

export const apiTokenBody = z.object({
  apiToken: z.object({ user: userName, groups: z.array(groupName).max(MAX_GROUPS).default([]) }),
});

export const explainBody = z
  .object({
    namespace: z.string().min(1).max(MAX_NAME_CHARACTERS),
    clusterName: resourceName.optional(),
    image: z.string().max(MAX_IMAGE_CHARACTERS).optional(),
    pod: z.string().min(1).max(MAX_NAME_CHARACTERS).optional(),
    workload: z
      .object({ kind: z.enum(EXCEPTED_KINDS), name: z.string().min(1).max(MAX_NAME_CHARACTERS) })
      .optional(),
  })
  .refine(
    ({ image, pod, workload }) => [image, pod, workload].filter((each) => each !== undefined).length === 1,
    { message: "give one of an image, a pod and a workload" },
  );

export const verifyBody = z.object({ image: z.string().min(1).max(MAX_IMAGE_CHARACTERS) });

export type ExplainBody = z.output<typeof explainBody>;

export const previewBody = z
  .object({
    policy: z.record(z.string(), z.unknown()).optional(),
    remove: z.boolean().default(false),
    namespace: z
      .object({
        name: z.string().min(1).max(MAX_NAME_CHARACTERS),
        clusterName: resourceName.optional(),
        workspaceName: resourceName.nullable(),
        labels: labelChanges.optional(),
      })
      .optional(),
    exception: z.object({ name: resourceName, workspaceName: resourceName.optional() }).optional(),
  })
  .refine(
    ({ policy, namespace, exception }) =>
      [policy, namespace, exception].filter((each) => each !== undefined).length === 1,
    { message: "give either a policy or a namespace or an exception" },
  );
