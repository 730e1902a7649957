import type { ApiObject } from "../api/object.js";
import { notFound } from "../api/status.js";
import { matcherOf } from "../rest/read.js";
import type { Call } from "./call.js";
import { listOptions, sendList, sendObject } from "./read-handlers.js";

export const COMPONENT_STATUSES = "/componentstatuses";

/** The parts of a cluster whose health a real API server asks for. */
const COMPONENTS = ["controller-manager", "etcd-0", "scheduler"];

/** Says how the parts of the cluster are: they are parts of this process, and as well as whoever answers. */
export async function handleComponentStatuses(call: Call): Promise<void> {
  if (call.name !== "") {
    if (!COMPONENTS.includes(call.name)) throw notFound(call.type, call.name);
    return sendObject(call, 200, statusOf(call.name));
  }
  const matches = matcherOf(call.type, listOptions(call));
  const items = COMPONENTS.map(statusOf).filter(matches);
  await sendList(call, { items }, call.core.store.committedRevision);
}

function statusOf(name: string): ApiObject {
  return {
    apiVersion: "v1",
    kind: "ComponentStatus",
    metadata: { name },
    conditions: [{ type: "Healthy", status: "True", message: "ok" }],
  };
}
