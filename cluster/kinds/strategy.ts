import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";

/** What the rules of a kind may ask about the rest of the cluster. */
export interface KindContext {
  /** All objects of a resource, named by storage key. */
  list(storageKey: string, namespace?: string): ApiObject[];
}

/** The rules of one built-in kind beyond its schema. Every method changes or judges `object` and may read `old`. */
export interface KindStrategy {
  /** Whether `metadata.generation` counts the changes of the desired state. */
  hasGeneration?: boolean;
  /** Whether a change of annotations alone counts as one, too. */
  countsAnnotations?(object: ApiObject, old: ApiObject): boolean;
  /** Sets what only the server may decide on creation. */
  prepareCreate?(object: ApiObject, context: KindContext): void;
  /** Restores what only the server may change. */
  prepareUpdate?(object: ApiObject, old: ApiObject, context: KindContext): void;
  /** Fills in defaults the schema does not state. */
  setDefaults?(object: ApiObject, old?: ApiObject): void;
  /** Judges what takes a library to read, which is loaded the first time. */
  validateContent?(object: ApiObject, errors: FieldErrors): Promise<void>;
  validate?(object: ApiObject, errors: FieldErrors): void;
  /** Judges what only a new object may not have. */
  validateCreate?(object: ApiObject, errors: FieldErrors): void;
  /** Judges the object beside the rest of the cluster; asked only of one that has no other fault. */
  validateInCluster?(object: ApiObject, errors: FieldErrors, context: KindContext): void;
  /** `subresource` is the way the change came. */
  validateUpdate?(object: ApiObject, old: ApiObject, errors: FieldErrors, subresource?: string): void;
}
