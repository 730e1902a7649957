import { StatusError, forbidden } from "../api/status.js";
import type { AccessAttributes } from "./access.js";

/** The 403 a real API server answers when the authorizer refuses; `reason` is the authorizer's, often empty. */
export function accessDenied(attributes: AccessAttributes, reason: string): StatusError {
  const { resource } = attributes;
  const why = withoutMarkup(describeRefusal(attributes)) + (reason === "" ? "" : `: ${reason}`);
  if (!resource) {
    return new StatusError({ code: 403, reason: "Forbidden", message: `forbidden: ${why}`, details: {} });
  }
  return forbidden(resource, resource.name ?? "", why);
}

/** `User "u" cannot list resource "pods" in API group "" in the namespace "x"`. */
export function describeRefusal({ user, verb, resource, path }: AccessAttributes): string {
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  if (!resource) return `${who} path ${JSON.stringify(path ?? "")}`;
  const name = resource.subresource ? `${resource.resource}/${resource.subresource}` : resource.resource;
  const scope = resource.namespace
    ? `in the namespace ${JSON.stringify(resource.namespace)}`
    : "at the cluster scope";
  return `${who} resource ${JSON.stringify(name)} in API group ${JSON.stringify(resource.group)} ${scope}`;
}

/** The API escapes these so that a refusal shown in a browser cannot carry markup. */
function withoutMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
