import { valueProblem } from "../common/field-problems.js";
import type { Owner, PolicyAdministration } from "../common/administration.js";
import { resourceName } from "../common/manifest.js";
import type { PolicyContext } from "./context.js";
import type { ResourcePlural } from "./custom-resource-definitions.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import { CLUSTER_LABEL, MANAGED_LABEL } from "../common/engine-names.js";
import { organizationNamespaces } from "./bring-into-force.js";
import { detachNamespace } from "./namespaces.js";
import { createPolicy, deletePolicy, parseManifest, updatePolicy } from "./policies.js";
import { signed } from "./history/author.js";
import { LECTERN_USER } from "./write-options.js";
import { newObject, objectName, ownerReference, type PolicyAddress } from "./records.js";

/** What sessions need done in the hierarchy; every call may be repeated. */
export function createAdministration(context: PolicyContext): PolicyAdministration {
  const ensureMember = (plural: ResourcePlural, address: PolicyAddress, owner: Owner) =>
    ensure(context, plural, address, { spec: { ...address }, owner });
  return {
    createOrganization: (name, owner) =>
      ensure(context, "organizations", { organization: name, name }, { spec: {}, owner }),
    deleteOrganization: (name, owner) => deleteOrganization(context, name, owner),
    clearOrganization: (name, owner) => clearOrganization(context, name, owner),
    createWorkspace: (organization, name, owner) => ensureMember("workspaces", { organization, name }, owner),
    registerCluster: (organization, name, owner) =>
      ensureMember("managedclusters", { organization, name }, owner),
    applyPolicy: (organization, manifest) => applyPolicy(context, organization, manifest),
    deletePolicy: (organization, at) => deletePolicy(context, { organization, ...at }),
  };
}

async function ensure(
  { store }: PolicyContext,
  plural: ResourcePlural,
  address: PolicyAddress,
  { spec, owner }: { spec: object; owner: Owner },
): Promise<void> {
  for (const name of [address.organization, address.name]) requireName(name);
  // The controller writes it into the history; a session that begins does not wait for that.
  const object = newObject(plural, address, { spec, owner: ownerReference(owner) });
  await store.create(plural, signed(object, LECTERN_USER));
}

const MEMBERS = [
  "knownimages",
  "imagepolicyexceptions",
  "imagepolicies",
  "accesspolicies",
  "workspaces",
  "managedclusters",
  "policychanges",
] as const;

/** From the leaves to the root: whoever looks meanwhile finds an organization with less in it, never parts of none. */
async function deleteOrganization({ store }: PolicyContext, name: string, owner: Owner): Promise<void> {
  if (!(await isOwnedBy(store, name, owner))) return;
  for (const plural of MEMBERS) await store.removeAll(plural, name);
  await store.remove("organizations", name);
}

async function clearOrganization(context: PolicyContext, name: string, owner: Owner): Promise<void> {
  const { store } = context;
  if (!(await isOwnedBy(store, name, owner))) return;
  for (const { metadata } of await organizationNamespaces(context, name)) {
    const { name: namespace = "", labels = {} } = metadata ?? {};
    if (labels[MANAGED_LABEL] !== "true") continue;
    await detachNamespace(context, { organization: name, cluster: labels[CLUSTER_LABEL] ?? "", namespace });
  }
  for (const plural of MEMBERS) await store.removeAll(plural, name);
}

async function isOwnedBy(store: PolicyContext["store"], name: string, owner: Owner): Promise<boolean> {
  const found = await store.get<unknown>("organizations", name);
  return found?.metadata.ownerReferences?.some(({ uid }) => uid === owner.uid) === true;
}

async function applyPolicy(context: PolicyContext, organization: string, input: unknown): Promise<void> {
  const { fullName } = parseManifest(input);
  const workspace = fullName.workspaceName;
  const scope = { organization, ...(workspace !== undefined && { workspace }) };
  const address = { ...scope, name: fullName.name };
  if (await context.store.get("imagepolicies", objectName(address)))
    await updatePolicy(context, address, input);
  else await createPolicy(context, scope, input);
}

function requireName(name: string): void {
  const { error } = resourceName.safeParse(name);
  if (!error) return;
  const detail = valueProblem(error.issues);
  throw new PolicyError(
    POLICY_ERROR.invalid,
    `The name ${JSON.stringify(name)} cannot be used: it ${detail}.`,
  );
}
