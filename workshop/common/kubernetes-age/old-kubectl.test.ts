import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { oldKubectl } from "./old-kubectl.js";

describe("what kubectl no longer takes", () => {
  it("is told with its line, for each command of a text", () => {
    const text = [
      "POD=`kubectl get pod -o name --export | head -1`",
      "cat <<EOF",
      "kubectl run no --replicas=2",
      "EOF",
      "if true; then kubectl exec -it $POD -n web \\",
      "  bash; fi",
      'echo "$(kubectl version --short)" # kubectl get psp',
      "kubectl get psp && sudo kubectl rolling-update web",
    ].join("\n");
    expect(oldKubectl(text).map(({ line, message }) => `${line} ${message}`)).toEqual([
      "0 `kubectl get` refuses --export: it is gone since 1.18",
      "5 `kubectl exec` takes a command behind `--` only since 1.31, and refuses it without",
      "6 `kubectl version` refuses --short: the short form is the only one since 1.28, and the option is gone",
      "7 The kind psp is gone since Kubernetes 1.25",
      "7 kubectl has no `rolling-update` any more",
    ]);
  });

  it("is put right where only the dashes are missing", () => {
    const text = 'kubectl exec -ti "$POD" -c web sh -c "ls -l"';
    const at = oldKubectl(text)[0]?.dashesAt ?? 0;
    expect(`${text.slice(0, at)}-- ${text.slice(at)}`).toBe(
      'kubectl exec -ti "$POD" -c web -- sh -c "ls -l"',
    );
  });

  it.each([
    "run a --image=b --replicas=2",
    "run a --image=b --generator=run-pod/v1",
    "run a --image=b --requests=cpu=1",
    "run a --image=b --serviceaccount=x",
    "expose deployment x --generator=service/v1",
    "create deployment a --image=b --record",
    "get pods --export",
    "get pods -a",
    "logs x --include-uninitialized",
    "version --client --short",
    "apply -f x --server-dry-run",
    "drain n --delete-local-data",
    "exec pod bash",
  ])("is what the kubectl of this machine refuses before it asks any cluster: %s", (words) => {
    expect(oldKubectl(`kubectl ${words}`)).toHaveLength(1);
    const { status, stderr } = spawnSync("kubectl", words.split(" "), { encoding: "utf8", env: NOWHERE });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/unknown (?:shorthand )?flag|is not supported anymore/);
  });

  it.each([
    "create job a --image=b --dry-run=client -o name -- sleep 5",
    "create deployment a --image=b --replicas=2 --dry-run=client -o name",
    "version --client",
    "exec --help",
  ])("is nothing of what it takes: %s", (words) => {
    expect(oldKubectl(`kubectl ${words}`)).toEqual([]);
    expect(() => execFileSync("kubectl", words.split(" "), { env: NOWHERE, stdio: "pipe" })).not.toThrow();
  });

  it.each([
    "kubectl exec -it pod -- bash",
    "kubectl exec -n a -c b deploy/web -- ls --export",
    "echo kubectl get pods --export",
    "kubectl run a --image=b -- prog --replicas 3",
    "kubectl scale deployment a --replicas=3",
    "kubectl get pods -o jsonpath='{.items[?(@.a==\"--export\")]}'",
    "kubectl logs -f pod | grep --export",
    "docker exec -it web bash",
    "kubectl exec `kubectl get pod -o name` -- env",
    "kubectl get pods '",
    "kubectl $(echo `echo $(",
  ])("is nothing of: %s", (text) => {
    expect(oldKubectl(text)).toEqual([]);
  });
});

const NOWHERE = { PATH: process.env["PATH"], HOME: "/nonexistent", KUBECONFIG: "/nonexistent/config" };

it.each([
  "kubectl constructor",
  "kubectl get constructor",
  "kubectl toString web",
  "kubectl create -f a.yaml --record",
])("says nothing of %s", (text) => {
  expect(oldKubectl(text)).toEqual([]);
});
