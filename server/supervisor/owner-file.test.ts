import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { claim, hasLivingOwner } from "./owner-file.js";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-owner-"));
  file = join(folder, "owners", "cluster.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("knows the supervisor that wrote itself down as living", () => {
  claim(file, 4711, "cluster");
  expect(hasLivingOwner(file)).toBe(true);
});

it("takes another process of the supervisor's number for none", () => {
  claim(file, 4711, "cluster");
  const written = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...written, ownerStart: "1" }));
  expect(hasLivingOwner(file)).toBe(false);
});

it("finds no owner where nothing is written down", () => {
  expect(hasLivingOwner(file)).toBe(false);
});
