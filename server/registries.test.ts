import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { readRegistries } from "./registries.js";

const folder = mkdtempSync(join(tmpdir(), "lectern-registries-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, "registries.yaml");
  writeFileSync(path, text);
  return path;
}

describe("the file of registries", () => {
  it("lists what may be asked, and nothing may where there is none", async () => {
    const registries = await readRegistries(file("registries: [{host: ghcr.io}]\nrecheckSeconds: 60\n"));
    expect(registries.recheckMs).toBe(60_000);
    expect(registries.find({ host: "ghcr.io", port: "" })?.endpoint.host).toBe("ghcr.io");
    expect((await readRegistries(undefined)).find({ host: "ghcr.io", port: "" })).toBeUndefined();
  });

  it.each([
    ["registries: [{host: ghcr.io, insecure: true}]", "registries.0: "],
    ["hello", "the file: "],
    ["registries: [", "cannot be used"],
  ])("%s is refused in words", async (text, words) => {
    await expect(readRegistries(file(text))).rejects.toMatchObject({
      code: "SERVER_REGISTRIES_INVALID",
      message: expect.stringContaining(words) as string,
    });
  });

  it("names a trust root beside itself, which has to be one", async () => {
    const text = "registries: [{host: ghcr.io}]\ntrustedRoot: root.json\n";
    await expect(readRegistries(file(text))).rejects.toThrow(
      /trustedRoot: \/.*root\.json is no trust root.*ENOENT/,
    );
    writeFileSync(join(folder, "root.json"), JSON.stringify({ tlogs: [] }));
    await expect(readRegistries(file(text))).rejects.toThrow("it has no certificateAuthorities, no tlogs");
  });

  it("has to be there", async () => {
    await expect(readRegistries(join(folder, "none.yaml"))).rejects.toThrow("ENOENT");
  });
});
