import { describe, expect, it } from "vitest";
import type { Lab } from "../../workshop/common/lab.js";
import { type PodAbility, summarise } from "./catalogue.js";

describe("a lab in the catalogue", () => {
  it.each<[string, Partial<Lab>, PodAbility, RegExp | undefined]>([
    ["no images", {}, "none", undefined],
    ["images that are played", { images: ["nginx:1.27", "busybox"] }, "played", undefined],
    ["any images", { images: ["postgres:16"] }, "any", undefined],
    [
      "an image nobody plays",
      { images: ["busybox", "postgres:16"] },
      "played",
      /really run postgres:16, and Lectern plays only busybox, /,
    ],
    ["a tag that never was", { images: ["nginx:1.161"] }, "played", /really run nginx:1\.161, /],
    [
      "images, where pods are simulated",
      { images: ["nginx"] },
      "none",
      /really run nginx, .*simulated here.*busybox-static/,
    ],
    [
      "images, in a cluster of its own",
      { images: ["nginx"], cluster: "own" },
      "played",
      /cluster of your own are simulated/,
    ],
    ["any container", { needs: ["containers"] }, "played", /--kubeconfig/],
  ])("with %s says whether it can be had", (_what, part, pods, why) => {
    const { unavailable } = summarise({ needs: [], pages: [], problems: [], ...part } as unknown as Lab, {
      pods,
      ownClusters: true,
    });
    if (why === undefined) expect(unavailable).toBeUndefined();
    else expect(unavailable).toMatch(why);
  });
});
