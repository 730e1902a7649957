import { z } from "zod";
import { flag, writtenText as scalar } from "./yaml-scalars.js";

/** A variable of pages: its value is that of the first of the named environment variables that there is, else its own. */
const pageVariable = z.looseObject({
  name: z.string(),
  value: scalar.nullish(),
  aliases: z.array(z.string()).nullish(),
});
export type PageVariable = z.infer<typeof pageVariable>;

/** A list of variables, or names with their values. */
const pageVariables = z
  .union([z.array(pageVariable), z.record(z.string(), scalar)])
  .transform((given): PageVariable[] =>
    Array.isArray(given) ? given : Object.entries(given).map(([name, value]) => ({ name, value })),
  );

/** `workshop/workshop.yaml` of the classic form. */
export const classicWorkshopSchema = z.looseObject({
  name: z.string().nullish(),
  modules: z.looseObject({ activate: z.array(scalar).nullish() }).nullish(),
  vars: pageVariables.nullish(),
});

/** `workshop/modules.yaml` of the classic form: titles of pages, and variables with their defaults. */
export const classicModulesSchema = z.looseObject({
  modules: z
    .record(
      z.string(),
      z
        .looseObject({ name: scalar.nullish(), title: scalar.nullish(), exit_sign: scalar.nullish() })
        .nullable(),
    )
    .nullish(),
  config: z.looseObject({ vars: pageVariables.nullish() }).nullish(),
});

const pageTitles = z.array(z.looseObject({ name: z.string(), title: scalar.nullish() }));
const titlesByPage = z.record(z.string(), z.unknown());
const pathway = z.looseObject({
  title: scalar.nullish(),
  steps: z.array(scalar).nullish(),
  params: pageVariables.nullish(),
});

/** `workshop/config.yaml` of the Hugo form. */
export const hugoConfigSchema = z.looseObject({
  params: pageVariables.nullish(),
  /** Some workshops have the map of the classic form here. */
  modules: z.union([pageTitles, titlesByPage]).nullish(),
  pathways: z
    .looseObject({
      default: z.string().nullish(),
      paths: z.record(z.string(), pathway).nullish(),
      modules: z.record(z.string(), z.looseObject({ title: scalar.nullish() }).nullable()).nullish(),
    })
    .nullish(),
});
export type HugoConfig = z.infer<typeof hugoConfigSchema>;

const application = z.looseObject({ enabled: flag.nullish() }).nullish();
const objects = z.array(z.record(z.string(), z.unknown())).nullish();
const named = z.looseObject({ name: z.string() });
const secondaryNamespace = z.looseObject({
  name: z.string(),
  budget: z.string().nullish(),
  role: z.string().nullish(),
  policy: z.string().nullish(),
});
export type SecondaryNamespace = z.infer<typeof secondaryNamespace>;

/** Every file of the lab is held against every one of them; no lab seen has more than ten. */
const MAX_PATTERNS = 200;

/** Where the files of a workshop come from; one of several kinds of sources. */
const fileSource = z.looseObject({
  path: z.string().nullish(),
  newRootPath: z.string().nullish(),
  includePaths: z.array(z.string()).max(MAX_PATTERNS).nullish(),
  excludePaths: z.array(z.string()).max(MAX_PATTERNS).nullish(),
  inline: z.looseObject({ paths: z.record(z.string(), scalar).nullish() }).nullish(),
  directory: z.looseObject({ path: z.string().nullish() }).nullish(),
});
export type FileSource = z.infer<typeof fileSource>;

/** The Workshop resource, of any of its versions, as far as it means something here. */
export const educatesResourceSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string().nullish() }).nullish(),
  spec: z.looseObject({
    title: scalar.nullish(),
    description: scalar.nullish(),
    difficulty: z.string().nullish(),
    duration: scalar.nullish(),
    workshop: z.looseObject({ image: z.string().nullish(), files: z.array(fileSource).nullish() }).nullish(),
    request: z
      .looseObject({
        parameters: z
          .array(z.looseObject({ name: z.string(), value: scalar.nullish(), generate: z.string().nullish() }))
          .nullish(),
        objects,
      })
      .nullish(),
    environment: z.looseObject({ objects }).nullish(),
    session: z
      .looseObject({
        /** Where the first versions had it. */
        budget: z.string().nullish(),
        namespaces: z
          .looseObject({
            budget: z.string().nullish(),
            role: z.string().nullish(),
            security: z.looseObject({ policy: z.string().nullish() }).nullish(),
            secondary: z.array(secondaryNamespace).nullish(),
          })
          .nullish(),
        applications: z
          .object({
            terminal: z.looseObject({ layout: z.string().nullish(), enabled: flag.nullish() }).nullish(),
          })
          .catchall(application)
          .nullish(),
        dashboards: z.array(named.extend({ url: z.string().nullish() })).nullish(),
        ingresses: z.array(z.record(z.string(), z.unknown())).nullish(),
        env: z.array(named.extend({ value: scalar.nullish(), valueFrom: z.unknown().optional() })).nullish(),
        objects,
      })
      .nullish(),
  }),
});
export type EducatesResource = z.infer<typeof educatesResourceSchema>;
export type EducatesSession = NonNullable<EducatesResource["spec"]["session"]>;
