import { isDeepStrictEqual } from "node:util";
import { TypeBudget } from "../admission/cel/type-budget.js";
import { isRecord, recordAt, recordsAt, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { KindStrategy } from "../kinds/strategy.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dns1035Label, dnsSubdomain } from "../validation/names.js";
import { timestamp } from "../validation/timestamp.js";
import type { Definition } from "./definition.js";
import { validateStructural } from "./structural-schema.js";

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
  validateUpdate(object, old, errors) {
    for (const field of ["spec.group", "spec.scope", "spec.names.plural", "spec.names.kind"]) {
      if (textAt(object, field) !== textAt(old, field)) {
        errors.invalid(field, textAt(object, field), "field is immutable");
      }
    }
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

function validateDefinition(object: ApiObject, errors: FieldErrors): void {
  const group = textAt(object, "spec.group");
  const plural = textAt(object, "spec.names.plural");
  const name = object.metadata.name ?? "";
  if (name !== `${plural}.${group}`) {
    errors.invalid("metadata.name", name, 'must be spec.names.plural+"."+spec.group');
  }
  if (group === "") errors.required("spec.group");
  else if (!group.includes("."))
    errors.invalid("spec.group", group, "should be a domain with at least one dot");
  else for (const text of dnsSubdomain(group)) errors.invalid("spec.group", group, text);
  for (const text of dns1035Label(plural)) errors.invalid("spec.names.plural", plural, text);
  if (textAt(object, "spec.names.kind") === "") errors.required("spec.names.kind");
  const scope = textAt(object, "spec.scope");
  if (scope === "") errors.required("spec.scope");
  else if (scope !== "Namespaced" && scope !== "Cluster") {
    errors.unsupported("spec.scope", scope, ["Cluster", "Namespaced"]);
  }
  validateVersions(object, errors);
}

function validateVersions(object: ApiObject, errors: FieldErrors): void {
  const versions = recordsAt(object, "spec.versions");
  const stored = versions.filter((version) => version["storage"] === true);
  if (stored.length !== 1) {
    errors.invalid("spec.versions", versions, "must have exactly one version marked as storage version");
  }
  const budget = new TypeBudget();
  versions.forEach((version, i) => {
    const field = `spec.versions[${i}]`;
    const schema = recordAt(version, "schema.openAPIV3Schema");
    if (schema === undefined) errors.required(`${field}.schema.openAPIV3Schema`, "schemas are required");
    else if (schema["type"] !== "object") {
      if (schema["type"] === undefined)
        errors.required(`${field}.schema.openAPIV3Schema.type`, "must not be empty at the root");
      else
        errors.invalid(`${field}.schema.openAPIV3Schema.type`, schema["type"], "must be object at the root");
    }
    if (schema === undefined) return;
    // The schema all versions share is told of as the definition's own.
    const isShared = versions.every((other) => isDeepStrictEqual(other["schema"], version["schema"]));
    const path = isShared ? "spec.validation" : `${field}.schema`;
    if (!isShared || i === 0) validateStructural(schema, { path: `${path}.openAPIV3Schema`, budget }, errors);
  });
}
