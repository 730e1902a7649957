import { createHash } from "node:crypto";

import { asksRegistries } from "../../common/known-image.js";
import type { PolicyContext } from "../context.js";
import { toEffective, type ImagePolicySpec } from "../records.js";
import { createWorkQueue, type WorkQueue } from "../work-queue.js";
import { type NamedReference, namesOf, verifyImage } from "./verify-image.js";
import type { KnownImageSpec } from "./stored-images.js";

/** Names that are remembered to have been looked up; beyond, all are looked up again. */
const MAX_REMEMBERED = 20_000;

/** Has images looked up that are in use, without anybody waiting for it. */
export interface ImageVerifier {
  /** These images are in use where policies look at what registries tell. May be said again and again. */
  want(organization: string, wanted: Wanted): void;
}

interface Wanted {
  images: readonly string[];
  /** The signers that the policies trust: of others, what is known says nothing. */
  by: readonly string[];
}

/**
 * Looks up what is wanted, and all that is known anew every so often, until the signal fires. What registries tell is stored; no pod waits for it, the
 * parameters change when it is there.
 */
export function startVerifier(context: PolicyContext, { signal }: { signal: AbortSignal }): ImageVerifier {
  const { logger, registries } = context;
  const queue = createWorkQueue({ logger, signal });
  /** One for each registry that may be asked, by its host, so that one which does not answer holds up no image of the others. */
  const queues = new Map<string, WorkQueue>();
  const queueOf = ({ reference }: NamedReference): WorkQueue => {
    const { host } = registries.find(reference) ?? {};
    const known = host === undefined ? queue : queues.get(host);
    if (known) return known;
    const opened = createWorkQueue({ logger, signal });
    queues.set(host ?? "", opened);
    return opened;
  };
  const lookedAt = new Map<string, number>();

  const want: ImageVerifier["want"] = (organization, { images, by }) => {
    const look = createHash("sha256").update(by.join(" ")).digest("hex");
    for (const name of new Set(images).values())
      for (const each of namesOf(organization, name)) {
        const key = `${organization} ${each.image}`;
        const seen = `${key} ${look}`;
        const before = lookedAt.get(seen);
        if (before !== undefined && performance.now() - before < registries.recheckMs / 2) continue;
        if (lookedAt.size >= MAX_REMEMBERED) lookedAt.clear();
        lookedAt.set(seen, performance.now());
        queueOf(each).add(key, async () => void (await verifyImage(context, each, { signal })));
      }
  };

  const recheck = setInterval(() => {
    queue.add("recheck", async () => {
      for (const [organization, images] of await knownByAsking(context))
        want(organization, { images, by: [] });
    });
  }, registries.recheckMs);
  recheck.unref();
  signal.addEventListener("abort", () => clearInterval(recheck), { once: true });
  return { want };
}

/** What is known in organizations of which a policy still looks at it. */
async function knownByAsking({ store }: PolicyContext): Promise<Map<string, string[]>> {
  const policies = await store.list<ImagePolicySpec>("imagepolicies");
  const asking = new Set(
    policies
      .filter((object) => {
        const policy = toEffective(object);
        return policy !== undefined && asksRegistries(policy.spec);
      })
      .map(({ spec }) => spec.organization),
  );
  const known = new Map<string, string[]>();
  for (const { spec } of await store.list<KnownImageSpec>("knownimages"))
    if (asking.has(spec.organization))
      known.set(spec.organization, [...(known.get(spec.organization) ?? []), spec.image]);
  return known;
}
