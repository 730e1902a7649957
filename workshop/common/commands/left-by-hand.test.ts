import { expect, it } from "vitest";
import { isLeftByHand } from "./left-by-hand.js";

it.each([
  ["vim pod.yaml", true],
  ["k run web --image=nginx $DR > pod.yaml\nsudo vi pod.yaml", true],
  ["kubectl get pods -A -o yaml | less", true],
  ["kubectl edit deployment/web", true],
  ["EDITOR=nano kubectl -n shop edit deployment web", true],
  ["cd /tmp && top", true],
  ["less pod.yaml | wc -l", false],
  ["kubectl get pods", false],
  ["kubectl create configmap edit", false],
  ["echo vim", false],
  ["man_page=1", false],
])("`%s` is left by a person: %s", (text, isLeft) => {
  expect(isLeftByHand(text)).toBe(isLeft);
});
