import type { V1OwnerReference } from "@kubernetes/client-node";
import { z } from "zod";

import { POLICY_GROUP } from "../../common/engine-names.js";
import type { KnownImage } from "../../common/known-image.js";

/** Files leave out what they do not say, or write nothing after it, which YAML reads as null. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
}

interface WrittenMetadata {
  name?: string | undefined;
  generateName?: string | undefined;
  namespace?: string | undefined;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  ownerReferences?: V1OwnerReference[];
}

/** What is looked at of the metadata of an object in a file. */
export const writtenMetadata = z
  .object({
    name: text,
    generateName: text,
    namespace: text,
    labels: texts,
    annotations: texts,
    ownerReferences: listOf(
      z.object({
        apiVersion: z.string().default(""),
        kind: z.string(),
        name: z.string(),
        uid: z.string().default(""),
        controller: z.boolean().default(false),
      }),
    ),
  })
  .nullish()
  .transform((metadata): WrittenMetadata => ({ labels: {}, annotations: {}, ...metadata }));

const container = z.object({ name: z.string().nullish().transform(orEmpty), image: text });

/** What is looked at of the pods that an object in a file makes. */
export const writtenPodSpec = z.object({
  containers: listOf(container),
  initContainers: listOf(container),
  ephemeralContainers: listOf(container),
  volumes: listOf(
    z.object({
      name: z.string().nullish().transform(orEmpty),
      image: z
        .object({ reference: text })
        .nullish()
        .transform((value) => value ?? undefined),
    }),
  ),
});

/** What registries told, as it is stored. */
export const writtenKnownImage: z.ZodType<KnownImage> = z.object({
  image: z.string(),
  digest: z.string().optional(),
  moved: z.object({ from: z.string(), at: z.string() }).optional(),
  problem: z.string().optional(),
  signatures: z
    .array(z.object({ signers: z.string(), verified: z.boolean(), reason: z.string() }))
    .optional(),
}) as z.ZodType<KnownImage>;

/** Where and under which name a policy or an exception is stored. */
export const writtenPlace = z.object({ name: z.string().min(1, "must not be empty"), workspace: text });

/** Whether an object is of a kind of ours: other makers have image policies as well. */
export function isOfOurs({ apiVersion, kind }: Record<string, unknown>, wanted: string): boolean {
  return kind === wanted && typeof apiVersion === "string" && apiVersion.startsWith(`${POLICY_GROUP}/`);
}

function orEmpty(value: string | null | undefined): string {
  return value ?? "";
}
