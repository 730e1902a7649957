import type { EffectivePolicy } from "../common/effective.js";
import { toSecond } from "../common/exception.js";
import type { HierarchyStore } from "./hierarchy-store.js";
import {
  type ExceptionObject,
  type ExceptionObjectSpec,
  type ImagePolicyObject,
  type ImagePolicySpec,
  withExceptions,
} from "./records.js";

/** The policies of an organization and all of its workspaces, each with the exceptions that hold now. */
export async function listEffectivePolicies(
  store: HierarchyStore,
  organization: string,
): Promise<EffectivePolicy[]> {
  const { policies, exceptions } = await listPoliciesAndExceptions(store, organization);
  return withExceptions(policies, exceptions, toSecond(new Date()));
}

/** The same as it is stored. */
export async function listPoliciesAndExceptions(
  store: HierarchyStore,
  organization: string,
): Promise<{ policies: ImagePolicyObject[]; exceptions: ExceptionObject[] }> {
  const [policies, exceptions] = await Promise.all([
    store.list<ImagePolicySpec>("imagepolicies", organization),
    store.list<ExceptionObjectSpec>("imagepolicyexceptions", organization),
  ]);
  return { policies, exceptions };
}
