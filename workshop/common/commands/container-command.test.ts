import { expect, it } from "vitest";
import { containerWords } from "./container-command.js";

it.each([
  ["kubectl -n a exec b -- c", "runs a command in a container"],
  ["kubectl --context x logs -f b", "reads a container's log"],
  ["kubectl get logs", undefined],
  ["kubectl toString constructor", undefined],
  ["kubectl exec --help", undefined],
])("what of %s needs a container", (text, words) => {
  expect(containerWords(text)).toBe(words);
});
