import type { EducatesResource } from "./educates-schema.js";

/** Why a name that the lab declares has no value in its sessions, and what an author does about it. */
export interface ValuelessName {
  why: string;
  fix: string;
}
/** By name. Plain data. */
export type ValuelessNames = Readonly<Record<string, ValuelessName>>;

const DEFAULT = "Give it a default in resources/workshop.yaml (value), or say it in another way";
const OF_ENVIRONMENT = "Write its value into resources/workshop.yaml, or say it in another way";

/** The names that a Workshop resource declares and nobody gives a value here. */
export function valuelessNames({ spec }: EducatesResource): ValuelessNames {
  const parameters = (spec.request?.parameters ?? []).flatMap(({ name, value, generate }) =>
    value != null && !generate
      ? []
      : [
          {
            name,
            why: generate
              ? "it is a parameter that is generated for each session (spec.request.parameters), which nobody does here"
              : "it is a parameter that learners are asked for (spec.request.parameters), which nobody does here",
            fix: DEFAULT,
          },
        ],
  );
  const environment = (spec.session?.env ?? []).flatMap(({ name, valueFrom }) =>
    valueFrom === undefined
      ? []
      : [
          {
            name: `ENV_${name}`,
            why: "it is taken from an object of the original platform (spec.session.env, valueFrom)",
            fix: OF_ENVIRONMENT,
          },
        ],
  );
  const variables = (["session", "environment"] as const).flatMap((part) =>
    namesIn(spec[part]).map((name) => ({
      name,
      why: `spec.${part}.variables, which declares it, has no effect here`,
      fix: "Declare it under params in workshop/config.yaml, or in modules.yaml of the classic form",
    })),
  );
  const all = [...variables, ...environment, ...parameters];
  return Object.fromEntries(all.map(({ name, ...told }) => [name, told]));
}

/** A list of `{name}`, or names with their values. */
function namesIn(part: object | null | undefined): string[] {
  const { variables } = Object(part) as { variables?: unknown };
  if (!Array.isArray(variables)) return Object.keys(Object(variables) as object);
  return (variables as unknown[]).flatMap((entry) => {
    const { name } = Object(entry) as { name?: unknown };
    return typeof name === "string" ? [name] : [];
  });
}

/** What is said of a name without a value, where the lab declares it. */
export function explained<Told extends { name?: string; written?: string; message: string; fix: string }>(
  told: Told,
  names: ValuelessNames,
): Told & { fidelity?: "lacking" } {
  const { name = "", written = `{{ ${name} }}` } = told;
  const found = Object.hasOwn(names, name) ? names[name] : undefined;
  if (!found) return told;
  return {
    ...told,
    message: `${written} has no value here: ${found.why}`,
    fix: found.fix,
    fidelity: "lacking",
  };
}
