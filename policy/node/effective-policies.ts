import type { EffectivePolicy } from "../common/effective.js";
import { asksRegistries, withKnownImages } from "../common/known-image.js";
import { toSecond } from "../common/exception.js";
import type { HierarchyStore } from "./hierarchy-store.js";
import type { Freshness } from "./list-no-older.js";
import { listKnownImages } from "./verify/stored-images.js";
import {
  type ExceptionObject,
  type ExceptionObjectSpec,
  type ImagePolicyObject,
  type ImagePolicySpec,
  withExceptions,
} from "./records.js";

/** The policies of an organization and all of its workspaces, each with the exceptions that hold now and what it looks at of registries. */
export async function listEffectivePolicies(
  store: HierarchyStore,
  organization: string,
  freshness: Freshness = "exact",
): Promise<EffectivePolicy[]> {
  const { policies, exceptions } = await listPoliciesAndExceptions(store, organization, freshness);
  const effective = withExceptions(policies, exceptions, toSecond(new Date()));
  // What is known costs nothing where nobody looks at it.
  if (!effective.some(({ spec }) => asksRegistries(spec))) return effective;
  return withKnownImages(effective, await listKnownImages(store, organization));
}

/** The same as it is stored. */
export async function listPoliciesAndExceptions(
  store: HierarchyStore,
  organization: string,
  freshness: Freshness = "exact",
): Promise<{ policies: ImagePolicyObject[]; exceptions: ExceptionObject[] }> {
  const [policies, exceptions] = await Promise.all([
    store.list<ImagePolicySpec>("imagepolicies", organization, freshness),
    store.list<ExceptionObjectSpec>("imagepolicyexceptions", organization, freshness),
  ]);
  return { policies, exceptions };
}
