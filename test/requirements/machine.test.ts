import { expect, it } from "vitest";
import { whyMissing } from "./without.js";

// Elsewhere what is missing only leaves tests out; on CI it is a failure of its own, and everything else runs all the same.
it
  .skipIf(process.env["CI"] !== "true")
  .each([
    "kubectl",
    "chromium",
    "zsh",
    "bwrap",
    "busybox",
    "postgres",
    "caddy",
    "systemd-analyze",
    "docker-registry",
    "buildah",
  ] as const)("CI has %s, so that no test is left out", (tool) => {
  expect(whyMissing(tool)).toBeUndefined();
});
