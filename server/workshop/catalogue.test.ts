import { describe, expect, it } from "vitest";
import type { Lab } from "../../workshop/common/lab.js";
import { type PodAbility, requireAvailable, summarise } from "./catalogue.js";

const OWN = [{ name: "shop:1", missing: true as const }];

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
      "images, in a cluster of its own, where pods are simulated",
      { images: ["nginx"], cluster: "own" },
      "none",
      /cluster of your own are simulated/,
    ],
    ["images, in a cluster of its own", { images: ["nginx"], cluster: "own" }, "played", undefined],
    [
      "pods that run, in a cluster of its own",
      { needs: ["containers"], cluster: "own" },
      "played",
      undefined,
    ],
    ["pods that run", { needs: ["containers"] }, "played", undefined],
    [
      "pods that run, where they are simulated",
      { needs: ["containers"] },
      "none",
      /real containers.*--kubeconfig/,
    ],
    [
      "images, in a cluster of its own beside one that runs everything",
      { images: ["nginx"], cluster: "own" },
      "any",
      /cluster of your own are simulated/,
    ],
    [
      "pods that run, in a cluster of its own beside one that runs everything",
      { needs: ["containers"], cluster: "own" },
      "any",
      /cluster of your own are simulated/,
    ],
    ["images of its own", { ownImages: OWN }, "played", undefined],
    [
      "images of its own, where pods are simulated",
      { ownImages: OWN },
      "none",
      /really run shop:1, .* as root/,
    ],
    ["images of its own, in another cluster", { ownImages: OWN }, "any", /shop:1, which only Lectern's/],
  ])("with %s says whether it can be had", (_what, part, pods, why) => {
    const lab = { needs: [], pages: [], problems: [], ...part } as unknown as Lab;
    const abilities = { pods, ownClusters: true };
    const { unavailable } = summarise(lab, abilities);
    const begin = (): void => requireAvailable(lab, abilities);
    if (why === undefined) {
      expect(unavailable).toBeUndefined();
      expect(begin).not.toThrow();
    } else {
      expect(unavailable).toMatch(why);
      expect(begin).toThrow(unavailable);
    }
  });
});
