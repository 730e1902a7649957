import type { AdmissionRequest } from "../admission/admission.js";
import type { ApiObject } from "../api/object.js";
import type { WriteOptions } from "../api/service.js";
import type { ResourceType } from "../registry/resource-type.js";
import type { ApiCore } from "./api-core.js";
import { refOf } from "./api-core.js";

/** One write on its way through admission. */
export interface Admitted {
  operation: AdmissionRequest["operation"];
  type: ResourceType;
  subresource?: string;
  /** The kind of `object` where it is not the resource's own, such as Scale. */
  kind?: AdmissionRequest["kind"];
  namespace: string;
  name: string;
  object?: ApiObject;
  oldObject?: ApiObject;
  options: WriteOptions;
}

/** The request as plugins see it. */
export function admissionRequest(write: Admitted): AdmissionRequest {
  const { type, options, object, oldObject } = write;
  const { group, version, kind } = type;
  return {
    operation: write.operation,
    resource: refOf(type, write.subresource),
    kind: write.kind ?? { group, version, kind },
    namespace: write.namespace,
    name: write.name,
    ...(object && { object }),
    ...(oldObject && { oldObject }),
    user: options.user,
    dryRun: options.dryRun ?? false,
    warn: options.warn ?? ignore,
  };
}

export async function mutateByAdmission(core: ApiCore, request: AdmissionRequest): Promise<void> {
  for (const plugin of core.admission) {
    // Most have nothing to wait for: each turn of the queue of promises is one more for every request that is under way.
    const pending = plugin.mutate?.(request);
    if (pending !== undefined) await pending;
  }
}

export async function validateByAdmission(core: ApiCore, request: AdmissionRequest): Promise<void> {
  for (const plugin of core.admission) {
    const pending = plugin.validate?.(request);
    if (pending !== undefined) await pending;
  }
}

function ignore(): void {
  // Callers inside the process have nowhere to show a warning.
}
