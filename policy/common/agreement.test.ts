import { describe, expect, it } from "vitest";

import { celJudge, custom, images, podOf, policyNamed, table } from "./cel-judge-for-tests.js";
import { evaluateImage } from "./evaluate.js";
import { compileParameters } from "./parameters.js";

const withoutShapes = (data: Record<string, string>) => ({
  policies: (data["policies"] ?? "")
    .split("\n")
    .filter((line) => line !== "!")
    .map((line) => (line.startsWith("!") ? line.slice(0, line.lastIndexOf("|")) : line))
    .join("\n"),
});

describe("the evaluator and the compiled CEL", () => {
  const judge = celJudge();
  for (const [name, input] of Object.entries(table)) {
    it(`agree on every reference under: ${name}`, () => {
      const policies = [policyNamed("p", input)];
      const params = { data: compileParameters(policies).enforced };
      const disagreements = images.filter(
        (image) => evaluateImage(image, policies).allowed !== judge(podOf(image), params).allowed,
      );
      expect(disagreements).toEqual([]);
    });
  }

  it("agree also on parameters that an older Lectern wrote, which name no shapes", () => {
    const policies = Object.entries(table).map(([name, input]) => policyNamed(name, input));
    const disagreements = policies.flatMap((policy) => {
      const params = { data: withoutShapes(compileParameters([policy]).enforced) };
      return images
        .filter((image) => evaluateImage(image, [policy]).allowed !== judge(podOf(image), params).allowed)
        .map((image) => `${policy.name}: ${image}`);
    });
    expect(disagreements).toEqual([]);
  });

  it("look for plain rules by their shape, and take others apart", () => {
    const rules = [
      { imageName: "team/app" },
      { imageName: "team/*" },
      { hostname: "quay.io", tag: { value: "1.0" } },
    ];
    const { enforced } = compileParameters([policyNamed("p", custom("block", ...rules))]);
    const [header = "", ...lines] = (enforced["policies"] ?? "").split("\n");
    expect(header.split("|").at(-1)).toBe("*/*/=%p/*///,=%h/*/*/=%t///");
    expect(lines).toEqual(["*|*|=team/app|*|||", "=quay.io|*|*|=1.0|||", "!", "*|*|^team/|*|||"]);
  });

  it("decide differently between policies of the table, so that agreement means something", () => {
    const verdicts = Object.values(table).map((input) =>
      images.map((image) => (evaluateImage(image, [policyNamed("p", input)]).allowed ? "1" : "0")).join(""),
    );
    expect(new Set(verdicts).size).toBeGreaterThan(15);
  });

  it("name every violated policy, the container and the image in one line", () => {
    const policies = [
      policyNamed("digest-image-policy", { recipe: "require-digest" }),
      policyNamed("no-busybox-image-policy", custom("block", { imageName: "busybox" })),
    ];
    const { message } = judge(podOf("busybox"), { data: compileParameters(policies).enforced });
    expect(message).toBe(
      "[digest-image-policy] container <main> image <busybox>: images must carry a digest (name@sha256:...); " +
        "[no-busybox-image-policy] container <main> image <busybox>: images named busybox (in any repository) are blocked",
    );
  });

  it("name an image of several lines in one, since the API server drops a message that has more", () => {
    const params = { data: compileParameters([policyNamed("p", { recipe: "require-digest" })]).enforced };
    expect(judge(podOf("a\nb"), params).message).toContain("image <a\\nb> (not a valid image reference)");
  });

  it("admit everything where no policy bears on the namespace, even unreadable images", () => {
    expect(judge(podOf("NOT VALID"), {}).allowed).toBe(true);
  });

  it("judge init containers, ephemeral containers and image volumes", () => {
    const params = {
      data: compileParameters([policyNamed("p", custom("block", { imageName: "busybox" }))]).enforced,
    };
    const pod = podOf("nginx");
    Object.assign(pod.spec, {
      initContainers: [{ name: "first", image: "busybox:1" }],
      ephemeralContainers: [{ name: "debug", image: "quay.io/busybox" }],
      volumes: [
        { name: "data", image: { reference: "busybox@bad" } },
        { name: "empty", emptyDir: {} },
      ],
    });
    expect(judge(pod, params).message).toContain(
      "init container <first> image <busybox:1>, ephemeral container <debug> image <quay.io/busybox>, volume <data> image <busybox@bad> (not a valid image reference)",
    );
  });

  it("judge only what is new when a pod older than the policy changes", () => {
    const params = {
      data: compileParameters([policyNamed("p", custom("block", { imageName: "busybox" }))]).enforced,
    };
    const old = podOf("busybox");
    const debugged = podOf("busybox");
    Object.assign(debugged.spec, { ephemeralContainers: [{ name: "debug", image: "nginx" }] });
    expect(judge(podOf("busybox"), params, old).allowed).toBe(true);
    expect(judge(debugged, params, old).allowed).toBe(true);
    expect(judge(podOf("busybox:2"), params, old).allowed).toBe(false);
  });
});
