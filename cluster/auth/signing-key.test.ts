import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadSigningKey } from "./signing-key.js";

const folder = mkdtempSync(join(tmpdir(), "lectern-signing-key-"));
const path = join(folder, "service-account.key");
afterAll(() => rmSync(folder, { recursive: true }));

it("a signing key is made once, for its owner alone, and leaves nothing else behind", () => {
  // What a start before this one left that ended while it wrote.
  writeFileSync(`${path}.${process.pid}.tmp`, "-----BEGIN PRIV");
  const made = loadSigningKey(path);
  expect(loadSigningKey(path).equals(made)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["service-account.key"]);
});
