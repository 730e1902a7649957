import { describe, expect, it } from "vitest";
import { editYaml, findYaml, type YamlChange } from "./yaml-edit.js";

const MANIFEST = `# Ours
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # of the shop
  labels:
    "odd.key": "1"
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: web
        image: nginx:1
      - name: sidecar
        image: busybox
`;

describe("a value of YAML", () => {
  it.each<[string, YamlChange, string, string]>([
    ["is set", { does: "set", path: "spec.replicas", value: 3 }, "replicas: 1", "replicas: 3"],
    [
      "keeps its comment and quotes",
      { does: "set", path: "metadata.name", value: "app" },
      "name: web # of the shop",
      "name: app # of the shop",
    ],
    [
      "of an odd key is set",
      { does: "set", path: 'metadata.labels["odd.key"]', value: "2" },
      '"odd.key": "1"',
      '"odd.key": "2"',
    ],
    [
      "of an item by its name is set",
      { does: "set", path: "spec.template.spec.containers[name=sidecar].image", value: "alpine" },
      "image: busybox",
      "image: alpine",
    ],
    [
      "of an item by its number is set",
      { does: "set", path: "spec.template.spec.containers[0].image", value: "nginx:2" },
      "image: nginx:1",
      "image: nginx:2",
    ],
    [
      "is made where its map is there",
      { does: "set", path: "spec.paused", value: true },
      "        image: busybox\n",
      "        image: busybox\n  paused: true\n",
    ],
    [
      "is added to a list",
      { does: "add", path: "spec.template.spec.containers", value: { name: "third" } },
      "        image: busybox\n",
      "        image: busybox\n      - name: third\n",
    ],
    [
      "is inserted into a list",
      { does: "insert", path: "spec.template.spec.containers", value: { name: "first" }, index: 0 },
      "      - name: web\n",
      "      - name: first\n      - name: web\n",
    ],
    [
      "is replaced in a list",
      { does: "replace", path: "spec.template.spec.containers[name=sidecar]", value: { name: "other" } },
      "      - name: sidecar\n        image: busybox\n",
      "      - name: other\n",
    ],
    [
      "is merged into a map",
      { does: "merge", path: "metadata", value: { labels: { app: "web" } } },
      '    "odd.key": "1"\n',
      '    "odd.key": "1"\n    app: web\n',
    ],
    [
      "is put into what is there",
      { does: "put", path: "spec.template.spec.containers", value: { name: "third" } },
      "        image: busybox\n",
      "        image: busybox\n      - name: third\n",
    ],
    ["is deleted", { does: "delete", path: "spec.replicas" }, "  replicas: 1\n", ""],
  ])("%s, and nothing else is changed", (_, change, before, after) => {
    expect(editYaml(MANIFEST, change)).toBe(MANIFEST.replace(before, after));
  });

  it("is changed in the document that has it", () => {
    const stream = "kind: A\n---\nkind: B\nspec:\n  replicas: 1\n";
    expect(editYaml(stream, { does: "set", path: "spec.replicas", value: 2 })).toBe(
      "kind: A\n---\nkind: B\nspec:\n  replicas: 2\n",
    );
  });

  it("is found with its key", () => {
    const { from, to } = findYaml(MANIFEST, "spec.template.spec.containers[name=web].image");
    expect(MANIFEST.slice(from, to)).toBe("image: nginx:1");
  });

  it.each<[string, YamlChange, string]>([
    [MANIFEST, { does: "set", path: "spec.nothing.here", value: 1 }, "it has nothing at spec.nothing.here"],
    [
      MANIFEST,
      { does: "replace", path: "spec.template.spec.containers[name=none]", value: 1 },
      "it has nothing at spec.template.spec.containers[name=none]",
    ],
    [MANIFEST, { does: "add", path: "metadata", value: 1 }, "metadata is no list"],
    [MANIFEST, { does: "merge", path: "kind", value: { a: 1 } }, "kind is no map"],
    [MANIFEST, { does: "delete", path: "spec.none" }, "it has nothing at spec.none"],
    ["a: [1", { does: "set", path: "a", value: 1 }, "its YAML cannot be read"],
    ["", { does: "set", path: "a", value: 1 }, "it holds no YAML"],
    ["[0]".repeat(40_000), { does: "set", path: "a", value: 1 }, "its YAML cannot be read, line 1"],
    [`a: ${"[".repeat(5000)}`, { does: "set", path: "a", value: 1 }, "its YAML cannot be read"],
    ["x".repeat(200_000), { does: "set", path: "a", value: 1 }, "at most 131072 is edited"],
    [MANIFEST, { does: "set", path: "a[", value: 1 }, "the path a[ cannot be read"],
  ])("is refused in words: %#", (text, change, message) => {
    expect(() => editYaml(text, change)).toThrow(message);
  });
});
