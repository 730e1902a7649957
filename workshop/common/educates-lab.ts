import type { TerminalLayout } from "./api.js";
import { type DefinitionNames, definitionText } from "./definition-text.js";
import { applicationsOf, switchedOn, unsupportedParts } from "./educates-applications.js";
import { dashboardsOf, ingressesOf } from "./educates-dashboards.js";
import { secondaryObjects } from "./educates-namespaces.js";
import { objectsOf } from "./educates-objects.js";
import type { EducatesResource, EducatesSession, PageVariable } from "./educates-schema.js";
import { BUDGET_NAMES, LAB_LEVELS, type Lab } from "./lab.js";
import { type ResourceNote, approximated, lacking } from "./resource-note.js";
import { SESSION_VARIABLES } from "./variables.js";

/** The parts of a lab that its Workshop resource says. */
export type DescribedLab = Pick<
  Lab,
  | "description"
  | "minutes"
  | "workMinutes"
  | "level"
  | "needs"
  | "budget"
  | "cluster"
  | "layout"
  | "terminals"
  | "editor"
  | "slides"
  | "kubernetesTab"
  | "dashboards"
  | "ingresses"
  | "variables"
  | "environment"
> & {
  title?: string;
  name?: string;
  /** To be written out as YAML. */
  objects: unknown[];
  /** Environment variables of the shells. */
  shellEnvironment: Record<string, string>;
};

/** What a Workshop resource of an Educates workshop says of its sessions, and what of it comes to something else here. */
export function describeLab(resource: EducatesResource): { described: DescribedLab; notes: ResourceNote[] } {
  const { spec, metadata } = resource;
  const session = spec.session ?? {};
  const parameters = parametersOf(resource);
  const names = namesOf(resource, parameters.variables);
  const environment = environmentOf(session, names);
  const applications = applicationsOf(session);
  const dashboards = dashboardsOf(session, names);
  const ingresses = ingressesOf(session);
  const objects = objectsOf(resource, { ...parameters.variables, ...environment.variables }, names.declared);
  const secondary = secondaryObjects(session, names);
  const level = levelOf(spec.difficulty);
  const described: DescribedLab = {
    ...(metadata?.name ? { name: metadata.name } : {}),
    ...(spec.title ? { title: spec.title } : {}),
    description: spec.description?.trim() ?? "",
    ...timeOf(spec.duration),
    level: level.level,
    needs: applications.missing,
    ...switchedOn(session),
    budget: budgetNamed(session.namespaces?.budget ?? session.budget),
    layout: layoutOf(session),
    ...(dashboards.terminals.length > 0 && { terminals: dashboards.terminals }),
    dashboards: dashboards.dashboards,
    ingresses: ingresses.ingresses,
    variables: { ...parameters.variables, ...environment.variables },
    environment: environment.ofServer,
    objects: [...secondary.objects, ...objects.objects],
    shellEnvironment: environment.ofShells,
  };
  const notes = [
    ...level.notes,
    ...parameters.notes,
    ...environment.notes,
    ...applications.notes,
    ...dashboards.notes,
    ...ingresses.notes,
    ...secondary.notes,
    ...objects.notes,
    ...unsupportedParts(resource),
  ];
  return { described, notes };
}

function namesOf({ spec }: EducatesResource, values: Readonly<Record<string, string>>): DefinitionNames {
  const declared = [...(spec.request?.parameters ?? []), ...(spec.session?.env ?? [])];
  return { own: new Set(Object.keys(values)), declared: new Set(declared.map(({ name }) => name)) };
}

function levelOf(difficulty: string | null | undefined): { level: Lab["level"]; notes: ResourceNote[] } {
  const level = LAB_LEVELS.find((known) => known === difficulty);
  if (level !== undefined || !difficulty) return { level: level ?? "beginner", notes: [] };
  const shown = difficulty === "extreme" ? "advanced" : "beginner";
  return {
    level: shown,
    notes: [approximated(["spec", "difficulty"], `${difficulty} is shown as ${shown}`)],
  };
}

/** Without a word about it, the original sets no quota. */
function budgetNamed(budget: string | null | undefined): Lab["budget"] {
  return BUDGET_NAMES.find((known) => known === budget) ?? "custom";
}

const LAYOUTS: readonly TerminalLayout[] = ["default", "split", "split/2", "lower", "none"];

function layoutOf({ applications }: EducatesSession): TerminalLayout {
  if (applications?.terminal?.enabled === false) return "none";
  return LAYOUTS.find((known) => known === applications?.terminal?.layout) ?? "default";
}

/** What sessions last where a lab says nothing, and at least. */
const USUAL_MINUTES = 60;
const MAX_MINUTES = 1440;

/** `duration` says how long the work takes; a session lasts twice that, so that nobody is cut off who is slower. */
function timeOf(duration: string | null | undefined): Pick<Lab, "minutes" | "workMinutes"> {
  const parts = /^\s*(\d{1,6})\s*([smhd]?)/.exec(duration ?? "");
  const unit = { s: 1 / 60, m: 1, h: 60, d: 24 * 60 }[parts?.[2] ?? ""] ?? 1;
  const work = Math.ceil(Number(parts?.[1] ?? 0) * unit);
  const minutes = Math.min(MAX_MINUTES, Math.max(USUAL_MINUTES, 2 * work));
  return work === 0 ? { minutes } : { minutes, workMinutes: work };
}

/** Parameters of a request have their defaults: whoever starts a lab here is not asked for others. */
function parametersOf({ spec }: EducatesResource): {
  variables: Record<string, string>;
  notes: ResourceNote[];
} {
  const parameters = spec.request?.parameters ?? [];
  const notes = parameters.map(({ name, value, generate }, at) => {
    const path = ["spec", "request", "parameters", at];
    if (generate) return lacking(path, `would generate a value of ${name}, which nobody does here`);
    if (value === undefined || value === null)
      return lacking(path, `asks for ${name}, which has no value here`);
    return approximated(path, `always has its default: ${name} is "${value}"`);
  });
  const variables = parameters.flatMap(({ name, value }) => (value == null ? [] : [[name, value] as const]));
  return { variables: Object.fromEntries(variables), notes };
}

interface SessionEnvironment {
  /** `ENV_NAME`, as pages of the classic form name it. */
  variables: Record<string, string>;
  ofShells: Record<string, string>;
  /** Names that only the server's own environment could have values of. */
  ofServer: string[];
  notes: ResourceNote[];
}

function environmentOf(session: EducatesSession, names: DefinitionNames): SessionEnvironment {
  const read: SessionEnvironment = { variables: {}, ofShells: {}, ofServer: [], notes: [] };
  for (const [at, entry] of (session.env ?? []).entries()) {
    const path = ["spec", "session", "env", at];
    if (entry.valueFrom !== undefined)
      read.notes.push(lacking(path, `takes ${entry.name} from an object of the original, and is left out`));
    else if (entry.value === undefined || entry.value === null) read.ofServer.push(entry.name);
    else {
      const { value, unknown } = definitionText(entry.value, names);
      for (const { written, why, isMistyped } of unknown)
        read.notes.push({
          ...lacking(path, `names ${written}, which ${why}; it stays as it is written`),
          isError: isMistyped,
        });
      read.variables[`ENV_${entry.name}`] = value;
      read.ofShells[entry.name] = value;
    }
  }
  return read;
}

/**
 * Values of a workshop's own variables: of the first environment variable of its aliases that a session has, else its own. Where
 * there are no aliases, an environment variable of its own name counts as one.
 */
export function pageVariables(
  given: readonly PageVariable[],
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  const values = given.flatMap(({ name, value, aliases }) => {
    const names = aliases && aliases.length > 0 ? aliases : [name];
    const found = names
      .map((alias) => environmentValue(alias, environment))
      .find((text) => text !== undefined);
    if (found === `{{ ${name} }}`) return [];
    return [[name, found ?? value ?? ""] as const];
  });
  return Object.fromEntries(values);
}

function environmentValue(name: string, environment: Readonly<Record<string, string>>): string | undefined {
  if (Object.hasOwn(environment, name)) return environment[name];
  const builtIn = name.toLowerCase();
  return name === name.toUpperCase() && SESSION_VARIABLES.has(builtIn) ? `{{ ${builtIn} }}` : undefined;
}
