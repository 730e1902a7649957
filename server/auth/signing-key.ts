import { randomBytes } from "node:crypto";
import type { CoreV1Api } from "@kubernetes/client-node";

/** Of what belongs to the platform and to no session. */
export const NAMESPACE = "lectern-system";
const SECRET = "lectern-signing-key";
const KEY_BYTES = 32;
const ENTRY = "key";

/** The key all tokens are signed with, kept as a Secret so that every replica on the cluster has the same; made when missing. */
export async function loadSigningKey(core: CoreV1Api): Promise<Buffer> {
  const found = await readKey(core);
  if (found) return found;
  await ignoreConflict(core.createNamespace({ body: { metadata: { name: NAMESPACE } } }));
  const key = randomBytes(KEY_BYTES);
  const body = { metadata: { name: SECRET }, type: "Opaque", data: { [ENTRY]: key.toString("base64") } };
  await ignoreConflict(core.createNamespacedSecret({ namespace: NAMESPACE, body }));
  const settled = await readKey(core);
  if (!settled)
    throw new Error(`Secret ${NAMESPACE}/${SECRET} has no entry "${ENTRY}" of ${String(KEY_BYTES)} bytes`);
  return settled;
}

async function readKey(core: CoreV1Api): Promise<Buffer | undefined> {
  try {
    const secret = await core.readNamespacedSecret({ namespace: NAMESPACE, name: SECRET });
    const key = Buffer.from(secret.data?.[ENTRY] ?? "", "base64");
    return key.length === KEY_BYTES ? key : undefined;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Another replica may have been first; what it made is then read back. */
async function ignoreConflict(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as { code?: number }).code;
}
