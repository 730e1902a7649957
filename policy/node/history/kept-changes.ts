import type { ChangedKind } from "../../common/history-api.js";
import { toPolicyError } from "../cluster-client.js";
import type { HierarchyStore } from "../hierarchy-store.js";
import type { Logger } from "../logger.js";
import type { HierarchyObject, MemberSpec } from "../records.js";

/** What one change is stored as; `of` and `revision` name it among the changes of the same thing. */
export interface ChangeSpec extends MemberSpec {
  workspace?: string;
  kind: ChangedKind;
  of: string;
  /** The workspace it was in before. */
  from?: string;
  revision: number;
  action: string;
  /** ISO 8601, to the millisecond. */
  time: string;
  /** Absent where it was changed in the cluster itself. */
  user?: string;
  /** What it became, as JSON; absent where it is not there any more. */
  state?: string;
}

export type ChangeObject = HierarchyObject<ChangeSpec>;

/** Of one organization; older ones go. A lab's learner makes some dozens, and a cluster may hold hundreds of organizations. */
export const MAX_CHANGES = 200;

/** Of those that made living things what they are, which stay beyond the others. */
const MOST_KEPT = 2 * MAX_CHANGES;

/** Characters of what an organization's changes hold, which 200 policies of ten rules come nowhere near; the newest is kept whatever it holds. */
export const MAX_STATE_CHARACTERS = 1_000_000;

/** Those that are written one after another within this are counted together. */
const TRIM_AFTER_MS = 1000;

/** What is kept of an organization, newest and oldest in no order; may lack what others wrote milliseconds ago. */
export function readKept(store: HierarchyStore, organization: string): Promise<ChangeObject[]> {
  return store.list<ChangeSpec>("policychanges", organization, "written");
}

/** The number of the next change of a thing. */
export function revisionAfter(
  kept: ChangeObject[],
  thing: Pick<ChangeSpec, "kind" | "of" | "workspace">,
): number {
  const earlier = kept.filter(({ spec }) => isSameThing(spec, thing));
  return Math.max(0, ...earlier.map((change) => change.spec.revision)) + 1;
}

/** Takes the oldest away where there are too many. */
export async function removeOldest(store: HierarchyStore, kept: ChangeObject[]): Promise<void> {
  for (const name of tooMany(kept)) await store.remove("policychanges", name);
}

/** Counts the changes of organizations for those who do not wait for it. What it does not live to count, the next change does. */
export class HistoryTrimmer {
  readonly #store: HierarchyStore;
  readonly #logger: Logger;
  readonly #due = new Set<string>();

  constructor(store: HierarchyStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  trimSoon(organization: string): void {
    if (this.#due.has(organization)) return;
    this.#due.add(organization);
    setTimeout(() => void this.#trim(organization), TRIM_AFTER_MS).unref();
  }

  async #trim(organization: string): Promise<void> {
    this.#due.delete(organization);
    try {
      await removeOldest(this.#store, await readKept(this.#store, organization));
    } catch (error) {
      const reason = toPolicyError(error).message;
      this.#logger.warn({ organization, reason }, "the oldest changes of policies could not be removed");
    }
  }
}

/** Whether two changes are of the same thing. */
export function isSameThing(
  left: Pick<ChangeSpec, "kind" | "of" | "workspace">,
  right: Pick<ChangeSpec, "kind" | "of" | "workspace">,
): boolean {
  // A namespace goes from one workspace to another and stays the same.
  return (
    left.kind === right.kind &&
    left.of === right.of &&
    (left.kind === "namespace" || left.workspace === right.workspace)
  );
}

function tooMany(changes: ChangeObject[]): string[] {
  let characters = 0;
  const newer: ChangeSpec[] = [];
  return changes
    .toSorted((left, right) => (left.spec.time < right.spec.time ? 1 : -1))
    .filter(({ spec }, index) => {
      characters += spec.state?.length ?? 0;
      const isNewest = !newer.some((one) => isSameThing(one, spec));
      newer.push(spec);
      // What made a thing that is there what it is would be written down anew, as if it were made now.
      if (isNewest && spec.state !== undefined && index < MOST_KEPT) return false;
      return index > 0 && (index >= MAX_CHANGES || characters > MAX_STATE_CHARACTERS);
    })
    .map(({ metadata }) => metadata.name ?? "");
}
