import type { SessionPod } from "../../terminal/common/session-host.js";
import type { Lab } from "../common/lab.js";
import { SESSION_API_VERSION, type SessionResource } from "../common/session.js";

/** What the pod of a session is made of, where it has one. */
export function podSpecOf(session: SessionResource, lab: Lab): SessionPod {
  const { name, uid = "" } = session.metadata;
  return {
    owner: { apiVersion: SESSION_API_VERSION, kind: "Session", name, uid },
    namespace: session.spec.namespace,
    ...(lab.image !== undefined && { image: lab.image }),
    persistentHome: lab.home === "persistent",
  };
}
