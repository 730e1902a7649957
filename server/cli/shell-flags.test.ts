import { Command } from "commander";
import { expect, it } from "vitest";
import { type ShellFlags, addShellFlags, shellsOf } from "./shell-flags.js";

function parsed(...words: string[]): ShellFlags {
  const command = addShellFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(words, { from: "user" }).opts<ShellFlags>();
}

it("leaves shells on this machine unless pods are asked for", () => {
  expect(shellsOf(parsed())).toEqual({});
  expect(() => parsed("--shells", "clouds")).toThrow(/Allowed choices are local, pods/);
});

it("names namespace and images of pods, of this version where nobody says otherwise", () => {
  const own = shellsOf({ ...parsed("--shells", "pods"), kubeconfig: "config" }).pods;
  expect(own?.namespace).toBe("lectern-shells");
  expect(own?.image).toMatch(/^lectern-toolbox:\d+\.\d+\.\d+$/);
  expect(own?.hostImage).toMatch(/^lectern:\d+\.\d+\.\d+$/);
  const images = ["--shell-image", "tools:1", "--host-image", "host:1"];
  const secrets = ["--shell-pull-secret", "ours", "--shell-pull-secret", "theirs"];
  const flags = parsed("--shells", "pods", ...images, ...secrets);
  expect(shellsOf({ ...flags, kubeconfig: "config" }).pods).toMatchObject({
    image: "tools:1",
    hostImage: "host:1",
    pullSecrets: ["ours", "theirs"],
  });
});

it("refuses pods on the embedded cluster, which runs no containers", () => {
  expect(() => shellsOf(parsed("--shells", "pods"))).toThrow(
    expect.objectContaining({ code: "SERVER_USAGE", message: expect.stringMatching(/--kubeconfig/) }),
  );
});
