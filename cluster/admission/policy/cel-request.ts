import type { AdmissionRequest } from "../admission.js";
import { toCelValue } from "../cel/cel-value.js";

/** `request` as expressions see it. Optional fields are absent, not empty: that is what `has()` is asked about. */
export function celRequest(request: AdmissionRequest): unknown {
  const { kind, resource, user, name, namespace } = request;
  const { subresource } = resource;
  const resourceName = { group: resource.group, version: resource.version, resource: resource.resource };
  return toCelValue({
    uid: "",
    kind,
    resource: resourceName,
    requestKind: kind,
    requestResource: resourceName,
    ...(subresource && { subResource: subresource, requestSubResource: subresource }),
    ...(name !== "" && { name }),
    ...(namespace !== "" && { namespace }),
    operation: request.operation,
    userInfo: {
      username: user.name,
      ...(user.uid && { uid: user.uid }),
      groups: user.groups,
      ...(user.extra && { extra: user.extra }),
    },
    dryRun: request.dryRun,
    options: { kind: OPTIONS[request.operation], apiVersion: "meta.k8s.io/v1" },
  });
}

const OPTIONS: Record<AdmissionRequest["operation"], string> = {
  CREATE: "CreateOptions",
  UPDATE: "UpdateOptions",
  DELETE: "DeleteOptions",
  CONNECT: "PodExecOptions",
};
