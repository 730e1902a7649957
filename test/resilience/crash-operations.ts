import { generateKeyPairSync } from "node:crypto";

import { PolicyError } from "../../policy/node/errors.js";
import type { PolicyService } from "../../policy/node/policy-service.js";

export const organization = "lab-crashed";
export const namespace = organization;
export const workspace = "crashed-ws";
/** Has a policy of its own, against `alpine`. */
export const otherWorkspace = "other-ws";
export const place = { organization, workspace };
export const at = { organization, cluster: "crashed-cluster", namespace };
const policy = { ...place, name: "blocked" };
const signatures = { ...place, name: "signed" };
const exception = { ...place, name: "debug" };

/** What is done to policies, exceptions or namespaces, while the process that does it may die before any of its writes. */
export interface Operation {
  /** Brings what is before it about, by a service that lives; `mortal` is the one that may die, and does not yet. */
  before: (service: PolicyService, mortal: PolicyService) => Promise<void>;
  run: (service: PolicyService) => Promise<unknown>;
  /** The write with which it is stored: only what comes after it is told as not in force. */
  stores: RegExp;
  /** What is told where it is cut off after that; by default POLICY_NOT_IN_FORCE. */
  whenStored?: string;
  /** Images that are refused after it, of `IMAGES`. */
  refused: string[];
  /** Changes nothing of what is in force. */
  isOnlyAsked?: boolean;
}

/** `evil` is what the organization refuses. */
export const IMAGES = ["busybox", "alpine", "evil"];

export const blocking = (name: string, ...images: string[]) => ({
  fullName: { name },
  spec: {
    recipe: "custom",
    input: { effect: "block", rules: images.map((imageName) => ({ imageName })) },
  },
});

/** What whoever asked for it is told. */
export const outcomeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof PolicyError ? error.code : error),
  );

/** What is told of a change that was cut off before its end. */
export const toldBefore = (isStored: boolean, whenStored = "POLICY_NOT_IN_FORCE"): string =>
  isStored ? whenStored : "POLICY_CLUSTER_UNREACHABLE";

export const SAVED_POLICY = /^(?:POST|PUT) \S+\/imagepolicies(?:\/[^/]+)?$/;
const DELETED_POLICY = /^DELETE \S+\/imagepolicies\/[^/]+$/;
const SAVED_EXCEPTION = /^(?:POST|PUT) \S+\/imagepolicyexceptions(?:\/[^/]+)?$/;
const DELETED_EXCEPTION = /^DELETE \S+\/imagepolicyexceptions\/[^/]+$/;
export const LABELLED_NAMESPACE = new RegExp(`^PATCH \\S+/namespaces/${namespace}$`);

/** What is not there, or is so already, needs no second time. */
export const unlessDone = async (work: Promise<unknown>): Promise<void> => {
  await work.catch((error: unknown) => {
    if (!(error instanceof PolicyError && /_(NOT_FOUND|EXISTS|IN_USE)$/.test(error.code))) throw error;
  });
};

const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
  type: "spki",
  format: "pem",
}) as string;

const signedBy = (trusted: string) => ({
  fullName: { name: "signed" },
  spec: { recipe: "require-signature", input: { authorities: [{ key: trusted }] } },
});

/** The namespace in the first workspace, whose one policy is against `busybox`. */
const withPolicy = async (service: PolicyService): Promise<void> => {
  await unlessDone(service.attachNamespace({ ...at, workspace }));
  await service.updateNamespace(at, { workspace, labels: { env: null } });
  await unlessDone(service.removePolicy(signatures));
  await unlessDone(service.deleteException(exception));
  await unlessDone(service.createPolicy(place, blocking("blocked", "busybox")));
  await service.updatePolicy(policy, blocking("blocked", "busybox"));
};

const asked = (): object => ({
  fullName: { name: "debug" },
  spec: {
    policy: "blocked",
    namespace,
    owner: "blue",
    reason: "ticket 7",
    expires: new Date(Date.now() + 3_600_000).toISOString(),
  },
});

const withRequest = async (service: PolicyService): Promise<void> => {
  await withPolicy(service);
  await service.requestException(place, { input: asked(), user: "alice" });
};

const withException = async (service: PolicyService): Promise<void> => {
  await withRequest(service);
  await service.decideException(exception, { isGranted: true, user: "bob" });
};

/** Restores the newest change of a kind that says so of itself. */
const restoring =
  (
    kind: "policy" | "exception" | "namespace",
    isMeant: (change: { action: string; after: object | null }) => boolean,
  ) =>
  async (service: PolicyService): Promise<void> => {
    const scope = kind === "namespace" ? { organization, workspace } : place;
    const changes = await service.listHistory({ ...scope, kind });
    const change = changes.find((each) => each.isRestorable && isMeant(each));
    if (!change) throw new Error(`nothing of ${kind} to restore among ${JSON.stringify(changes)}`);
    await service.restoreChange(scope, { id: change.id, user: "carol" });
  };

const isAgainst =
  (image: string) =>
  ({ after }: { after: object | null }) =>
    JSON.stringify(after).includes(`"imageName":"${image}"`);

const POLICIES: Record<string, Operation> = {
  "creating a policy": {
    before: async (service) => {
      await withPolicy(service);
      await service.removePolicy(policy);
    },
    run: (service) => service.createPolicy(place, blocking("blocked", "busybox")),
    stores: SAVED_POLICY,
    refused: ["busybox", "evil"],
  },
  "changing a policy": {
    before: withPolicy,
    run: (service) => service.updatePolicy(policy, blocking("blocked", "alpine")),
    stores: SAVED_POLICY,
    refused: ["alpine", "evil"],
  },
  "changing a policy that it has changed before": {
    before: async (service, mortal) => {
      await withPolicy(service);
      for (const image of ["nginx", "busybox"]) await mortal.updatePolicy(policy, blocking("blocked", image));
    },
    run: (service) => service.updatePolicy(policy, blocking("blocked", "alpine")),
    stores: SAVED_POLICY,
    refused: ["alpine", "evil"],
  },
  "deleting a policy": {
    before: withPolicy,
    run: (service) => service.removePolicy(policy),
    stores: DELETED_POLICY,
    refused: ["evil"],
  },
  "asking for signatures": {
    before: withPolicy,
    run: (service) => service.createPolicy(place, signedBy(key)),
    stores: SAVED_POLICY,
    refused: ["busybox", "alpine", "evil"],
  },
  "asking no longer for signatures": {
    before: async (service) => {
      await withPolicy(service);
      await service.createPolicy(place, signedBy(key));
    },
    run: (service) => service.removePolicy(signatures),
    stores: DELETED_POLICY,
    refused: ["busybox", "evil"],
  },
};

const EXCEPTIONS: Record<string, Operation> = {
  "asking for an exception": {
    before: withPolicy,
    run: (service) => service.requestException(place, { input: asked(), user: "alice" }),
    stores: SAVED_EXCEPTION,
    // The history follows.
    whenStored: "done",
    refused: ["busybox", "evil"],
    isOnlyAsked: true,
  },
  "granting an exception": {
    before: withRequest,
    run: (service) => service.decideException(exception, { isGranted: true, user: "bob" }),
    stores: SAVED_EXCEPTION,
    refused: ["evil"],
  },
  "denying an exception": {
    before: withRequest,
    run: (service) => service.decideException(exception, { isGranted: false, user: "bob" }),
    stores: SAVED_EXCEPTION,
    refused: ["busybox", "evil"],
    isOnlyAsked: true,
  },
  "ending an exception": {
    before: withException,
    run: (service) => service.deleteException(exception),
    stores: DELETED_EXCEPTION,
    refused: ["busybox", "evil"],
  },
};

const NAMESPACES: Record<string, Operation> = {
  "attaching a namespace": {
    before: async (service) => {
      await withPolicy(service);
      await service.detachNamespace(at);
    },
    run: (service) => service.attachNamespace({ ...at, workspace }),
    stores: LABELLED_NAMESPACE,
    refused: ["busybox", "evil"],
  },
  "moving a namespace": {
    before: withPolicy,
    run: (service) => service.updateNamespace(at, { workspace: otherWorkspace }),
    stores: LABELLED_NAMESPACE,
    refused: ["alpine", "evil"],
  },
  "labelling a namespace that a policy looks at": {
    before: withPolicy,
    run: (service) => service.updateNamespace(at, { labels: { env: "prod" } }),
    stores: LABELLED_NAMESPACE,
    refused: ["busybox", "alpine", "evil"],
  },
  "detaching a namespace": {
    before: withPolicy,
    run: (service) => service.detachNamespace(at),
    stores: LABELLED_NAMESPACE,
    refused: [],
  },
};

const HISTORY: Record<string, Operation> = {
  "restoring what a policy was": {
    before: async (service) => {
      await withPolicy(service);
      await service.updatePolicy(policy, blocking("blocked", "alpine"));
      await service.updatePolicy(policy, blocking("blocked", "busybox"));
    },
    run: restoring("policy", isAgainst("alpine")),
    stores: SAVED_POLICY,
    refused: ["alpine", "evil"],
  },
  "restoring a policy that was deleted": {
    before: async (service) => {
      await withPolicy(service);
      await service.removePolicy(policy);
    },
    run: restoring("policy", isAgainst("busybox")),
    stores: SAVED_POLICY,
    refused: ["busybox", "evil"],
  },
  "restoring a namespace that was detached": {
    before: async (service) => {
      await withPolicy(service);
      await service.detachNamespace(at);
    },
    run: restoring("namespace", ({ action }) => action !== "detached"),
    stores: LABELLED_NAMESPACE,
    refused: ["busybox", "evil"],
  },
  "asking anew for an exception that was ended": {
    before: async (service) => {
      await withException(service);
      await service.deleteException(exception);
    },
    run: restoring("exception", () => true),
    stores: SAVED_EXCEPTION,
    // The history follows.
    whenStored: "done",
    refused: ["busybox", "evil"],
    isOnlyAsked: true,
  },
};

export const OPERATIONS: Record<string, Operation> = {
  ...POLICIES,
  ...EXCEPTIONS,
  ...NAMESPACES,
  ...HISTORY,
};
