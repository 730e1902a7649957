import { z } from "zod";

import { resourceName } from "../../../policy/common/manifest.js";

const MAX_IMAGE_CHARACTERS = 1024;
const MAX_NAME_CHARACTERS = 253;

const description = z
  .object({ description: z.string().max(1000).nullish() })
  .nullish()
  .transform((meta) => meta?.description ?? undefined);

/** Policies are checked by the service, which knows their recipes. */
export const policyBody = z.object({ policy: z.record(z.string(), z.unknown()) });

export const workspaceBody = z.object({
  workspace: z.object({ fullName: z.object({ name: resourceName }), meta: description }),
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

export const explainBody = z
  .object({
    namespace: z.string().min(1).max(MAX_NAME_CHARACTERS),
    image: z.string().max(MAX_IMAGE_CHARACTERS).optional(),
    pod: z.string().min(1).max(MAX_NAME_CHARACTERS).optional(),
  })
  .refine(({ image, pod }) => (image === undefined) !== (pod === undefined), {
    message: "give either an image or a pod",
  });

export const previewBody = z.object({
  policy: z.record(z.string(), z.unknown()),
  remove: z.boolean().default(false),
});
