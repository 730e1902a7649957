import type { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { evaluateImage } from "../../../policy/common/evaluate.js";
import { nextPolicy } from "../../fuzz/fuzz-images.js";
import { Random } from "../../fuzz/random.js";
import { longImages, randomImage } from "../../fuzz/random-images.js";
import { eventually, refusalText } from "./suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "./tmc-world.js";

const organization = "lab-random-images";
const namespace = organization;
const workspace = "random-images-ws";
const REST_PATH = `workspaces/${workspace}/policies`;

const POLICIES = 8;
const IMAGES_A_POLICY = 60;

/** Admitted images go into pods of so many: the engine takes so many of any rules. */
const IMAGES_A_POD = 20;

/** Requests to the cluster at a time. */
const PARALLEL = 8;

/** As much as a pod with several of them may carry. */
const LONG = 60_000;

/** What the API server refuses before any policy is asked. */
const OF_THE_API_SERVER = /must not have leading or trailing whitespace|Required value/;

/** The claim that the engine inside an API server says of random images what the evaluator says, made about any cluster. */
export function describeRandomImages(title: string, target: () => { kubeConfig: KubeConfig }): void {
  describe(title, { timeout: 240_000 }, () => {
    let world: TmcWorldOnCluster;

    beforeAll(async () => {
      world = await startTmcWorld(target().kubeConfig, { organization, workspace });
      await eventually(() => world.core.readNamespacedServiceAccount({ namespace, name: "default" }));
      const spec = { workspaceName: workspace, attach: true };
      await world.rest("POST", `clusters/${organization}-cluster/namespaces`, {
        namespace: { fullName: { name: namespace }, spec },
      });
    });
    afterAll(() => world?.close());

    const refusalFor = (images: string[]) =>
      refusalText(
        world.core.createNamespacedPod({
          namespace,
          body: {
            metadata: { name: "probe" },
            spec: { containers: images.map((image, index) => ({ name: `c${index}`, image })) },
          },
          dryRun: "All",
        }),
      );
    const bringIntoForce = async (spec: object) => {
      await world.rest("DELETE", `${REST_PATH}/fuzzed`);
      const made = await world.rest("POST", REST_PATH, { policy: { fullName: { name: "fuzzed" }, spec } });
      expect([made.status, made.body]).toEqual([200, expect.anything()]);
    };

    it.each(Array.from({ length: POLICIES }, (_, seed) => seed))(
      "says the same, from seed %i",
      async (seed) => {
        const random = new Random(seed);
        const policy = nextPolicy(random);
        await bringIntoForce(policy.spec);
        const images = Array.from({ length: IMAGES_A_POLICY }, () => randomImage(random));
        const isAllowed = (image: string) => evaluateImage(image, [policy]).allowed;
        const admitted = images.filter(isAllowed);
        const pods = [
          ...chunks(admitted, IMAGES_A_POD).map((chunk) => ({ images: chunk, isRefused: false })),
          ...images
            .filter((image) => !isAllowed(image))
            .map((image) => ({ images: [image], isRefused: true })),
        ];
        for (const batch of chunks(pods, PARALLEL)) {
          const refusals = await Promise.all(batch.map((pod) => refusalFor(pod.images)));
          batch.forEach((pod, index) => {
            const refusal = refusals[index] ?? "";
            const isByPolicy = refusal.includes("[fuzzed]") || OF_THE_API_SERVER.test(refusal);
            expect([pod.images, policy.spec, refusal, isByPolicy]).toEqual([
              pod.images,
              policy.spec,
              pod.isRefused ? refusal : "",
              pod.isRefused,
            ]);
          });
        }
      },
    );

    it("refuses what is far too long to be an image, and answers", async () => {
      const rules = [{ imageName: "b*x*y*z" }, { hostname: "*a*" }];
      await bringIntoForce({ recipe: "custom", input: { effect: "block", rules } });
      const images = longImages(LONG).filter((image) => !image.endsWith("a/app:1"));
      for (const batch of chunks(images, PARALLEL)) {
        const refusals = await Promise.all(batch.map((image) => refusalFor([image])));
        expect(batch.filter((_image, index) => refusals[index] === "")).toEqual([]);
      }
      expect(await refusalFor(["quay.io/app"])).toContain("[fuzzed]");
      expect(await refusalFor(["b.io/app"])).toBe("");
    });
  });
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
