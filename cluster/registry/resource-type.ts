import type { Conversion } from "./conversions.js";
import type { Schema } from "../schema/schema.js";

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

export interface SubresourceType {
  /** `status`, `scale`, `log`, ... */
  name: string;
  kind: GroupVersionKind;
  verbs: string[];
}

/** A column of `kubectl get` as a CustomResourceDefinition declares it. */
export interface PrinterColumn {
  name: string;
  type: string;
  format?: string;
  description?: string;
  priority?: number;
  jsonPath: string;
}

/** What only resources defined by a CustomResourceDefinition have. */
export interface CustomType {
  columns: PrinterColumn[];
  selectableFields: string[];
  scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
  /** Told to everyone who uses a deprecated version. */
  deprecationWarning?: string;
  /** All served versions; objects are stored in whichever was written last and read in the one asked for. */
  versions: string[];
}

/** One version of one resource of the API, built in or custom. */
export interface ResourceType extends GroupVersionKind {
  resource: string;
  singular: string;
  namespaced: boolean;
  verbs: string[];
  shortNames: string[];
  categories: string[];
  subresources: SubresourceType[];
  schema: Schema | undefined;
  /** Where the objects of all its versions are stored, such as `apps/deployments`. */
  storageKey: string;
  custom?: CustomType;
  /** Set where objects are stored in another version than this one. */
  conversion?: Conversion;
}

/** `v1` or `apps/v1`. */
export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === "" ? version : `${group}/${version}`;
}

export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf("/");
  if (slash === -1) return { group: "", version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function hasSubresource(type: ResourceType, name: string): boolean {
  return type.subresources.some((subresource) => subresource.name === name);
}

/** Resources one can only POST to, such as the review APIs. */
export function isVirtual(type: ResourceType): boolean {
  return !type.verbs.includes("get") && !type.verbs.includes("list");
}
