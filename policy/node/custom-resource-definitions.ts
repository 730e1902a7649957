import type { Manifest } from "../common/admission-objects.js";
import { POLICY_GROUP, POLICY_VERSION } from "../common/engine-names.js";
import { EXCEPTED_KINDS } from "../common/exception.js";
import { CHANGED_KINDS } from "../common/history-api.js";
import { MAX_IMAGE_NAME_CHARACTERS, MAX_PROBLEM_CHARACTERS, MAX_SIGNER_SETS } from "../common/known-image.js";
import { MAX_AUTHORITIES, MAX_IDENTITY_CHARACTERS } from "../common/authority.js";
import { MAX_RULES } from "../common/manifest.js";
import { RECIPES } from "../common/templates.js";
import { SYNC_STATES } from "../common/cluster-api.js";
import { MAX_SUBJECTS, ROLES, SUBJECT_KINDS } from "../common/roles.js";

/** The kinds of the hierarchy, by the plural in their URLs. */
export const RESOURCES = {
  organizations: "Organization",
  workspaces: "Workspace",
  managedclusters: "ManagedCluster",
  imagepolicies: "ImagePolicy",
  imagepolicyexceptions: "ImagePolicyException",
  accesspolicies: "AccessPolicy",
  policychanges: "PolicyChange",
  knownimages: "KnownImage",
} as const;

export type ResourcePlural = keyof typeof RESOURCES;

/** Of the message of a status; a longer one would be refused, and the status of before would stand. */
export const MAX_MESSAGE_CHARACTERS = 4096;

type Schema = Record<string, unknown>;

const text = (maxLength: number): Schema => ({ type: "string", maxLength });
const name = (): Schema => ({ type: "string", pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" });
/** To the second and in UTC, so that texts compare as moments do. */
const moment = (): Schema => ({ type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$" });
const list = (items: Schema, maxItems: number): Schema => ({ type: "array", maxItems, items });
const object = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: "object",
  properties,
  ...(required.length > 0 && { required }),
});

/** The definitions of the hierarchy's kinds, all cluster-scoped: an organization is above namespaces. */
export function customResourceDefinitions(): Manifest[] {
  return [
    definition("organizations", "organization", object({ description: text(1000) }), []),
    definition("workspaces", "workspace", member({}), [MEMBER_OF, NAME]),
    definition("managedclusters", "managedcluster", member(CLUSTER_FIELDS), [
      MEMBER_OF,
      NAME,
      { name: "Server", type: "string", jsonPath: ".spec.member.server" },
      { name: "State", type: "string", jsonPath: ".status.state" },
      { name: "Version", type: "string", jsonPath: ".status.version" },
    ]),
    definition("imagepolicies", "imagepolicy", member(POLICY_FIELDS, ["recipe"]), [
      MEMBER_OF,
      { name: "Workspace", type: "string", jsonPath: ".spec.workspace" },
      NAME,
      { name: "Recipe", type: "string", jsonPath: ".spec.recipe" },
      { name: "In force", type: "boolean", jsonPath: ".status.inForce" },
    ]),
    definition(
      "imagepolicyexceptions",
      "imagepolicyexception",
      member(EXCEPTION_FIELDS, EXCEPTION_REQUIRED),
      [
        MEMBER_OF,
        { name: "Workspace", type: "string", jsonPath: ".spec.workspace" },
        { name: "Policy", type: "string", jsonPath: ".spec.policy" },
        NAME,
        { name: "State", type: "string", jsonPath: ".spec.state" },
        { name: "Expires", type: "string", jsonPath: ".spec.expires" },
      ],
    ),
    definition("policychanges", "policychange", change(), [
      MEMBER_OF,
      { name: "Workspace", type: "string", jsonPath: ".spec.workspace" },
      { name: "Kind", type: "string", jsonPath: ".spec.kind" },
      { name: "Of", type: "string", jsonPath: ".spec.of" },
      { name: "Revision", type: "integer", jsonPath: ".spec.revision" },
      { name: "Action", type: "string", jsonPath: ".spec.action" },
      { name: "User", type: "string", jsonPath: ".spec.user" },
    ]),
    definition("knownimages", "knownimage", member(KNOWN_IMAGE_FIELDS, ["image"]), [
      MEMBER_OF,
      { name: "Image", type: "string", jsonPath: ".spec.image" },
      { name: "Digest", type: "string", jsonPath: ".spec.digest" },
      { name: "Problem", type: "string", jsonPath: ".spec.problem", priority: 1 },
    ]),
    definition("accesspolicies", "accesspolicy", member(ACCESS_FIELDS, ["roleBindings"]), [
      MEMBER_OF,
      { name: "Workspace", type: "string", jsonPath: ".spec.workspace" },
    ]),
  ];
}

const MEMBER_OF = { name: "Organization", type: "string", jsonPath: ".spec.organization" };
const NAME = { name: "Name", type: "string", jsonPath: ".spec.name" };

function member(fields: Record<string, Schema>, required: string[] = []): Schema {
  const labels: Schema = { type: "object", additionalProperties: text(255) };
  const own = { organization: name(), name: name(), description: text(1000), labels };
  return object({ ...own, ...fields }, ["organization", "name", ...required]);
}

const RULE = object({
  hostname: text(255),
  port: text(255),
  imageName: text(255),
  tag: object({ value: text(255), negate: { type: "boolean" } }),
  requireDigest: { type: "boolean" },
});

const AUTHORITY = object({
  key: text(4000),
  issuer: text(MAX_IDENTITY_CHARACTERS),
  subject: text(MAX_IDENTITY_CHARACTERS),
});

const REQUIREMENT = object(
  {
    key: text(317),
    operator: { type: "string", enum: ["In", "NotIn", "Exists", "DoesNotExist"] },
    values: list(text(63), 50),
  },
  ["key", "operator"],
);

const POLICY_FIELDS: Record<string, Schema> = {
  workspace: name(),
  type: { type: "string", enum: ["image-policy"] },
  recipe: { type: "string", enum: RECIPES },
  recipeVersion: { type: "string", enum: ["v1"] },
  input: object({
    audit: { type: "boolean" },
    effect: { type: "string", enum: ["allow", "block"] },
    rules: list(RULE, MAX_RULES),
    verify: { type: "boolean" },
    authorities: list(AUTHORITY, MAX_AUTHORITIES),
  }),
  namespaceSelector: object({ matchExpressions: list(REQUIREMENT, 20) }),
};

/** What a registry told; the name is a hash of the image. */
const KNOWN_IMAGE_FIELDS: Record<string, Schema> = {
  image: text(MAX_IMAGE_NAME_CHARACTERS),
  digest: text(256),
  moved: object({ from: text(256), at: moment() }, ["from", "at"]),
  problem: text(MAX_PROBLEM_CHARACTERS),
  signatures: list(
    // A fingerprint; servers of before wrote whole keys.
    object({ signers: text(32_768), verified: { type: "boolean" }, reason: text(1000) }, [
      "signers",
      "verified",
      "reason",
    ]),
    MAX_SIGNER_SETS,
  ),
};

const EXCEPTION_REQUIRED = ["policy", "owner", "reason", "expires", "state"];

const EXCEPTION_FIELDS: Record<string, Schema> = {
  workspace: name(),
  policy: name(),
  namespace: text(63),
  workload: object({ kind: { type: "string", enum: EXCEPTED_KINDS }, name: text(253) }, ["kind", "name"]),
  image: text(512),
  owner: text(500),
  reason: text(500),
  expires: moment(),
  state: { type: "string", enum: ["Requested", "Granted", "Denied", "Expired"] },
  requestedBy: text(253),
  requestedAt: moment(),
  decidedBy: text(253),
  decidedAt: moment(),
  note: text(500),
};

const SUBJECT = object({ kind: { type: "string", enum: [...SUBJECT_KINDS] }, name: text(253) }, [
  "kind",
  "name",
]);

const ACCESS_FIELDS: Record<string, Schema> = {
  workspace: name(),
  roleBindings: list(
    object({ role: { type: "string", enum: ROLES }, subjects: list(SUBJECT, MAX_SUBJECTS) }, [
      "role",
      "subjects",
    ]),
    ROLES.length,
  ),
};

/** What one policy may hold, as JSON, with room for its quotes. */
const MAX_STATE_CHARACTERS = 600_000;

/** Its name is made of the uid of what was changed, so that each change is written down once. */
function change(): Schema {
  return object(
    {
      organization: name(),
      name: text(253),
      workspace: name(),
      kind: { type: "string", enum: CHANGED_KINDS },
      of: text(253),
      from: name(),
      revision: { type: "integer", format: "int64" },
      action: text(63),
      time: text(63),
      user: text(253),
      state: text(MAX_STATE_CHARACTERS),
    },
    ["organization", "name", "kind", "of", "revision", "action", "time"],
  );
}

/** What tells a member from the home cluster. */
const CLUSTER_FIELDS: Record<string, Schema> = {
  member: object({ uid: text(63), server: text(2048), operator: name() }, ["uid", "server"]),
};

const SYNC_STATUS = object({
  state: { type: "string", enum: [...SYNC_STATES] },
  since: moment(),
  version: text(63),
  digest: text(64),
  namespaces: { type: "integer", format: "int32" },
  admitsUntil: moment(),
  kubernetesVersion: text(255),
  message: text(MAX_MESSAGE_CHARACTERS),
});

const STATUS = object({
  inForce: { type: "boolean" },
  observedGeneration: { type: "integer", format: "int64" },
  changedAt: moment(),
  namespaces: { type: "integer", format: "int32" },
  message: text(MAX_MESSAGE_CHARACTERS),
});

function definition(plural: ResourcePlural, singular: string, spec: Schema, columns: object[]): Manifest {
  const version = {
    name: POLICY_VERSION,
    served: true,
    storage: true,
    schema: {
      openAPIV3Schema: object({
        apiVersion: { type: "string" },
        kind: { type: "string" },
        metadata: { type: "object" },
        spec,
        status: plural === "managedclusters" ? SYNC_STATUS : STATUS,
      }),
    },
    subresources: { status: {} },
    additionalPrinterColumns: [
      ...columns,
      { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    ],
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${POLICY_GROUP}` },
    spec: {
      group: POLICY_GROUP,
      scope: "Cluster",
      names: { plural, singular, kind: RESOURCES[plural], listKind: `${RESOURCES[plural]}List` },
      versions: [version],
    },
  };
}
