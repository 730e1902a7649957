import { StatusError } from "../api/status.js";
import type { AccessAttributes } from "./access.js";

/** The 403 a real API server answers when the authorizer refuses; `reason` is the authorizer's, often empty. */
export function accessDenied(attributes: AccessAttributes, reason: string): StatusError {
  const { resource } = attributes;
  const tail = reason === "" ? "" : `: ${reason}`;
  if (!resource) {
    const path = attributes.path ?? "";
    return new StatusError({
      code: 403,
      reason: "Forbidden",
      message: `forbidden: ${describeUser(attributes)} cannot ${attributes.verb} path ${JSON.stringify(path)}${tail}`,
      details: {},
    });
  }
  const qualified = resource.group === "" ? resource.resource : `${resource.resource}.${resource.group}`;
  const subject = resource.name ? `${qualified} ${JSON.stringify(resource.name)}` : qualified;
  return new StatusError({
    code: 403,
    reason: "Forbidden",
    message: `${subject} is forbidden: ${describeRefusal(attributes)}${tail}`,
    details: {
      ...(resource.name && { name: resource.name }),
      ...(resource.group !== "" && { group: resource.group }),
      kind: resource.resource,
    },
  });
}

/** `User "u" cannot list resource "pods" in API group "" in the namespace "x"`. */
export function describeRefusal(attributes: AccessAttributes): string {
  const { resource } = attributes;
  if (!resource) {
    return `${describeUser(attributes)} cannot ${attributes.verb} path ${JSON.stringify(attributes.path ?? "")}`;
  }
  const name = resource.subresource ? `${resource.resource}/${resource.subresource}` : resource.resource;
  const scope = resource.namespace
    ? `in the namespace ${JSON.stringify(resource.namespace)}`
    : "at the cluster scope";
  return `${describeUser(attributes)} cannot ${attributes.verb} resource ${JSON.stringify(name)} in API group ${JSON.stringify(resource.group)} ${scope}`;
}

function describeUser(attributes: AccessAttributes): string {
  return `User ${JSON.stringify(attributes.user.name)}`;
}
