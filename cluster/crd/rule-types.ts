import { DeclaredTypes } from "../admission/cel/declared-types.js";
import { plainEnvironment } from "../admission/cel/environment.js";
import { wordsOf } from "../admission/cel/expression-words.js";
import type { TypeBudget } from "../admission/cel/type-budget.js";
import type { TypeVerdict } from "../admission/cel/type-check.js";
import { checkTypes } from "../admission/cel/type-check.js";
import type { Schema } from "../schema/schema.js";
import { resolveNothing } from "../schema/schema.js";

/** As Kubernetes names it, with a number that nobody can count on. */
const TYPE_NAME = "selfType";
let count = 0;

/** Judges the rules at one place of a schema by the types it gives to `self` and `oldSelf`. */
export class RuleTypes {
  readonly #schema: Schema;
  readonly #isRoot: boolean;
  readonly #sources: readonly string[];
  readonly #budget: TypeBudget;
  #types: { plain: DeclaredTypes; withOptional: DeclaredTypes } | undefined;

  /**
   * `isRoot` where the schema is of objects that stand for themselves; `sources` are all expressions that will be checked; `budget` is
   * what the whole definition may spend.
   */
  constructor(
    schema: Schema,
    { isRoot, sources, budget }: { isRoot: boolean; sources: readonly string[]; budget: TypeBudget },
  ) {
    this.#schema = schema;
    this.#sources = sources;
    this.#budget = budget;
    this.#isRoot = isRoot;
  }

  /** The type of an expression that is valid CEL, or what is wrong with it. */
  check(source: string, { isOldOptional }: { isOldOptional: boolean }): TypeVerdict {
    this.#types ??= this.#declare();
    return checkTypes(source, isOldOptional ? this.#types.withOptional : this.#types.plain);
  }

  #declare(): { plain: DeclaredTypes; withOptional: DeclaredTypes } {
    const types = new DeclaredTypes(plainEnvironment(), {
      resolve: resolveNothing,
      words: wordsOf(this.#sources),
      budget: this.#budget,
    });
    const name = `${TYPE_NAME}${(count += 1)}`;
    const type = this.#isRoot ? types.declareRoot(this.#schema, name) : types.declare(this.#schema, name);
    types.environment.registerVariable("self", type);
    const [plain, withOptional] = [types.extended(), types.extended()];
    plain.environment.registerVariable("oldSelf", type);
    withOptional.environment.registerVariable("oldSelf", `optional<${type}>`);
    return { plain, withOptional };
  }
}
