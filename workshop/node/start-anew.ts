import type { PolicyAdministration } from "../../policy/common/administration.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab } from "../common/lab.js";
import { type SessionResource, hasOwnCluster } from "../common/session.js";
import { terminalsOf } from "../common/terminals.js";
import { clearNamespace } from "./clear-namespace.js";
import { giveBack } from "./given-files.js";
import { layOutAnew } from "./home-anew.js";
import { KUBECONFIG_PATH } from "./session-access.js";
import { type SessionSettings, reachedBy, shellOf } from "./session-environment.js";
import { limitPlace } from "./session-limits.js";
import { fillPlace, takePlace } from "./session-place.js";
import { ownerOf, setUpPolicies } from "./session-provisioner.js";
import { type Renewing, getSession } from "./sessions.js";
import { needsSetUp, setUpHome } from "./set-up-home.js";

export interface StartAnewParts extends Renewing {
  policies: PolicyAdministration;
  host: SessionHost;
  settings: SessionSettings;
}

export interface StartAnewOptions {
  signal: AbortSignal;
  /** Told what is done now, in words. */
  onDoing: (words: string) => void;
}

/**
 * Brings a session to how it was when it began: shells end, its namespace (or its own cluster), organization and home are emptied and
 * filled again as the lab has them, and new shells begin. Session, token's account, link and results stay. Throws what its parts throw,
 * and the signal's reason; it may be called again.
 */
export async function startAnew(
  parts: StartAnewParts,
  { session, lab }: { session: SessionResource; lab: Lab },
  { signal, onDoing }: StartAnewOptions,
): Promise<void> {
  const { host } = parts;
  const { name } = session.metadata;
  onDoing("Ending the shells");
  const open = (await host.terminals(name)).map(({ address }) => address.terminal);
  await Promise.all(open.map((terminal) => host.endShell({ session: name, terminal })));
  signal.throwIfAborted();
  await emptyPlace(parts, { session, lab }, { signal, onDoing });
  signal.throwIfAborted();
  onDoing("Laying out the lab's files");
  await layOutAnew(host, name, { lab, signal });
  await giveBack(parts, { session, lab }, KUBECONFIG_PATH);
  signal.throwIfAborted();
  onDoing("Making the lab's objects");
  await limitPlace(session, lab, parts);
  await fillPlace(session, lab, parts);
  if (needsSetUp(lab)) {
    signal.throwIfAborted();
    onDoing("Running the lab's own programs");
    await setUpHome(session, lab, parts);
  }
  signal.throwIfAborted();
  onDoing("Starting new shells");
  const shell = shellOf(session, lab, parts);
  const wanted = new Set([...terminalsOf(lab.layout), ...open]);
  await Promise.all([...wanted].map((terminal) => host.open({ session: name, terminal }, shell)));
}

async function emptyPlace(
  parts: StartAnewParts,
  { session, lab }: { session: SessionResource; lab: Lab },
  { signal, onDoing }: StartAnewOptions,
): Promise<void> {
  const { client, host, policies, settings } = parts;
  const { name } = session.metadata;
  if (hasOwnCluster(session)) {
    onDoing("Starting a new cluster");
    await settings.ownClusters?.close(name);
    await takePlace(session, lab, parts).finally(() => leaveIfEnded(session, parts));
    // It may answer at another port than the one before.
    return host.reach(name, reachedBy(lab, settings, session));
  }
  const { organization, namespace } = session.spec;
  onDoing("Taking the image policies away");
  await policies.registerCluster(organization, `${namespace}-cluster`, ownerOf(session));
  await policies.clearOrganization(organization, ownerOf(session));
  await setUpPolicies(policies, session, lab);
  onDoing(`Emptying the namespace ${namespace}`);
  const onLeft = (objects: number): void =>
    onDoing(
      `Emptying the namespace ${namespace}: ${objects === 1 ? "one object" : `${String(objects)} objects`}`,
    );
  await clearNamespace(client, session, { signal, onLeft });
}

/** A session that has ended meanwhile has taken away the cluster before, and nobody would take away the new one. */
async function leaveIfEnded({ metadata: { name } }: SessionResource, parts: StartAnewParts): Promise<void> {
  const isThere = await getSession(parts.client, name).then(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
    (error: unknown) => !(error instanceof WorkshopError && error.code === WORKSHOP_ERRORS.sessionNotFound),
  );
  if (!isThere) await parts.settings.ownClusters?.close(name);
}
