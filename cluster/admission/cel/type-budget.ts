/** Units the types of one definition, or of the kinds of one policy, may come to: about a second of work, and several times what large definitions need. */
export const MAX_TYPE_UNITS = 10_000;
/** So many characters of a type's name cost one unit: names grow with the depth of what they name. */
const CHARACTERS_PER_UNIT = 64;

/** What may still be spent on declaring types of objects; once it does not suffice, nothing is left of it. */
export class TypeBudget {
  #left: number;
  readonly #limit: number;

  constructor(limit = MAX_TYPE_UNITS) {
    this.#left = limit;
    this.#limit = limit;
  }

  /** Units spent so far. */
  get spent(): number {
    return this.#limit - this.#left;
  }

  /** Pays for an object type of this name and so many fields; false where that is beyond the budget. */
  pay(name: string, fields: number): boolean {
    const units = 1 + fields + Math.ceil(name.length / CHARACTERS_PER_UNIT);
    const suffices = units <= this.#left;
    this.#left = suffices ? this.#left - units : 0;
    return suffices;
  }
}
