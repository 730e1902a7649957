import type { Logger } from "pino";

/** Of a server from before versions were written down. */
const OLDER = "an older one";

/**
 * Takes the versions of the other servers after each look at them, and says in the log when some differ from this one's, and when none
 * does any more.
 */
export function noteVersions(
  own: string,
  log: Pick<Logger, "info" | "warn">,
): (others: readonly (string | null)[]) => void {
  let before = "";
  return (others) => {
    const different = [...new Set(others.map((version) => version ?? OLDER))].filter(
      (version) => version !== own,
    );
    const now = different.toSorted().join(", ");
    if (now === before) return;
    before = now;
    if (now === "") log.info(`all servers of this database are Lectern ${own}`);
    else
      log.warn(
        { own, others: different },
        `servers of several versions share this database: this one is Lectern ${own}, others are ${now}. They go on together while an upgrade lasts; finish it, or go back`,
      );
  };
}
