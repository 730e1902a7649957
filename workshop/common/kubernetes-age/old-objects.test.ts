import { describe, expect, it } from "vitest";
import { isSameShape, oldObjectWords, oldObjects } from "./old-objects.js";

function told(text: string): string[] {
  return oldObjects(text).map(
    (old) => `${old.line} ${isSameShape(text.split("\n"), old)} ${oldObjectWords(old).message}`,
  );
}

describe("objects whose version is gone", () => {
  it("are found in every form of a manifest, and told apart by their kind", () => {
    const text = [
      "# apiVersion: extensions/v1beta1",
      "apiVersion: extensions/v1beta1",
      "kind: Ingress",
      "metadata: {name: a}",
      "---",
      "kind: Deployment",
      "metadata:",
      "  name: b",
      'apiVersion: "apps/v1beta1"',
      "spec:",
      "  template: {}",
      "---",
      "apiVersion: v1",
      "kind: List",
      "items:",
      "- apiVersion: batch/v1beta1",
      "  kind: CronJob",
      "- apiVersion: apps/v1beta2",
      "  kind: DaemonSet",
      "  spec:",
      "    selector: {}",
      "- kind: Role",
      "  apiVersion: rbac.authorization.k8s.io/v1beta1",
      "- apiVersion: apps/v1",
      "  kind: Deployment",
      "- apiVersion: policy/v1beta1",
      "  kind: PodSecurityPolicy",
      "{{ if .Values.x }}",
      "- apiVersion: networking.istio.io/v1beta1",
      "  kind: Gateway",
    ].join("\n");
    expect(told(text)).toEqual([
      "1 false Ingress of extensions/v1beta1 is gone since Kubernetes 1.22, and no cluster of today takes it",
      "8 false Deployment of apps/v1beta1 is gone since Kubernetes 1.16, and no cluster of today takes it",
      "15 true CronJob of batch/v1beta1 is gone since Kubernetes 1.25, and no cluster of today takes it",
      "17 true DaemonSet of apps/v1beta2 is gone since Kubernetes 1.16, and no cluster of today takes it",
      "22 true Role of rbac.authorization.k8s.io/v1beta1 is gone since Kubernetes 1.22, and no cluster of today takes it",
      "25 false PodSecurityPolicy of policy/v1beta1 is gone since Kubernetes 1.25, and no cluster of today takes it",
    ]);
  });

  it("say what to write instead", () => {
    const fixes = [
      "extensions/v1beta1 Ingress",
      "apps/v1beta1 StatefulSet",
      "policy/v1beta1 PodSecurityPolicy",
    ].map((name) => {
      const [apiVersion = "", kind = ""] = name.split(" ");
      const [old] = oldObjects(`apiVersion: ${apiVersion}\nkind: ${kind}\n`);
      return old && oldObjectWords(old).fix;
    });
    expect(fixes[0]).toMatch(/^Write apiVersion: networking\.k8s\.io\/v1; .*pathType/);
    expect(fixes[1]).toMatch(/^Write apiVersion: apps\/v1; spec\.selector is needed/);
    expect(fixes[2]).toMatch(/^Use the labels pod-security/);
  });

  it("are found in JSON, and where the kind is far off nothing is said", () => {
    expect(told('{\n  "apiVersion": "extensions/v1beta1",\n  "kind": "Ingress"\n}')).toHaveLength(1);
    expect(told(`apiVersion: extensions/v1beta1\n${"  a: b\n".repeat(100)}kind: Ingress\n`)).toEqual([]);
  });
});

it.each([
  ["apps/v1beta1", "Deployment", "  selector: {}", true],
  ["apps/v1beta1", "Deployment", "  template:\n    selector: {}", false],
  ["apps/v1beta1", "StatefulSet", "  volumeClaimTemplates:\n  - spec:\n      selector: {}", false],
  ["apps/v1beta1", "StatefulSet", "  selector: {}", false],
  ["apps/v1beta1", "StatefulSet", "  selector: {}\n  updateStrategy: {type: OnDelete}", true],
  ["extensions/v1beta1", "DaemonSet", "  selector: {}", false],
  ["rbac.authorization.k8s.io/v1alpha1", "RoleBinding", "  selector: {}", false],
])("%s of %s with%s is the same in its new version: %s", (version, kind, spec, isSame) => {
  const text = `apiVersion: ${version}\nkind: ${kind}\nspec:\n${spec}\n`;
  expect(oldObjects(text).map((old) => isSameShape(text.split("\n"), old))).toEqual([isSame]);
});
