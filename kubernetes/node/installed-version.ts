import { pauseAfterConflict } from "./conflict-pause.js";
import { type KubernetesClient, KubernetesError, isAlreadyThere } from "./kubernetes-client.js";

/** On kinds and admission policies: the version of Lectern that wrote them last. */
export const VERSION_ANNOTATION = "lectern.dev/version";
/** Servers that start together change the same objects. */
const TRIES = 12;

interface Annotated {
  metadata?: { annotations?: Record<string, string>; resourceVersion?: string };
}

interface Installed {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: unknown;
}

/** The object with the version that writes it. */
export function writtenBy<Object extends { metadata: { annotations?: Record<string, string> } }>(
  version: string | undefined,
  object: Object,
): Object {
  if (version === undefined) return object;
  const annotations = { ...object.metadata.annotations, [VERSION_ANNOTATION]: version };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Whether a newer Lectern wrote what was found: an older one that is started again leaves it as it is. */
export function isOfNewer({ metadata }: Annotated, version: string | undefined): boolean {
  const found = metadata?.annotations?.[VERSION_ANNOTATION];
  return found !== undefined && version !== undefined && compareVersions(found, version) > 0;
}

/** Makes the object in its collection, or brings its spec up to date where no newer Lectern wrote it; `version` absent writes in any case. */
export async function install(
  client: KubernetesClient,
  collection: string,
  { object, version }: { object: Installed; version: string | undefined },
): Promise<void> {
  const own = writtenBy(version, object);
  const path = `${collection}/${object.metadata.name}`;
  for (let tried = 1; ; tried += 1) {
    try {
      const found = await client.get<Annotated>(path).catch(undefinedWhereGone);
      if (found === undefined) await client.create(collection, own);
      else if (!isOfNewer(found, version)) {
        const { annotations } = own.metadata;
        const { resourceVersion } = found.metadata ?? {};
        await client.merge(path, { metadata: { annotations, resourceVersion }, spec: own.spec });
      }
      return;
    } catch (error) {
      if (tried === TRIES || !(isAlreadyThere(error) || hasStatus(error, 404) || hasStatus(error, 409)))
        throw error;
    }
    await pauseAfterConflict(tried - 1);
  }
}

function undefinedWhereGone(error: unknown): undefined {
  if (!hasStatus(error, 404)) throw error;
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof KubernetesError && error.status === status;
}

/** Above 0 where the first is newer; what follows the three numbers does not count. */
function compareVersions(one: string, other: string): number {
  const [left, right] = [numbersOf(one), numbersOf(other)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

function numbersOf(version: string): number[] {
  const numbers = version.split(/[-+]/, 1)[0]?.split(".").map(Number) ?? [];
  return [0, 1, 2].map((at) => numbers[at] || 0);
}
