import type { V1Namespace } from "@kubernetes/client-node";
import { LRUCache } from "lru-cache";

import type { EffectivePolicy } from "../common/effective.js";
import type { Scope } from "./bring-into-force.js";
import type { KnownParameters } from "./known-parameters.js";
import type { ExceptionObject, HierarchyObject, ImagePolicyObject } from "./records.js";

/** Places that are edited at one time; each holds the policies of its organization. */
const MAX_SCOPES = 64;

/** What bore on the namespaces of a place when a policy of it was last changed here. */
export interface KnownScope {
  stored: { policies: ImagePolicyObject[]; exceptions: ExceptionObject[] };
  /** The attached namespaces of the home cluster. */
  namespaces: V1Namespace[];
  /** What the parameters of each of them were made of. */
  made: EffectivePolicy[];
  organization: HierarchyObject<unknown>;
}

/**
 * Remembers what the last change of a place was made with, so that the next one need not read all policies first. It is as good as the parameters made of it: who
 * changes anything that bears on them writes them anew, and what is written by this is written only where nobody has.
 */
export class KnownScopes {
  readonly #parameters: KnownParameters;
  readonly #scopes = new LRUCache<string, KnownScope>({ max: MAX_SCOPES });

  constructor(parameters: KnownParameters) {
    this.#parameters = parameters;
  }

  note(scope: Scope, known: KnownScope): void {
    this.#scopes.set(keyOf(scope), known);
  }

  /** `undefined` as soon as the parameters of one of its namespaces were made here of anything else. */
  get(scope: Scope): KnownScope | undefined {
    const known = this.#scopes.get(keyOf(scope));
    const parameters = this.#parameters.now;
    const isMadeOf = ({ metadata }: V1Namespace) =>
      parameters.get(metadata?.name ?? "")?.madeOf === known?.made;
    return known?.namespaces.every(isMadeOf) ? known : undefined;
  }
}

function keyOf({ organization, workspace = "" }: Scope): string {
  return `${organization}/${workspace}`;
}
