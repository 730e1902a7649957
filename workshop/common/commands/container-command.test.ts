import { expect, it } from "vitest";
import { containerWords } from "./container-command.js";

it.each([
  ["kubectl -n a exec b -- c", "runs a command in a container"],
  ["kubectl --context x logs -f b", "reads a container's log"],
  ["kubectl get logs", undefined],
  ["kubectl wait --for=condition=complete job/count --timeout=120s", "waits for the end of a container"],
  ["kubectl wait job/count --for condition=Failed", "waits for the end of a container"],
  ["kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/a", "waits for the end of a container"],
  ["kubectl wait --for=condition=Ready pod/a", undefined],
  ["kubectl run -it --rm a --image=busybox -- sh", "attaches to a container"],
  ["kubectl run a --image=busybox -- top -i", undefined],
  ["kubectl toString constructor", undefined],
  ["kubectl exec --help", undefined],
])("what of %s needs a container", (text, words) => {
  expect(containerWords(text)).toBe(words);
});
