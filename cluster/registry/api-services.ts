import { recordAt, textAt } from "../api/field-access.js";
import { serviceUnavailable } from "../api/status.js";
import type { ApiCore } from "../rest/api-core.js";
import type { ResourceRegistry } from "./resource-registry.js";

export const API_SERVICES_KEY = "apiregistration.k8s.io/apiservices";

/** Why an APIService that names a service is never available here. */
export const NOTHING_PASSED_ON = "the embedded cluster passes no requests on to services";

/** Has the registry know which versions of groups stored APIServices give to services of the cluster, now and as they change. */
export function followApiServices({ store, registry }: ApiCore): () => void {
  for (const object of store.list(API_SERVICES_KEY)) {
    registry.setRemote(versionOf(object), recordAt(object, "spec.service") !== undefined);
  }
  return store.subscribe(API_SERVICES_KEY, ({ type, object }) => {
    const isRemote = type !== "DELETED" && recordAt(object, "spec.service") !== undefined;
    registry.setRemote(versionOf(object), isRemote);
  });
}

/** Throws 503 where a service of the cluster is to answer for the version of the group. */
export function requireLocal(registry: ResourceRegistry, group: string, version: string): void {
  if (!registry.isRemote(group, version)) return;
  throw serviceUnavailable(
    `the server is currently unable to handle the request: ${NOTHING_PASSED_ON}, and one is to serve ${group}/${version}`,
  );
}

function versionOf(object: unknown): { group: string; version: string } {
  return { group: textAt(object, "spec.group"), version: textAt(object, "spec.version") };
}
