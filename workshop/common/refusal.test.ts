import { describe, expect, it } from "vitest";
import { explainRefusal } from "./refusal.js";

describe("explainRefusal", () => {
  it("names policy, container and image of every objection", () => {
    const message =
      "Error creating: pods \"b-1\" is forbidden: ValidatingAdmissionPolicy 'lectern' with binding 'lectern' denied request: " +
      "[digest-image-policy] container <main> image <busybox>, init container <prepare> image <nginx:1>: images must carry a digest (name@sha256:...); " +
      "[no-busybox-image-policy] container <main> image <busybox>: images named busybox (in any repository) are blocked";
    expect(explainRefusal(message).map(({ policy, container, image }) => [policy, container, image])).toEqual(
      [
        ["digest-image-policy", "main", "busybox"],
        ["digest-image-policy", "prepare", "nginx:1"],
        ["no-busybox-image-policy", "main", "busybox"],
      ],
    );
    expect(explainRefusal(message)[2]?.text).toBe(
      "Policy no-busybox-image-policy refused the image busybox of container main: images named busybox (in any repository) are blocked.",
    );
  });

  it("reads the words of Tanzu Mission Control", () => {
    const message =
      "denied the request: [tmc.wsp.app1.no-latest] container <nginx> has an invalid image reference <x/whoami:latest>. allowed image patterns are: {hostname: [], image name: []}";
    expect(explainRefusal(message)).toMatchObject([
      { policy: "no-latest", container: "nginx", image: "x/whoami:latest" },
    ]);
  });

  it("finds nothing in other refusals", () => {
    expect(explainRefusal('pods "x" is forbidden: exceeded quota: learner, requested: pods=1')).toEqual([]);
  });
});
