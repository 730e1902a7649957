import { DeclaredTypes, wordsOf } from "../admission/cel/declared-types.js";
import { plainEnvironment } from "../admission/cel/environment.js";
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
  readonly #words: ReadonlySet<string>;
  #types: { plain: DeclaredTypes; withOptional: DeclaredTypes } | undefined;

  /** `isRoot` where the schema is of objects that stand for themselves; `sources` are all expressions that will be checked. */
  constructor(schema: Schema, isRoot: boolean, sources: readonly string[]) {
    this.#schema = schema;
    this.#words = wordsOf(sources);
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
      words: this.#words,
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
