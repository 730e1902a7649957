import type { ApiService } from "../api/service.js";
import { StatusError, forbidden, notFound } from "../api/status.js";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.js";
import { refuse } from "./refusal.js";

const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };
const IMMORTAL = new Set(["default", "kube-system", "kube-public"]);

/** Keeps objects out of namespaces that are missing or going, and the namespaces a cluster cannot lose from being deleted. */
export function createNamespaceLifecycle(api: ApiService): AdmissionPlugin {
  return {
    name: "NamespaceLifecycle",
    mutate(request) {
      const { operation, resource, namespace, name } = request;
      if (resource.group === "" && resource.resource === "namespaces") {
        if (operation === "DELETE" && IMMORTAL.has(name)) {
          throw forbidden(resource, name, "this namespace may not be deleted");
        }
        return;
      }
      if (namespace === "" || operation === "DELETE" || resource.resource === "localsubjectaccessreviews")
        return;
      const found = api.find(NAMESPACES, { name: namespace });
      if (!found) throw notFound(NAMESPACES, namespace);
      const { phase } = (found["status"] ?? {}) as { phase?: string };
      if (operation === "CREATE" && phase === "Terminating") throw terminating(request);
    },
  };
}

function terminating(request: AdmissionRequest): StatusError {
  const { namespace } = request;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { status } = refuse(request, why);
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${namespace} is being terminated`,
    field: "metadata.namespace",
  };
  const details = { ...status.details, causes: [cause] };
  return new StatusError({ code: 403, reason: "Forbidden", message: status.message ?? why, details });
}
