import { z } from "zod";

/** More than any lab's pods are made of. */
const MAX_IMAGES = 50;
/** Of what an image that crashes leaves in its log: what the namespace carries with it has a bound of its own. */
const MAX_LOG_CHARACTERS = 2000;

/** An image reference, of characters that mean nothing to a shell. */
export const imageSchema = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\s"'`$]+$/, "write an image reference, as in registry.example.org/tools:1");

const ownImageSchema = z.union([
  z.strictObject({
    name: imageSchema.describe("as pods of the lab name it"),
    like: imageSchema.describe("the image that it runs like, as in nginx:1.27"),
  }),
  z.strictObject({
    name: imageSchema,
    missing: z.literal(true).describe("no registry has it: ErrImagePull, then ImagePullBackOff"),
  }),
  z.strictObject({
    name: imageSchema,
    exits: z.number().int().min(0).max(255).describe("status with which its program ends at once"),
    log: z.string().max(MAX_LOG_CHARACTERS).default("").describe("what the program writes before it ends"),
  }),
]);

/** An image that a lab has for itself, and what becomes of a container of it. */
export type OwnImage = z.infer<typeof ownImageSchema>;

/** `images` of `workshop.yaml`: names of images to be had, and images of the lab's own. */
export const imagesSchema = z
  .array(z.union([imageSchema, ownImageSchema]))
  .max(MAX_IMAGES)
  .superRefine((images, context) => {
    const names = images.map((image) => (typeof image === "string" ? image : image.name));
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) context.addIssue(`the image ${twice} is listed twice`);
  });

/** Annotation of a session's namespace with the images of its own, for the cluster that runs its pods. */
export const OWN_IMAGES_ANNOTATION = "lectern.dev/images";
