import { expect, it } from "vitest";
import { mayEnd, neverEnds } from "./never-ends.js";

it.each([
  ["kubectl get pods -w", true, false],
  ["echo a; kubectl logs -f job/pi", true, true],
  ["kubectl proxy --port=8080", true, false],
  ["kubectl port-forward svc/a 80 &", false, false],
  ["watch kubectl get pods", true, false],
  ["watch -g kubectl get pods", false, false],
  ["sh -c 'sleep 20; kubectl get pods -w'", false, false],
  ['echo "a; kubectl proxy --port=1 "', false, false],
  ["kubectl logs job/pi", false, true],
])("whether %s goes on until it is ended: %s, or may end by itself: %s", (text, never, may) => {
  expect([neverEnds(text), mayEnd(text)]).toEqual([never, may]);
});
