import { numberAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { ageOf } from "./age.js";
import type { Column } from "./table.js";

const COLUMNS: Column[] = [
  { name: "Name", type: "string", format: "", description: "", priority: 0 },
  { name: "Desired", type: "integer", format: "", description: "", priority: 0 },
  { name: "Available", type: "integer", format: "", description: "", priority: 0 },
  { name: "Age", type: "string", format: "", description: "", priority: 0 },
];

/** The Table of a Scale, which is the view of another object and no resource with columns of its own. */
export function scaleTable(scale: ApiObject, version: string, now: Date): Record<string, unknown> {
  const { name, creationTimestamp, resourceVersion } = scale.metadata;
  const replicas = [numberAt(scale, "spec.replicas"), numberAt(scale, "status.replicas")];
  const object = { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: scale.metadata };
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${version}`,
    metadata: { resourceVersion },
    columnDefinitions: COLUMNS,
    rows: [{ cells: [name, ...replicas, ageOf(creationTimestamp, now.getTime())], object }],
  };
}
