import type { EffectivePolicy } from "../common/effective.js";

/** A ConfigMap of parameters as it was last written or read here. */
export interface KnownConfigMap {
  resourceVersion: string;
  data: Record<string, string>;
}

/** The parameters of one namespace; what is absent is not there. */
export interface KnownNamespace {
  enforced: KnownConfigMap;
  audit?: KnownConfigMap;
  /** The policies of the organization that both were made of; absent where not all of them were at hand. */
  madeOf?: EffectivePolicy[];
}

/** Namespaces remembered: who edits policies edits those of a few, and each may hold some hundred kilobytes. */
const MAX_NAMESPACES = 64;

/**
 * Remembers the parameters that were made here of policies read or written here, so that the next change need not read them first. It says nothing of how they
 * are now: what is written by it is written only where nobody has written them since.
 */
export class KnownParameters {
  readonly #max: number;
  #namespaces: ReadonlyMap<string, KnownNamespace> = new Map();

  constructor(max = MAX_NAMESPACES) {
    this.#max = max;
  }

  /** What is known at this moment; what becomes known later is not in it. */
  get now(): ReadonlyMap<string, KnownNamespace> {
    return this.#namespaces;
  }

  note(namespace: string, known: KnownNamespace): void {
    const next = new Map(this.#namespaces);
    next.delete(namespace);
    next.set(namespace, known);
    const [oldest = ""] = next.keys();
    if (next.size > this.#max) next.delete(oldest);
    this.#namespaces = next;
  }

  forget(namespace: string): void {
    const next = new Map(this.#namespaces);
    next.delete(namespace);
    this.#namespaces = next;
  }
}
