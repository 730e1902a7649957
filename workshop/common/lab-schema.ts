import { z } from "zod";
import { MAX_EGRESS, egressTarget, isLocalTarget } from "./egress.js";
import { ingressesSchema } from "./ingress.js";
import { BUDGET_NAMES, LAB_LEVELS } from "./lab.js";
import { imageSchema, imagesSchema } from "./lab-images.js";
import { LIMIT_NAMES, readLimit, type ShellLimits } from "./shell-limits.js";

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A name that may stand in addresses and in Kubernetes: small letters, digits and hyphens, 63 at most. */
export const dnsLabelSchema = z
  .string()
  .regex(DNS_LABEL, "use small letters, digits and hyphens, at most 63");

/** A class; each of them has a namespace, a home and a shell that nobody uses yet. */
const MAX_POOL = 50;

/** As many as a learner looks at in one table. */
const MAX_NODES = 9;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const variableName = z.string().regex(/^[A-Za-z_]\w*$/, "a variable is letters, digits and underscores");

/** `name: value`, or the list of `{name, value}` that classic workshops use. */
export const variablesSchema = z
  .union([
    z.record(variableName, scalar),
    z.array(z.object({ name: variableName, value: scalar.default("") })),
  ])
  .transform((given) =>
    Array.isArray(given) ? Object.fromEntries(given.map(({ name, value }) => [name, value])) : given,
  );

const limitsSchema = z.partialRecord(z.enum(LIMIT_NAMES), scalar).transform((given, context): ShellLimits => {
  const limits: ShellLimits = {};
  for (const name of LIMIT_NAMES) {
    const value = given[name];
    if (value === undefined) continue;
    try {
      Object.assign(limits, readLimit(name, value));
    } catch (error) {
      context.addIssue((error as Error).message);
    }
  }
  return limits;
});

/** The native `workshop.yaml`: everything about a lab that is not the text of its pages. */
export const workshopFileSchema = z.strictObject({
  name: dnsLabelSchema.optional().describe("name in addresses; the folder's name where absent"),
  title: z.string().min(1).describe("what learners see in the catalogue"),
  description: z.string().default("").describe("one sentence for the catalogue"),
  minutes: z.number().int().min(1).max(1440).default(60).describe("time a session lasts"),
  level: z.enum(LAB_LEVELS).default("beginner"),
  needs: z
    .array(z.enum(["containers"]))
    .default([])
    .describe("what not every cluster has"),
  cluster: z
    .enum(["shared", "own"])
    .default("shared")
    .describe(
      "whether each session has a namespace of the platform's cluster, or a cluster of its own to administer",
    ),
  nodes: z
    .array(dnsLabelSchema)
    .min(1)
    .max(MAX_NODES)
    .refine((names) => new Set(names).size === names.length, "two nodes have the same name")
    .optional()
    .describe(
      "names of the nodes of a cluster of one's own, the control plane first; one that says that it is simulated where absent",
    ),
  budget: z.enum(BUDGET_NAMES).default("medium").describe("what the session's namespace may use"),
  limits: limitsSchema
    .optional()
    .describe("most of what a session's shells may use, never above what the operator allows"),
  layout: z
    .enum(["default", "split", "split/2", "lower", "none"])
    .default("split")
    .describe("arrangement of the terminals"),
  editor: z
    .boolean()
    .optional()
    .describe("whether sessions have an editor; they do in any case where a block needs it"),
  kubernetes: z
    .boolean()
    .optional()
    .describe(
      "whether sessions have the tab Kubernetes, which shows the objects of their namespace as they are",
    ),
  workspaces: z.array(dnsLabelSchema).default([]).describe("workspaces of the session's organization"),
  variables: variablesSchema.default({}).describe("values that pages use as {{ name }}"),
  environment: z
    .array(variableName)
    .default([])
    .describe("environment variables of the server that pages may show as {{ ENV_NAME }}"),
  pages: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("page files in order, without .md or .adoc; all files of pages/ by name where absent"),
  dashboards: z
    .array(z.strictObject({ name: z.string(), url: z.string().optional() }))
    .default([])
    .describe("tabs beside the terminal"),
  slides: z
    .string()
    .optional()
    .describe(
      "folder of the lab's slides, shown as a tab: index.html, for which reveal.js and impress.js are at hand, or slides.md",
    ),
  egress: z
    .array(
      z.string().transform((text, context) => {
        const target = egressTarget(text);
        if (target && !isLocalTarget(target)) return target;
        context.addIssue(
          target
            ? `no lab may reach ${text}: it is this machine, or tells its credentials`
            : `write host:port, as in registry.example.org:443`,
        );
        return z.NEVER;
      }),
    )
    .max(MAX_EGRESS)
    .default([])
    .describe("what shells may reach besides Kubernetes and Lectern, as host:port"),
  ingresses: ingressesSchema.default([]).describe("applications of a session that browsers may reach"),
  pool: z
    .strictObject({ ready: z.number().int().min(0).max(MAX_POOL) })
    .default({ ready: 0 })
    .describe("sessions that are kept ready before anybody asks for them"),
  images: imagesSchema
    .default([])
    .describe(
      "images that pods of the lab really run, without which it cannot be done; and images of its own, {name} with like, missing or exits",
    ),
  image: imageSchema
    .optional()
    .describe("tool box of the shells where sessions have pods: any image with glibc and bash"),
  home: z
    .enum(["temporary", "persistent"])
    .default("temporary")
    .describe("whether the home outlives its pod, where sessions have pods"),
  objects: z
    .array(z.record(z.string(), z.unknown()))
    .default([])
    .describe("Kubernetes objects made in every session's namespace; those of a List one by one"),
  files: z.string().default("files").describe("folder copied into the learner's home"),
});
export type WorkshopFile = z.infer<typeof workshopFileSchema>;

/** What may stand between `---` lines at the top of a page. */
export const frontMatterSchema = z.object({
  title: scalar.nullish(),
  weight: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^-?\d{1,9}$/)
        .transform(Number),
    ])
    .nullish(),
  draft: z.boolean().optional(),
});
export type FrontMatter = z.infer<typeof frontMatterSchema>;
