import { copyJson } from "../api/copy-json.js";
import type { JsonObject } from "../api/field-access.js";
import { recordAt, recordsAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";

/** Takes from `wanted` only what a write to the subresource may change; the rest stays as in `old`. */
export function throughSubresource(
  subresource: string | undefined,
  old: ApiObject,
  wanted: ApiObject,
): ApiObject {
  switch (subresource) {
    case "status":
      return withField(copyJson(old), "status", wanted["status"]);
    case "approval": {
      const object = copyJson(old);
      const status: JsonObject = { ...recordAt(object, "status") };
      const conditions = recordAt(wanted, "status")?.["conditions"];
      if (conditions === undefined) delete status["conditions"];
      else status["conditions"] = conditions;
      return { ...object, status };
    }
    case "finalize":
      return withSpec(old, { finalizers: recordAt(wanted, "spec")?.["finalizers"] });
    case "binding": {
      const bound = withSpec(old, { nodeName: recordAt(wanted, "spec")?.["nodeName"] });
      return withField(bound, "status", wanted["status"]);
    }
    case "ephemeralcontainers":
      return withSpec(old, { ephemeralContainers: recordAt(wanted, "spec")?.["ephemeralContainers"] });
    case "resize":
      return withSpec(old, { containers: resized(old, wanted) });
    default:
      return wanted;
  }
}

function withSpec(old: ApiObject, fields: JsonObject): ApiObject {
  const object = copyJson(old);
  const spec: JsonObject = { ...recordAt(object, "spec"), ...copyJson(fields) };
  for (const [name, value] of Object.entries(spec)) if (value === undefined) delete spec[name];
  return { ...object, spec };
}

function withField(object: ApiObject, field: string, value: unknown): ApiObject {
  if (value === undefined) delete object[field];
  else object[field] = value;
  return object;
}

function resized(old: ApiObject, wanted: ApiObject): JsonObject[] {
  const sizes = new Map(recordsAt(wanted, "spec.containers").map(({ name, resources }) => [name, resources]));
  return recordsAt(old, "spec.containers").map((container) => ({
    ...container,
    resources: sizes.get(container["name"]) ?? container["resources"],
  }));
}
