import { expect, it } from "vitest";
import { lostDeployments } from "./run-deployments.js";

it.each([
  [["kubectl run web --image=nginx", "kubectl expose deployment web --port=80"], ["1 web"]],
  [["kubectl run web --image=nginx; kubectl -n a scale deploy/web --replicas=2"], ["0 web"]],
  [["kubectl run web --image nginx", "kubectl rollout status deployment.apps/web"], ["1 web"]],
  [
    ["kubectl create deployment web --image=nginx", "kubectl run web --image=x", "kubectl get deploy web"],
    [],
  ],
  [["kubectl run web --image=nginx", "kubectl get pod web; kubectl get deployments other"], []],
  [["kubectl get deploy/web", "kubectl run web --image=nginx -- deployment web"], []],
  [["kubectl run constructor --image=nginx", "kubectl get deploy"], []],
])("of %j asks for what is a pod today: %j", (texts, lost) => {
  const found = lostDeployments(texts);
  expect(found.map(({ text, name }) => `${text} ${name}`)).toEqual(lost);
});
