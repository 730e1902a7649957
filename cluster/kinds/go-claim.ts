import type { JsonObject } from "../api/field-access.js";
import { recordAt } from "../api/field-access.js";
import { goSelector } from "./selector-validation.js";

/** The spec of a claim as the API's own type has it, with every field. */
export function goClaimSpec(spec: JsonObject): JsonObject {
  const resources = recordAt(spec, "resources") ?? {};
  const selector = recordAt(spec, "selector");
  return {
    AccessModes: spec["accessModes"] ?? null,
    Selector: selector === undefined ? null : goSelector(selector),
    Resources: { Limits: resources["limits"] ?? null, Requests: resources["requests"] ?? null },
    VolumeName: spec["volumeName"] ?? "",
    StorageClassName: spec["storageClassName"] ?? null,
    VolumeMode: spec["volumeMode"] ?? null,
    DataSource: goReference(recordAt(spec, "dataSource")),
    DataSourceRef: goReference(recordAt(spec, "dataSourceRef"), true),
    VolumeAttributesClassName: spec["volumeAttributesClassName"] ?? null,
  };
}

function goReference(reference: JsonObject | undefined, hasNamespace = false): JsonObject | null {
  if (reference === undefined) return null;
  const { apiGroup = null, kind = "", name = "", namespace = null } = reference;
  return { APIGroup: apiGroup, Kind: kind, Name: name, ...(hasNamespace && { Namespace: namespace }) };
}
