import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";
import {
  type KubernetesClient,
  KubernetesError,
  isAlreadyThere,
} from "../../kubernetes/node/kubernetes-client.js";
import { namespaceOf } from "./session-objects.js";

interface FoundNamespace {
  metadata: { uid: string; ownerReferences?: { uid: string }[] };
}

/** Makes the session's namespace, or takes up the one it made before. Throws SESSION_NAME_INVALID where it is somebody else's. */
export async function claimNamespace(
  client: KubernetesClient,
  session: SessionResource,
  lab: Pick<Lab, "ownImages">,
): Promise<void> {
  const { path, object } = namespaceOf(session, lab);
  try {
    await client.create(path, object);
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
    if (await findOwn(client, session)) return;
    throw new WorkshopError(
      WORKSHOP_ERRORS.sessionNameInvalid,
      `The namespace ${session.spec.namespace} is there already and belongs to something else; start the session under another name`,
      { cause: error },
    );
  }
}

/**
 * Deletes the namespace where it is the session's. It would go with its session in any case, but a busy cluster's garbage
 * collector may take seconds, and the learner's token lives as long as the namespace.
 */
export async function removeNamespace(client: KubernetesClient, session: SessionResource): Promise<void> {
  const found = await findOwn(client, session);
  if (found) await client.remove(pathOf(session), found.metadata.uid);
}

async function findOwn(
  client: KubernetesClient,
  session: SessionResource,
): Promise<FoundNamespace | undefined> {
  const { uid } = session.metadata;
  const found = await client.get<FoundNamespace>(pathOf(session)).catch((error: unknown) => {
    if (error instanceof KubernetesError && error.status === 404) return undefined;
    throw error;
  });
  const isOwn = found?.metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;
  return isOwn ? found : undefined;
}

function pathOf({ spec }: SessionResource): string {
  return `/api/v1/namespaces/${spec.namespace}`;
}
