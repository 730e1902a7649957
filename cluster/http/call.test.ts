import { expect, it } from "vitest";
import { managerFromAgent } from "./call.js";

// Node hands each byte of a header over as a character of its own.
const asHeader = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

it.each([
  [undefined, "unknown"],
  ["kubectl/v1.35.4 (linux/amd64)", "kubectl"],
  [asHeader("Übung/1"), "Übung"],
  ["a\tb/1", "ab"],
  ["\t", "unknown"],
  [`${"a".repeat(200)}/1`, "a".repeat(128)],
  [asHeader(`${"ü".repeat(100)}/1`), "ü".repeat(64)],
])("who sends the agent %j manages the fields as %j", (agent, manager) => {
  expect(managerFromAgent(agent)).toBe(manager);
});
