import type { V1ManagedFieldsEntry, V1ObjectMeta } from "@kubernetes/client-node";

/**
 * What an API server keeps nothing by of who set which field, from the next write on: to work that out takes it a third of the time that it needs for a write
 * of a policy. An empty list would mean to leave it as it is.
 */
export const UNTRACKED: V1ManagedFieldsEntry[] = [{}];

/**
 * The same object so that it is written without that, unless somebody applies it on the server's side: they are told of conflicts by it. Who applies it later
 * is told so all the same, as everything then counts as set before.
 */
export function untracked<T extends { metadata: V1ObjectMeta }>(object: T): T {
  const { managedFields = [] } = object.metadata;
  if (managedFields.some(({ operation }) => operation === "Apply")) return object;
  return { ...object, metadata: Object.assign({}, object.metadata, { managedFields: UNTRACKED }) };
}
