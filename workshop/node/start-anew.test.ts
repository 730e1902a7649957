import { expect, it } from "vitest";
import { KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import type { Lab } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";
import { type StartAnewParts, startAnew } from "./start-anew.js";

const gone = async (): Promise<never> => {
  throw new KubernetesError("not found", 404, "NotFound");
};

it("a session that has ended meanwhile is left without the cluster that was started for it", async () => {
  const done: string[] = [];
  const parts = {
    client: { get: gone, merge: gone },
    host: { terminals: async () => [] },
    settings: {
      ownClusters: {
        make: async () => void done.push("make"),
        close: async () => void done.push("close"),
        addressOf: () => "https://127.0.0.1:1",
      },
    },
  } as unknown as StartAnewParts;
  const session = {
    metadata: { name: "gone", uid: "1" },
    spec: { namespace: "gone", organization: "gone", cluster: "own" },
  } as SessionResource;
  const { signal } = new AbortController();
  const begun = startAnew(parts, { session, lab: {} as Lab }, { signal, onDoing: () => undefined });
  await expect(begun).rejects.toMatchObject({ status: 404 });
  expect(done).toEqual(["close", "make", "close"]);
});
