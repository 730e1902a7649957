import { type ObjectRow, VIEW_SECTIONS, type ViewSection } from "../../../common/kubernetes-view.js";

/** What has become of an object since the last step. */
export type Mark = "new" | "changed" | "gone";

/** A section, or an object with those that belong to it. */
export interface TreeNode {
  /** The `uid`, or the section's name. */
  id: string;
  title: string;
  /** Absent for a section. */
  row?: ObjectRow;
  mark?: Mark | undefined;
  children: TreeNode[];
  /** How many objects there are below it, and how many of them are marked. */
  count: number;
  marked: number;
}

export interface TreeWish {
  /** What a name, kind or status has to contain. */
  words: string;
  /** Only what is marked, with what it belongs to. */
  onlyMarked: boolean;
  /** All namespaces where absent. */
  namespace?: string | undefined;
  /** Epoch milliseconds; nothing is marked where absent. */
  since: number | undefined;
}

const TITLES: Readonly<Record<ViewSection, string>> = {
  workloads: "Workloads",
  network: "Network",
  configuration: "Configuration",
  storage: "Storage",
  access: "Accounts and roles",
  limits: "Quotas and limits",
  custom: "Custom resources",
  session: "Came with the session",
};
/** What no lab is about. */
const FOLDED: ReadonlySet<string> = new Set<ViewSection>(["session"]);
/** More than are read one by one. */
const MANY = 20;

/** The objects by section and by what they belong to; what is gone is among them. */
export function objectTree(rows: Iterable<ObjectRow>, gone: Iterable<ObjectRow>, wish: TreeWish): TreeNode[] {
  const there = [...rows].map((row) => nodeOf(row, markOf(row, wish.since)));
  const left =
    wish.since === undefined
      ? []
      : [...gone].filter(({ section }) => section !== "session").map((row) => nodeOf(row, "gone"));
  const nodes = [...there, ...left].filter(
    ({ row }) => wish.namespace === undefined || row?.namespace === wish.namespace,
  );
  const byUid = new Map(nodes.map((node) => [node.id, node]));
  const roots = nodes.filter((node) => {
    const owner = node.row?.owner === undefined ? undefined : byUid.get(node.row.owner);
    if (owner === undefined || isWithin(owner, node, byUid)) return true;
    owner.children.push(node);
    return false;
  });
  const words = wish.words.trim().toLowerCase();
  const isWanted = (node: TreeNode) =>
    (!wish.onlyMarked || node.mark !== undefined) && (words === "" || textOf(node).includes(words));
  const kept = roots.flatMap((node) => pruned(node, isWanted, words !== "" || wish.onlyMarked));
  return VIEW_SECTIONS.flatMap((section) => sectionOf(section, kept));
}

/** Whether a node is shown open by itself. */
export function isOpenAtFirst({ id, row, children }: TreeNode): boolean {
  return row === undefined ? !FOLDED.has(id) : children.length <= MANY;
}

/** When the step began, to the second: clusters know their times no better. */
export function markOf(row: ObjectRow, since: number | undefined): Mark | undefined {
  const { createdAt, changedAt, section } = row;
  // What came with the session changes by itself: quotas count, tokens are renewed.
  if (since === undefined || section === "session") return undefined;
  const begun = Math.floor(since / 1000) * 1000;
  if (changedAt < begun) return undefined;
  return Date.parse(createdAt) >= begun ? "new" : "changed";
}

function nodeOf(row: ObjectRow, mark: Mark | undefined): TreeNode {
  return {
    id: row.uid,
    title: row.name,
    row,
    mark,
    children: [],
    count: 1,
    marked: mark === undefined ? 0 : 1,
  };
}

/** Nobody owns what owns them; an object may say so all the same. */
function isWithin(owner: TreeNode, node: TreeNode, byUid: ReadonlyMap<string, TreeNode>): boolean {
  for (let [at, steps] = [owner as TreeNode | undefined, 0]; at !== undefined && steps < MANY; steps += 1) {
    if (at === node) return true;
    at = at.row?.owner === undefined ? undefined : byUid.get(at.row.owner);
  }
  return false;
}

/** The node with those below it that are wanted; one that is wanted itself keeps all where words are looked for. */
function pruned(node: TreeNode, isWanted: (node: TreeNode) => boolean, isFiltered: boolean): TreeNode[] {
  const children = node.children.flatMap((child) => pruned(child, isWanted, isFiltered)).toSorted(byPlace);
  if (isFiltered && children.length === 0 && !isWanted(node)) return [];
  if (children.length === 0) return [leafOf(node)];
  const count = children.reduce((sum, child) => sum + child.count, 1);
  const own = node.mark === undefined ? 0 : 1;
  const marked = children.reduce((sum, child) => sum + child.marked, own);
  return [{ ...node, children, count, marked }];
}

const leaves = new WeakMap<ObjectRow, TreeNode>();

/** The same for as long as its object stays as it is: what is drawn of it need not be made anew. */
function leafOf(node: TreeNode): TreeNode {
  if (node.row === undefined) return node;
  const known = leaves.get(node.row);
  if (known !== undefined && known.mark === node.mark) return known;
  const leaf = { ...node, children: [] };
  leaves.set(node.row, leaf);
  return leaf;
}

/** The nodes with one alone below those that are folded, which says that they can be opened: of 500 pods out of sight no more is made. */
export function unfolded(nodes: readonly TreeNode[], isOpen: (node: TreeNode) => boolean): TreeNode[] {
  return nodes.map((node) => {
    if (node.children.length === 0) return node;
    return { ...node, children: isOpen(node) ? unfolded(node.children, isOpen) : node.children.slice(0, 1) };
  });
}

function sectionOf(section: ViewSection, nodes: readonly TreeNode[]): TreeNode[] {
  const children = nodes.filter(({ row }) => row?.section === section).toSorted(byPlace);
  if (children.length === 0) return [];
  const sum = (what: "count" | "marked") => children.reduce((total, child) => total + child[what], 0);
  return [{ id: section, title: TITLES[section], children, count: sum("count"), marked: sum("marked") }];
}

function textOf({ row, title }: TreeNode): string {
  return `${title} ${row?.kind ?? ""} ${row?.status ?? ""}`.toLowerCase();
}

function byPlace(one: TreeNode, other: TreeNode): number {
  const [left, right] = [one.row, other.row];
  if (!left || !right) return 0;
  return (
    left.order - right.order ||
    compare(left.kind, right.kind) ||
    compare(left.namespace, right.namespace) ||
    compare(left.name, right.name)
  );
}

/** By code unit: of a thousand names, `localeCompare` would take a frame. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
