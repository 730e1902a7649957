import { withoutLists } from "./object-lists.js";
import { asksForCluster } from "./educates-applications.js";
import { type UnknownReference, definitionValue } from "./definition-text.js";
import type { EducatesResource } from "./educates-schema.js";
import { fillValue } from "./fill-plain.js";
import { type ResourceNote, approximated, lacking, placeOf } from "./resource-note.js";
import { definedGroups, objectObstacle, objectWords, otherNamespace } from "./session-object.js";
import { sampleVariables } from "./variables.js";

/** The objects that sessions get, and what is to be said of those that they do not. */
export interface SessionObjects {
  objects: unknown[];
  notes: ResourceNote[];
}

/** Objects of one session, of its allocation, and of the environment that sessions share: here each session has its own of all of them. */
export function objectsOf(
  { spec }: EducatesResource,
  own: Readonly<Record<string, string>>,
  declared: ReadonlySet<string>,
): SessionObjects {
  const lists = [
    { path: ["spec", "environment", "objects"], objects: spec.environment?.objects },
    { path: ["spec", "session", "objects"], objects: spec.session?.objects },
    { path: ["spec", "request", "objects"], objects: spec.request?.objects },
  ];
  const given = lists.flatMap(({ path, objects }) =>
    (objects ?? []).flatMap((object, at) =>
      withoutLists<unknown>([object]).map((one) => ({ object: one, path: [...path, at] })),
    ),
  );
  const ownCluster = asksForCluster(spec.session ?? {})
    ? { groups: definedGroups(given.map(({ object }) => object)) }
    : undefined;
  const read = given.map(({ object, path }) => readObject(object, path, { own, declared, ownCluster }));
  return {
    objects: read.flatMap(({ objects }) => objects),
    notes: read.flatMap(({ notes }) => notes),
  };
}

interface ObjectContext {
  own: Readonly<Record<string, string>>;
  declared: ReadonlySet<string>;
  /** The groups of kinds that the workshop defines, where sessions have a cluster of their own. */
  ownCluster: { groups: ReadonlySet<string> } | undefined;
}

function readObject(
  given: unknown,
  path: readonly PropertyKey[],
  { own, declared, ownCluster }: ObjectContext,
): SessionObjects {
  const { value, unknown: references } = definitionValue(given, { own: new Set(Object.keys(own)), declared });
  const expanded = new Set(environmentNames(given));
  const unknown = references.filter(({ name }) => !expanded.has(name));
  const variables = sampleVariables({ ...NAMELESS, variables: own });
  const object = fillValue(value, variables);
  const words = `${placeOf(path)}, the ${objectWords(given)},`;
  const reference = unknown.find(({ isAmongWords }) => !isAmongWords);
  const why = reference
    ? namesUnknown(reference)
    : obstacleTo(object, { namespace: variables["session_namespace"] ?? "", ownCluster });
  if (why === undefined)
    return {
      objects: [value],
      notes: unknown.slice(0, 1).map((left) => ({
        ...approximated(path, ""),
        message: `${words} ${namesUnknown(left)}; it stays as it is written`,
      })),
    };
  const message = `${words} ${why}; sessions are made without it`;
  return { objects: [], notes: [{ ...lacking(path), message, isError: reference?.isMistyped ?? false }] };
}

/** What Kubernetes itself puts in for `$(name)` in a container: names of the `env` of an object's containers. */
function environmentNames(given: unknown): string[] {
  if (typeof given !== "object" || given === null) return [];
  const env: unknown[] = "env" in given && Array.isArray(given.env) ? given.env : [];
  const names = env.map((entry) =>
    typeof entry === "object" && entry !== null && "name" in entry ? String(entry.name) : "",
  );
  return [...names, ...Object.values(given).flatMap(environmentNames)];
}

function namesUnknown({ written, why }: UnknownReference): string {
  return `names ${written}, which ${why}`;
}

/** In a cluster of the session's own objects may be of any namespace or none. */
function obstacleTo(
  object: unknown,
  { namespace, ownCluster }: { namespace: string; ownCluster: ObjectContext["ownCluster"] },
): string | undefined {
  const obstacle = objectObstacle(object, ownCluster)?.why;
  return obstacle ?? (ownCluster === undefined ? otherNamespace(object, namespace) : undefined);
}

const NAMELESS = { name: "sample", title: "", description: "", environment: [] };
