import { z } from "zod";
import { type LabIngress, ingressSchema } from "./ingress.js";
import { variablesSchema } from "./lab-schema.js";
import { LEARNER_ROLE } from "./session.js";

/** `workshop/workshop.yaml` of a classic Educates workshop. */
export const classicWorkshopSchema = z.looseObject({
  name: z.string().optional(),
  modules: z.looseObject({ activate: z.array(z.string()).min(1) }),
  vars: variablesSchema.optional(),
});

/** `workshop/modules.yaml`: titles of pages, and variables with their defaults. */
export const classicModulesSchema = z.looseObject({
  modules: z
    .record(
      z.string(),
      z.looseObject({ name: z.string().optional(), exit_sign: z.string().optional() }).nullable(),
    )
    .default({}),
  config: z.looseObject({ vars: variablesSchema.optional() }).nullish(),
});

const terminal = z.looseObject({ layout: z.string().optional(), enabled: z.boolean().optional() });

/** `resources/workshop.yaml`: the Workshop resource, as far as it means something here. */
export const classicResourceSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string().optional() }).optional(),
  spec: z.looseObject({
    title: z.string().optional(),
    description: z.string().optional(),
    difficulty: z.string().optional(),
    duration: z.union([z.string(), z.number()]).optional(),
    workshop: z.looseObject({ image: z.string().optional() }).optional(),
    session: z
      .looseObject({
        namespaces: z.looseObject({ budget: z.string().optional(), role: z.string().optional() }).optional(),
        applications: z.looseObject({ terminal: terminal.optional() }).optional(),
        dashboards: z.array(z.looseObject({ name: z.string(), url: z.string().optional() })).optional(),
        ingresses: z.array(z.record(z.string(), z.unknown())).optional(),
        env: z
          .array(z.looseObject({ name: z.string(), value: z.union([z.string(), z.number()]).optional() }))
          .optional(),
        objects: z.array(z.record(z.string(), z.unknown())).optional(),
      })
      .optional(),
  }),
});

export type ClassicResource = z.infer<typeof classicResourceSchema>;

/** Parts of a Workshop resource that ask for something Lectern does not do, by their place in the file. */
export function unsupportedParts(resource: ClassicResource): string[] {
  const session = resource.spec.session ?? {};
  const applications = Object.entries(session.applications ?? {})
    .filter(([name, value]) => !SUPPORTED_APPLICATIONS.has(name) && isEnabled(value))
    .map(([name]) => `spec.session.applications.${name}`);
  const others = Object.keys(session).filter((name) => !SUPPORTED_SESSION_PARTS.has(name));
  const top = ["environment", "request"]
    .filter((name) => name in resource.spec)
    .map((name) => `spec.${name}`);
  return [
    ...top,
    ...imageParts(resource.spec.workshop?.image),
    ...namespaceParts(session.namespaces ?? {}),
    ...applications,
    ...others.map((name) => `spec.session.${name}`),
  ];
}

/** Programs of another image are not there; the usual one has what a lab of commands needs. */
function imageParts(image: string | undefined): string[] {
  return image === undefined || image.includes("base-environment") ? [] : [`spec.workshop.image ${image}`];
}

function namespaceParts(namespaces: { role?: string | undefined; budget?: string | undefined }): string[] {
  const place = "spec.session.namespaces";
  const { role, budget } = namespaces;
  const others = Object.keys(namespaces).filter((name) => name !== "role" && name !== "budget");
  return [
    ...(role === undefined || role === LEARNER_ROLE ? [] : [`${place}.role ${role}`]),
    ...(budget === "custom" ? [`${place}.budget custom`] : []),
    ...others.map((name) => `${place}.${name}`),
  ];
}

const SUPPORTED_APPLICATIONS = new Set(["terminal", "workshop"]);
const SUPPORTED_SESSION_PARTS = new Set([
  "namespaces",
  "applications",
  "dashboards",
  "ingresses",
  "objects",
  "env",
]);

/** The ingresses that mean the same here, and the places of those, or of parts of them, that have no effect. */
export function classicIngresses(resource: ClassicResource): { ingresses: LabIngress[]; without: string[] } {
  const read = (resource.spec.session?.ingresses ?? []).map((given, at) => {
    const { name, host, protocol, path, port = protocol === "https" ? 443 : 80, ...others } = given;
    const known = { name, host, protocol, path, port };
    const present = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
    const { data } = ingressSchema.safeParse(present);
    const place = `spec.session.ingresses[${at}]`;
    return { data, without: data ? Object.keys(others).map((key) => `${place}.${key}`) : [place] };
  });
  return {
    ingresses: read.flatMap(({ data }) => data ?? []),
    without: read.flatMap(({ without }) => without),
  };
}

/** An address with `$(name)` in it, as `{{ name }}` says it. */
export function inBraces(address: string): string {
  return address.replaceAll(/\$\((\w+)\)/g, "{{ $1 }}");
}

function isEnabled(application: unknown): boolean {
  return (
    typeof application === "object" &&
    application !== null &&
    "enabled" in application &&
    application.enabled === true
  );
}
