import type { ApiObject } from "../api/object.js";
import type { WriteOptions } from "../api/service.js";
import type { ApiCore } from "../rest/api-core.js";
import type { ResourceType } from "../registry/resource-type.js";

/** One write whose author is to be recorded. */
export interface ManagedWrite {
  core: ApiCore;
  type: ResourceType;
  object: ApiObject;
  old?: ApiObject;
  options: WriteOptions;
  operation: "Update" | "Apply";
  subresource?: string;
}

export function recordManager(write: ManagedWrite): void {
  if (write.old?.metadata.managedFields === undefined) delete write.object.metadata.managedFields;
}
