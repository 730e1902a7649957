import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { CoreV1Api } from "../../kubernetes/node/client-library.js";
import { createPolicyContext, type PolicyContext } from "../../policy/node/context.js";
import { markedUnwritten, writeDown } from "../../policy/node/history/unwritten-change.js";
import {
  type AttachedWorkspace,
  namesOf,
  startAttachedWorkspace,
} from "../kubernetes/policy/attached-workspace.js";
import { silent } from "../kubernetes/policy/suite-cluster.js";

const NAME = "unwritten-change";
const { place, at } = namesOf(NAME);
const { cluster, namespace } = at;

describe("a change of a namespace that is still to be written down", () => {
  let attached: AttachedWorkspace | undefined;
  let context: PolicyContext;
  let core: CoreV1Api;

  const patched = (metadata: object) =>
    core.patchNamespace({ name: namespace, body: { metadata } }, context.client.mergePatch);
  const marked = () => {
    const change = { ...place, cluster, user: "ada", action: "labelled" as const };
    return patched(markedUnwritten({}, change));
  };

  beforeAll(async () => {
    attached = await startAttachedWorkspace(NAME, []);
    context = await createPolicyContext(attached.kubeConfig, silent);
    ({ core } = context.client);
  });
  afterAll(() => attached?.close());

  it("leaves the namespace as it is now, also where somebody else has written it down meanwhile", async () => {
    const seen = await marked();
    const first = await writeDown(context, seen);
    const second = await writeDown(context, seen);
    const now = await core.readNamespace({ name: namespace });
    expect([first, second].map(({ metadata }) => metadata?.resourceVersion)).toEqual(
      [now, now].map(({ metadata }) => metadata?.resourceVersion),
    );
    expect(now.metadata?.labels).not.toHaveProperty("policy.lectern.dev/unwritten");
  });

  it("leaves the namespace as it was seen where others have changed more of it, who are not to be overwritten", async () => {
    const seen = await marked();
    await patched({ labels: { team: "other" } });
    expect((await writeDown(context, seen)).metadata?.resourceVersion).toBe(seen.metadata?.resourceVersion);
    expect((await core.readNamespace({ name: namespace })).metadata?.labels).not.toHaveProperty(
      "policy.lectern.dev/unwritten",
    );
  });
});
