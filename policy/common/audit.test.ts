import { describe, expect, it } from "vitest";

import { type AuditedImages, auditNamespace } from "./audit.js";
import type { EffectivePolicy } from "./effective.js";
import { policySpec } from "./manifest.js";
import { describeViolations } from "./violation-words.js";

function policy(name: string, spec: object): EffectivePolicy {
  const origin = { kind: "workspace", organization: "org", workspace: "ws" } as const;
  return { name, origin, spec: policySpec.parse(spec) };
}

function of(
  kind: string,
  name: string,
  image: string,
  counts: { pods?: number; wanted?: number },
): AuditedImages {
  return {
    workload: { apiVersion: "apps/v1", kind, name },
    images: [{ container: "main", kind: "container", image }],
    pods: counts.pods ?? 0,
    wanted: counts.wanted ?? 0,
  };
}

const noBusybox = policy("no-busybox", {
  recipe: "custom",
  input: { effect: "block", rules: [{ imageName: "busybox" }] },
});
const pins = policy("pins", { recipe: "require-digest", input: { audit: true } });

describe("the audit of a namespace", () => {
  it("counts the pods of a workload once for each policy, container and image", () => {
    const found = auditNamespace(
      "ns",
      [
        of("Deployment", "web", "busybox:1", { wanted: 3 }),
        of("Deployment", "web", "busybox:1", { pods: 1 }),
        of("Deployment", "web", "busybox:1", { pods: 1 }),
        of("Deployment", "db", "postgres@sha256:" + "a".repeat(64), { pods: 1, wanted: 1 }),
      ],
      [noBusybox, pins],
    );
    expect(found).toEqual([
      expect.objectContaining({
        policy: "no-busybox",
        workload: expect.objectContaining({ name: "web" }) as object,
        pods: 2,
        waits: false,
        dryRun: false,
      }),
      expect.objectContaining({ policy: "pins", pods: 2, dryRun: true }),
    ]);
  });

  it("tells what waits from what asks for no pods, and an old image from the new one", () => {
    const found = auditNamespace(
      "ns",
      [
        of("Deployment", "waits", "busybox", { wanted: 1 }),
        of("CronJob", "nightly", "busybox", {}),
        of("Deployment", "rolls", "busybox:2", { wanted: 1 }),
        of("Deployment", "rolls", "busybox:1", { pods: 1 }),
      ],
      [noBusybox],
    );
    expect(found.map(({ workload, image, pods, waits }) => [workload.name, image, pods, waits])).toEqual([
      ["nightly", "busybox", 0, false],
      ["rolls", "busybox:1", 1, false],
      ["rolls", "busybox:2", 0, true],
      ["waits", "busybox", 0, true],
    ]);
  });

  it("judges ten thousand pods of a few images without judging each", () => {
    const images = Array.from({ length: 10_000 }, (_, index) =>
      of("Deployment", `web-${index}`, `busybox:${index % 7}`, { pods: 1 }),
    );
    expect(auditNamespace("ns", images, [noBusybox])).toHaveLength(10_000);
  });
});

const violation = (
  name: string,
  told: { pods?: number; waits?: boolean; dryRun?: boolean; namespace?: string },
) => ({
  namespace: told.namespace ?? "ns",
  workload: { apiVersion: "apps/v1", kind: "Deployment", name },
  pods: told.pods ?? 0,
  waits: told.waits ?? false,
  dryRun: told.dryRun ?? false,
});

describe("the words for violations", () => {
  it.each([
    [
      "Keeps nothing out now. 1 workload would not come back after a restart: deployment/web.",
      [violation("web", { pods: 2 }), violation("web", { pods: 2 })],
    ],
    [
      "Keeps out 1 workload now: deployment/a. 2 workloads would not come back after a restart: deployment/web, deployment/web.",
      [
        violation("a", { waits: true }),
        violation("web", { pods: 1 }),
        violation("web", { pods: 1, namespace: "other" }),
      ],
    ],
    [
      "Would refuse 4 workloads: deployment/a, deployment/b, deployment/c and 1 more.",
      ["a", "b", "c", "d"].map((name) => violation(name, { dryRun: true, pods: 1 })),
    ],
    ["Keeps nothing out now.", [violation("nightly", {})]],
  ])("say: %s", (text, violations) => {
    expect(describeViolations(violations)).toBe(text);
  });
});
