import type { SessionHost } from "../../terminal/common/session-host.js";
import type { Lab } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { type SessionSettings, shellOf } from "./session-environment.js";
import { SET_UP_PROGRAM, lateSetUp } from "./start-files.js";

/** 60 s for all of them: half of what a session may take to be made; authors are told to stay below ten. */
const SET_UP_MS = 60_000;

/** Whether the lab has programs that are to run before its shells begin. */
export function needsSetUp({ shells }: Lab): boolean {
  return (shells?.setUp ?? []).length > 0;
}

/**
 * Runs the lab's own programs as the learner, before any shell begins. One that fails, or takes too long, ends nothing: the shells say so.
 * Throws what the session host throws.
 */
export async function setUpHome(
  session: SessionResource,
  lab: Lab,
  parts: { client: KubernetesClient; host: SessionHost; settings: SessionSettings },
): Promise<void> {
  const { name } = session.metadata;
  const { env } = shellOf(session, lab, parts);
  const argv = ["bash", "--norc", "-c", SET_UP_PROGRAM];
  const { killed } = await parts.host.exec(name, { argv, env, timeoutMs: SET_UP_MS });
  const late = lateSetUp(SET_UP_MS / 1000);
  if (killed !== undefined) await parts.host.write(name, late);
}
