import { expect, it } from "vitest";
import { ownPatienceMs } from "./own-patience.js";

it.each([
  ["ls", 0],
  ["kubectl wait --for=condition=Ready pod/a --timeout=120s", 130_000],
  ["kubectl rollout status deploy/a --timeout 1m30s && sleep 5", 105_000],
  ["sleep 2; sleep 0.5", 12_500],
  ["timeout 20 curl http://a", 30_000],
  ["kubectl delete -f pods/", 40_000],
  ["kubectl delete pod a --now", 0],
  ["kubectl run a --image=b -- sleep 3600", 0],
  ["echo sleep 99; kubectl wait --timeout=-1s pod/a", 0],
  ["sleep 100000", 600_000],
])("a command may take as long as it says: %s", (text, ms) => {
  expect(ownPatienceMs(text)).toBe(ms);
});
