import { refusalOf, toPolicyError } from "./cluster-client.js";
import type { SeenVersions } from "./seen-versions.js";

/**
 * How new a list has to be. `exact` holds everything up to this moment, for which an API server may wait up to 100 ms. The others come at once: `seen` is
 * no older than anything that was read, written and deleted here; `written` may hold what was deleted here milliseconds ago.
 */
export type Freshness = "exact" | "seen" | "written";

/** What an API server answers that does not get as far as the version in time. */
const HTTP_GATEWAY_TIMEOUT = 504;

/**
 * Lists objects of a kind that are as fresh as they have to be: `list` is given the version it asks for, or nothing for an exact list. An API server that
 * is behind that version is asked for an exact one instead. Throws what `toPolicyError` makes of a failure.
 */
export async function listNoOlder<T extends Listed>(
  seen: SeenVersions,
  { kind, freshness }: { kind: string; freshness: Freshness },
  list: (version: { resourceVersion?: string }) => Promise<T>,
): Promise<T> {
  const noted = (listed: T) => {
    for (const { metadata } of listed.items) seen.note(kind, metadata?.resourceVersion);
    return listed;
  };
  const known = freshness === "written" ? seen.newestWritten(kind) : seen.newestOf(kind);
  if (freshness !== "exact" && known !== undefined) {
    try {
      return noted(await list({ resourceVersion: known }));
    } catch (error) {
      if (refusalOf(error)?.status !== HTTP_GATEWAY_TIMEOUT) throw toPolicyError(error);
    }
  }
  const came = seen.beginExact(kind);
  try {
    const listed = noted(await list({}));
    came();
    return listed;
  } catch (error) {
    throw toPolicyError(error);
  }
}

interface Listed {
  items: { metadata?: { resourceVersion?: string } }[];
}
