import type { ApiObject } from "../../api/object.js";

type Fields = Record<string, unknown>;

const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"];

/**
 * Fields Go writes even when they are empty, so that expressions written against a real API server find them: `resources` of
 * every container, `metadata` of a pod template, `status`. Returns the object itself where nothing is missing.
 */
export function withTypedDefaults(object: ApiObject): ApiObject {
  const spec = object["spec"];
  if (!isFields(spec)) return object;
  if (object.kind === "Pod" && object.apiVersion === "v1")
    return { ...object, status: object["status"] ?? {}, spec: podSpec(spec) };
  return isFields(spec["template"]) || isFields(spec["jobTemplate"])
    ? { ...object, spec: withTemplate(spec) }
    : object;
}

function withTemplate(spec: Fields): Fields {
  const { template, jobTemplate } = spec;
  if (isFields(jobTemplate) && isFields(jobTemplate["spec"])) {
    return { ...spec, jobTemplate: { ...jobTemplate, spec: withTemplate(jobTemplate["spec"]) } };
  }
  if (!isFields(template) || !isFields(template["spec"])) return spec;
  const metadata = template["metadata"] ?? {};
  return { ...spec, template: { ...template, metadata, spec: podSpec(template["spec"]) } };
}

function podSpec(spec: Fields): Fields {
  const completed: Fields = { ...spec };
  for (const list of CONTAINER_LISTS) {
    const containers = spec[list];
    if (Array.isArray(containers)) completed[list] = containers.map(withResources);
  }
  return completed;
}

function withResources(container: unknown): unknown {
  return isFields(container) ? { ...container, resources: container["resources"] ?? {} } : container;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
