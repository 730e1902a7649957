/** Whatever an API server has at hand; new enough where nothing was seen but an empty list. */
const ANY = "0";

/**
 * Remembers of each kind how new it was when it was last read or written here, so that it can be read again at once and is no older than that: for a list
 * that holds everything up to this moment an API server may wait up to 100 ms for its store. Versions are those of objects, which Kubernetes counts up; those of
 * lists are none of them: an API server may hear of such a one seconds later, as nothing happened to the kind then.
 */
export class SeenVersions {
  private readonly newest = new Map<string, bigint>();
  private readonly removals = new Map<string, number>();
  private readonly confirmed = new Map<string, number>();

  /** Takes down a version that was answered; one that is no number is none. */
  note(kind: string, version: string | undefined): void {
    if (version === undefined || !/^\d+$/.test(version)) return;
    const known = this.newest.get(kind);
    const value = BigInt(version);
    if (known === undefined || value > known) this.newest.set(kind, value);
  }

  /** The answer to a deletion has no version, so what is read next has to be exact. */
  noteRemoval(kind: string): void {
    this.removals.set(kind, this.removalsOf(kind) + 1);
  }

  /** Called before an exact list; what it gives takes down that the list came. */
  beginExact(kind: string): () => void {
    const removals = this.removalsOf(kind);
    return () => {
      this.note(kind, ANY);
      this.confirmed.set(kind, Math.max(removals, this.confirmed.get(kind) ?? 0));
    };
  }

  /** The version that is new enough to hold what was read, written and deleted here; `undefined` where only an exact list is. */
  newestOf(kind: string): string | undefined {
    if (this.removalsOf(kind) > (this.confirmed.get(kind) ?? 0)) return undefined;
    return this.newestWritten(kind);
  }

  /** The same, but what was deleted here may still be there. */
  newestWritten(kind: string): string | undefined {
    return this.newest.get(kind)?.toString();
  }

  private removalsOf(kind: string): number {
    return this.removals.get(kind) ?? 0;
  }
}

/** Whether the first of two versions is the newer one; Kubernetes 1.35 promises that they can be compared as numbers, and all before it behave so. */
export function isNewer(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || !/^\d+$/.test(version)) return false;
  return than === undefined || BigInt(version) > BigInt(than);
}
