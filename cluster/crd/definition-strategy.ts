import { isRecord, recordAt, recordsAt, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { KindStrategy } from "../kinds/strategy.js";
import { timestamp } from "../validation/timestamp.js";
import type { Definition } from "./definition.js";
import { validateDefinition } from "./definition-validation.js";
import { validateRuleCosts } from "./rule-costs.js";

/** Keeps a definition until the objects of its kind are gone. */
export const CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

/** The rules of CustomResourceDefinitions. They are served as soon as they are stored, and say so at once. */
export const definitionStrategy: KindStrategy = {
  hasGeneration: true,
  prepareCreate(object) {
    setNames(object);
    object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), CLEANUP_FINALIZER])];
    object["status"] = acceptedStatus(object as Definition);
  },
  prepareUpdate(object, old) {
    setNames(object);
    const status = recordAt(old, "status") ?? {};
    const { acceptedNames, storedVersions } = acceptedStatus(object as Definition);
    const stored = Array.isArray(status["storedVersions"]) ? (status["storedVersions"] as string[]) : [];
    object["status"] = {
      ...status,
      acceptedNames,
      storedVersions: [...new Set([...stored, ...storedVersions])],
    };
  },
  setDefaults(object) {
    const spec = object["spec"];
    if (!isRecord(spec)) return;
    spec["conversion"] ??= { strategy: "None" };
    for (const column of recordsAt(spec, "versions").flatMap((version) =>
      recordsAt(version, "additionalPrinterColumns"),
    )) {
      if (column["priority"] === 0) delete column["priority"];
    }
  },
  validate: validateDefinition,
  validateCreate(object, errors) {
    // What is wrong with a schema comes first: nothing can be reckoned by it.
    if (errors.list.length === 0) validateRuleCosts(object, undefined, errors);
  },
  validateUpdate(object, old, errors) {
    for (const field of ["spec.group", "spec.scope", "spec.names.plural", "spec.names.kind"]) {
      if (textAt(object, field) !== textAt(old, field)) {
        errors.invalid(field, textAt(object, field), "field is immutable");
      }
    }
    if (errors.list.length === 0) validateRuleCosts(object, old, errors);
  },
};

function setNames(object: ApiObject): void {
  const names = recordAt(object, "spec.names");
  if (names === undefined) return;
  const kind = textAt(names, "kind");
  names["singular"] ??= kind.toLowerCase();
  names["listKind"] ??= `${kind}List`;
}

interface DefinitionStatus {
  conditions: unknown[];
  acceptedNames: unknown;
  storedVersions: string[];
}

function acceptedStatus({ metadata, ...rest }: Definition): DefinitionStatus {
  const names = recordAt(rest, "spec.names");
  const lastTransitionTime = metadata.creationTimestamp ?? timestamp(new Date());
  const storage = recordsAt(rest, "spec.versions").find((version) => version["storage"] === true);
  return {
    conditions: [
      {
        type: "NamesAccepted",
        status: "True",
        lastTransitionTime,
        reason: "NoConflicts",
        message: "no conflicts found",
      },
      {
        type: "Established",
        status: "True",
        lastTransitionTime,
        reason: "InitialNamesAccepted",
        message: "the initial names have been accepted",
      },
    ],
    acceptedNames: names,
    storedVersions: storage === undefined ? [] : [textAt(storage, "name")],
  };
}
