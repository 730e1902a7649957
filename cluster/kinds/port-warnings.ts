import type { JsonObject } from "../api/field-access.js";
import { recordsAt } from "../api/field-access.js";

interface Port {
  field: string;
  port: JsonObject;
}

/** Ports of a pod that others of it stand for already. */
export function portWarnings(containers: { container: JsonObject; at: string }[]): string[] {
  const known: Port[] = [];
  const warnings: string[] = [];
  for (const { container, at } of containers) {
    recordsAt(container, "ports").forEach((port, i) => {
      const found = { field: `${at}.ports[${i}]`, port };
      warnings.push(...warningsOf(found, known, at));
      known.push(found);
    });
  }
  return warnings;
}

function warningsOf({ field, port }: Port, known: Port[], container: string): string[] {
  const { name = "" } = port;
  // Within one container a name may not come twice at all.
  const named = known.find(
    (each) => !each.field.startsWith(`${container}.`) && name !== "" && each.port["name"] === name,
  );
  const alike = known.filter((each) => isSame(each.port, port, ["containerPort", "protocol"]));
  const equal = alike.find((each) => isSame(each.port, port, ["hostPort", "hostIP"]));
  // Two ports of the node are two ways to one port of the pod.
  const beside = alike.find((each) => each.port["hostPort"] === undefined || port["hostPort"] === undefined);
  const why =
    equal !== undefined
      ? [`${field}: duplicate port definition with ${equal.field}`]
      : beside !== undefined
        ? [`${field}: overlapping port definition with ${beside.field}`]
        : [];
  if (named === undefined) return why;
  return [
    ...why,
    `${field}: duplicate port name "${String(name)}" with ${named.field}, services and probes that select ports by name will use ${named.field}`,
  ];
}

function isSame(a: JsonObject, b: JsonObject, fields: string[]): boolean {
  return fields.every((field) => a[field] === b[field]);
}
