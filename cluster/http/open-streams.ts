import { tooManyRequests } from "../api/status.js";
import { PRIVILEGED_GROUP } from "../auth/rbac-authorizer.js";
import { parseServiceAccountUser, serviceAccountUser } from "../auth/service-account-user.js";
import type { Call } from "./call.js";

/** What clients may have open at the same time, of one kind. */
export interface StreamLimits {
  /** In words, behind "too many". */
  words: string;
  /** Of one administrator, and over all clients before any but an administrator is refused. */
  all: number;
  /** Of one user who is no administrator, and of all service accounts of a namespace together, as long as others leave that much. */
  ofUser: number;
  /** In which a client that was refused may ask again. */
  againSeconds: number;
}

/**
 * Of what is free of all, the part that one who is no administrator may have open to get another. However many are greedy, some is left so for
 * who comes next: each of them, one after the other, takes a ninth of what there was.
 */
const SHARE_OF_FREE = 1 / 8;

/** Counts what stays open, by whom it is of, so that one leaves the others theirs. */
export class OpenStreams {
  readonly #limits: StreamLimits;
  /** By whom it is of, for each store. */
  readonly #open = new WeakMap<object, Map<string, number>>();

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** Counts a call until released; throws 429 where there are too many, of one user or of all together. */
  claim({ core, user }: Pick<Call, "core" | "user">): () => void {
    const { words, all: most, ofUser, againSeconds } = this.#limits;
    const counts = this.#open.get(core.store) ?? new Map<string, number>();
    this.#open.set(core.store, counts);
    const holder = holderOf(user.name);
    const own = counts.get(holder) ?? 0;
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const isAdministrator = user.groups.includes(PRIVILEGED_GROUP);
    // However much others hold, whoever has to look after them gets in.
    if (own >= (isAdministrator ? most : Math.min(ofUser, (most - all) * SHARE_OF_FREE)))
      throw tooManyRequests(`too many ${words} are open, please try again later`, againSeconds);
    counts.set(holder, own + 1);
    return () => {
      const left = (counts.get(holder) ?? 1) - 1;
      if (left === 0) counts.delete(holder);
      else counts.set(holder, left);
    };
  }
}

/** Whoever is at home in a namespace can make itself any number of accounts there: they are one. */
function holderOf(user: string): string {
  const account = parseServiceAccountUser(user);
  return account === undefined ? user : serviceAccountUser(account.namespace, "");
}
