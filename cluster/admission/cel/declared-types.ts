import type { Environment } from "@marcbachmann/cel-js";
import { isRecord } from "../../api/field-access.js";
import type { ResolveSchema, Schema } from "../../schema/schema.js";
import { fieldName } from "./field-name.js";
import { withOwnFields } from "./own-fields.js";
import { TypeBudget } from "./type-budget.js";

/** Schemas within schemas that are looked into; what is nested deeper may be anything. */
const MAX_DEPTH = 60;
const ANYTHING = "dyn";
/** What Kubernetes calls `@idx` and `@elem`, which are no names to the library. */
const ITEM = "__idx";
const VALUE = "__elem";
const FORMATS: Record<string, string> = {
  byte: "bytes",
  duration: "google.protobuf.Duration",
  date: "google.protobuf.Timestamp",
  "date-time": "google.protobuf.Timestamp",
};
const SCALARS: Record<string, string> = { boolean: "bool", number: "double", integer: "int" };

export interface DeclaredTypesOptions {
  resolve: ResolveSchema;
  /** The words of the expressions that are to be checked; fields of other names may be anything. */
  words?: ReadonlySet<string> | undefined;
  /** One of its own where absent. */
  budget?: TypeBudget | undefined;
}

/**
 * Gives the types of schemas names in an environment, as Kubernetes has them for CEL: objects with their fields, maps, lists; what
 * a schema says nothing certain of is `dyn`, as is what lies beyond a budget, and a field of which it does not even say a type is none.
 */
export class DeclaredTypes {
  readonly environment: Environment;
  readonly #resolve: ResolveSchema;
  /** The words of the expressions that are to be checked: what none of them names needs no type. */
  readonly #words: ReadonlySet<string> | undefined;
  readonly #budget: TypeBudget;
  /** The types of referenced schemas, and of those that are being looked into. */
  readonly #known: Map<Schema, string>;
  readonly #fields: Map<string, ReadonlyMap<string, string>>;

  constructor(
    environment: Environment,
    { resolve, words, budget = new TypeBudget() }: DeclaredTypesOptions,
    base?: DeclaredTypes,
  ) {
    this.environment = environment;
    this.#resolve = resolve;
    this.#words = words;
    this.#budget = budget;
    this.#known = new Map(base === undefined ? [] : base.#known);
    this.#fields = new Map(base === undefined ? [] : base.#fields);
  }

  /** A copy that may know more. */
  extended(resolve = this.#resolve, words = this.#words): DeclaredTypes {
    return new DeclaredTypes(this.environment.clone(), { resolve, words }, this);
  }

  /** The fields of an object type and their types; `undefined` where it is none of these. */
  fieldsOf(name: string): ReadonlyMap<string, string> | undefined {
    return this.#fields.get(name);
  }

  /** The type of an object that stands for itself. */
  declareRoot(schema: Schema, name: string): string {
    return this.#declare(withOwnFields(schema, this.#resolve), name, 0) ?? ANYTHING;
  }

  /** The type of what the schema describes. */
  declare(schema: Schema, name: string): string {
    return this.#declare(schema, name, 0) ?? ANYTHING;
  }

  /** An object type of fields whose types are known. */
  declareObject(name: string, fields: Record<string, string>): string {
    this.environment.registerType({ name, fields: { ...fields } });
    this.#fields.set(name, new Map(Object.entries(fields)));
    // Two of a type can be compared, and an object that is absent is null.
    for (const other of [name, "null"]) {
      this.environment.registerOperator(`${name} == ${other}: bool`, () => false);
    }
    return name;
  }

  #declare(reference: Schema, name: string, depth: number): string | undefined {
    const schema = this.#resolve(reference);
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    if (depth > MAX_DEPTH || schema["x-kubernetes-int-or-string"] === true) return ANYTHING;
    // A schema within itself ends there.
    if (schema !== reference) this.#known.set(schema, ANYTHING);
    const type = this.#typeOf(schema, name, depth + 1);
    if (schema !== reference && type !== undefined) this.#known.set(schema, type);
    return type;
  }

  #typeOf(schema: Schema, name: string, depth: number): string | undefined {
    const { type = "", format = "", items, additionalProperties } = schema;
    if (type === "string") return FORMATS[format] ?? "string";
    if (type === "array") {
      const item = items && this.#declareOwn(items, `${name}.${ITEM}`, depth);
      return item && `list<${item}>`;
    }
    if (type !== "object") return SCALARS[type];
    if (typeof additionalProperties === "object") {
      const value = this.#declareOwn(additionalProperties, `${name}.${VALUE}`, depth);
      return value && `map<string, ${value}>`;
    }
    if (!this.#budget.pay(name, Object.keys(schema.properties ?? {}).length)) return ANYTHING;
    return this.declareObject(name, this.#fieldsOf(schema, name, depth));
  }

  #fieldsOf({ properties = {} }: Schema, name: string, depth: number): Record<string, string> {
    const fields: Record<string, string> = {};
    for (const [property, schema] of Object.entries(properties)) {
      const field = fieldName(property);
      if (field === undefined || !isRecord(schema)) continue;
      const isNamed = this.#words === undefined || this.#words.has(field);
      const type = isNamed ? this.#declareOwn(schema, `${name}.${field}`, depth) : ANYTHING;
      if (type !== undefined) fields[field] = type;
    }
    return fields;
  }

  #declareOwn(schema: Schema, name: string, depth: number): string | undefined {
    const isOwn = schema["x-kubernetes-embedded-resource"] === true;
    return this.#declare(isOwn ? withOwnFields(schema, this.#resolve) : schema, name, depth);
  }
}
