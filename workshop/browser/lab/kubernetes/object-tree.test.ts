import { describe, expect, it } from "vitest";
import type { ObjectRow } from "../../../common/kubernetes-view.js";
import { isOpenAtFirst, markOf, objectTree, type TreeNode } from "./object-tree.js";

const STEP = Date.parse("2026-05-04T10:00:00.700Z");
const EARLIER = "2026-05-04T09:00:00Z";

function row(kind: string, name: string, more: Partial<ObjectRow> = {}): ObjectRow {
  return {
    uid: name,
    kind,
    section: "workloads",
    order: { Deployment: 0, ReplicaSet: 5, Pod: 7 }[kind] ?? 0,
    api: "/api/v1",
    plural: `${kind.toLowerCase()}s`,
    namespace: "here",
    name,
    version: "1",
    createdAt: EARLIER,
    changedAt: Date.parse(EARLIER),
    state: "ok",
    status: "",
    ...more,
  };
}

const ALL = { words: "", onlyMarked: false, since: undefined };
const rows = [
  row("Pod", "web-1-b", { owner: "web-1" }),
  row("Pod", "web-1-a", { owner: "web-1", status: "CrashLoopBackOff" }),
  row("ReplicaSet", "web-1", { owner: "web" }),
  row("Deployment", "web"),
  row("Pod", "alone"),
  row("Pod", "orphan", { owner: "gone-long-ago" }),
  row("ConfigMap", "settings", { section: "configuration" }),
];

function lines(nodes: readonly TreeNode[], depth = 0): string[] {
  return nodes.flatMap((node) => [
    `${"  ".repeat(depth)}${node.title}${node.mark === undefined ? "" : ` ${node.mark}`}`,
    ...lines(node.children, depth + 1),
  ]);
}

function found(words: string): string[] {
  return lines(objectTree(rows, [], { ...ALL, words }));
}

describe("the tree of objects", () => {
  it("has each object below its owner, and those of others by section and name", () => {
    expect(lines(objectTree(rows, [], ALL))).toEqual([
      "Workloads",
      "  web",
      "    web-1",
      "      web-1-a",
      "      web-1-b",
      "  alone",
      "  orphan",
      "Configuration",
      "  settings",
    ]);
  });

  it("keeps what is looked for with what it belongs to, by name, kind or state", () => {
    expect(found("crashloop")).toEqual(["Workloads", "  web", "    web-1", "      web-1-a"]);
    expect(found(" CONFIGMAP ")).toEqual(["Configuration", "  settings"]);
    expect(found("nothing")).toEqual([]);
  });

  it("marks what was made or changed since the step began, to the second, and what has gone", () => {
    const since = STEP;
    const changed = [
      row("Deployment", "web", { changedAt: STEP + 100 }),
      row("Pod", "new", { createdAt: "2026-05-04T10:00:00Z", changedAt: Date.parse("2026-05-04T10:00:00Z") }),
      row("Pod", "old"),
      row("ResourceQuota", "learner", { section: "session", changedAt: STEP + 100 }),
    ];
    const gone = [row("Pod", "deleted", { owner: "web" })];
    const tree = objectTree(changed, gone, { ...ALL, since, onlyMarked: true });
    expect(lines(tree)).toEqual(["Workloads", "  web changed", "    deleted gone", "  new new"]);
    expect([tree[0]?.count, tree[0]?.marked]).toEqual([3, 3]);
    expect(markOf(row("Pod", "any", { changedAt: STEP }), undefined)).toBeUndefined();
    expect(lines(objectTree(changed, gone, ALL))).not.toContain("    deleted gone");
  });

  it("shows one namespace where that is wanted, and ends with owners that own each other", () => {
    const two = [row("Pod", "a", { owner: "b" }), row("Pod", "b", { owner: "a", namespace: "there" })];
    expect(objectTree(two, [], ALL)[0]?.count).toBe(2);
    expect(lines(objectTree(two, [], { ...ALL, namespace: "there" }))).toEqual(["Workloads", "  b"]);
  });

  it("folds what has many below it, and what came with the session", () => {
    const many = Array.from({ length: 500 }, (_, at) => row("Pod", `p${String(at)}`, { owner: "set" }));
    const tree = objectTree(
      [row("ReplicaSet", "set"), ...many, row("Role", "r", { section: "session" })],
      [],
      ALL,
    );
    expect(tree.map(isOpenAtFirst)).toEqual([true, false]);
    expect(tree[0]?.children.map(isOpenAtFirst)).toEqual([false]);
  });
});
