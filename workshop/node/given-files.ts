import type { SessionHost } from "../../terminal/common/session-host.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { GivenFiles } from "../common/api.js";
import type { Lab } from "../common/lab.js";
import { type SessionResource, hasOwnCluster } from "../common/session.js";
import { labFileAt, labFilePaths } from "./lab-files.js";
import { noteAddress } from "./renew-access.js";
import { KUBECONFIG_PATH, revokeTokens, tokenSecrets } from "./session-access.js";
import type { SessionSettings } from "./session-environment.js";
import { kubeconfigFor } from "./session-place.js";
import { type Renewing, renewalOf } from "./sessions.js";

/** Of a list that a person chooses from. */
const MAX_LISTED = 500;

export interface GivenFileParts extends Renewing {
  host: SessionHost;
  settings: SessionSettings;
}

/** The files that a session began with, from its home: the kubeconfig first, then those of the lab by their paths, 500 at most. */
export async function givenFiles(lab: Lab): Promise<GivenFiles> {
  const found = new Set<string>();
  for await (const path of labFilePaths(lab)) found.add(path);
  found.delete(KUBECONFIG_PATH);
  const paths = [...found].toSorted();
  return {
    paths: [KUBECONFIG_PATH, ...paths.slice(0, MAX_LISTED)],
    more: Math.max(0, paths.length - MAX_LISTED),
  };
}

/**
 * Puts a file of the home back as the lab brings it, whatever is there now; the kubeconfig has a new token, and those before it end.
 * Throws LAB_FILE_NOT_FOUND where the session did not begin with it, and what the session host throws.
 */
export async function giveBack(
  parts: GivenFileParts,
  { session, lab }: { session: SessionResource; lab: Lab },
  path: string,
): Promise<void> {
  const { name } = session.metadata;
  if (path === KUBECONFIG_PATH)
    return parts.turns.take(renewalOf(name), () => giveBackKubeconfig(parts, session));
  const file = await labFileAt(lab, path);
  if (file !== undefined) return parts.host.write(name, file);
  throw new WorkshopError(
    WORKSHOP_ERRORS.labFileNotFound,
    `"${path}" is none of the files that sessions of "${lab.title}" begin with`,
  );
}

async function giveBackKubeconfig(parts: GivenFileParts, session: SessionResource): Promise<void> {
  const { client, host } = parts;
  const tokens = async (): Promise<string[]> => (hasOwnCluster(session) ? [] : tokenSecrets(client, session));
  const old = await tokens();
  try {
    const content = await kubeconfigFor(session, parts);
    await host.write(session.metadata.name, { path: KUBECONFIG_PATH, content, mode: 0o600 });
  } catch (error) {
    const now = await tokens();
    await revokeTokens(
      client,
      session,
      now.filter((secret) => !old.includes(secret)),
    );
    throw error;
  }
  await revokeTokens(client, session, old);
  await noteAddress(session, parts);
}
