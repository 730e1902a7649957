import { describeException, toSecond } from "../common/exception.js";
import { ENFORCED_CONFIG_MAP } from "../common/engine-names.js";
import { bringIntoForce, placeOf } from "./bring-into-force.js";
import { toPolicyError } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";
import { signed } from "./history/author.js";
import { recordChange } from "./history/record-change.js";
import { type ExceptionObject, type ExceptionObjectSpec, objectName } from "./records.js";
import { LECTERN_USER } from "./write-options.js";

/** Milliseconds until an exception that holds expires; `undefined` for one that does not hold. */
export function expiresIn({ spec }: ExceptionObject): number | undefined {
  return spec.state === "Granted" ? Math.max(0, Date.parse(spec.expires) - Date.now()) : undefined;
}

/**
 * Writes down that an exception has expired, which no clock that is set back undoes, takes it out of the parameters and tells the namespaces it was for. The
 * API server has refused by the deadline in its parameters since it passed.
 */
export async function expireException(context: PolicyContext, name: string): Promise<void> {
  const current = await context.store.get<ExceptionObjectSpec>("imagepolicyexceptions", name);
  if (!current || current.spec.state !== "Granted" || current.spec.expires > toSecond(new Date())) return;
  const spec: ExceptionObjectSpec = { ...current.spec, state: "Expired" };
  const stored = await context.store.replace(
    "imagepolicyexceptions",
    signed({ ...current, spec }, LECTERN_USER, { current }),
  );
  if (!stored) return expireException(context, name);
  await recordChange(context, "imagepolicyexceptions", stored);
  context.logger.info({ exception: objectName(spec), expires: spec.expires }, "an exception has expired");
  const concerned = await bringIntoForce(context, placeOf(spec));
  for (const { metadata: { name: namespace = "" } = {} } of concerned)
    if (spec.namespace === undefined || spec.namespace === namespace) await tell(context, namespace, spec);
}

/** An event beside the parameters, where whoever looks why pods are refused finds it. Nothing depends on it, so failures are logged, not thrown. */
async function tell(
  { client, logger }: PolicyContext,
  namespace: string,
  spec: ExceptionObjectSpec,
): Promise<void> {
  const now = new Date();
  const message = `The exception ${spec.name} of the image policy ${spec.policy} (${describeException(spec)}) has expired at ${spec.expires}. Ask for another, or use an image that the policy admits.`;
  try {
    await client.core.createNamespacedEvent({
      namespace,
      body: {
        metadata: { generateName: `${spec.name}.`, namespace },
        involvedObject: { apiVersion: "v1", kind: "ConfigMap", name: ENFORCED_CONFIG_MAP, namespace },
        type: "Warning",
        reason: "ImagePolicyExceptionExpired",
        message,
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        source: { component: "lectern" },
      },
    });
  } catch (error) {
    const reason = toPolicyError(error).message;
    logger.warn({ namespace, reason }, "an exception has expired, and its namespace could not be told");
  }
}
