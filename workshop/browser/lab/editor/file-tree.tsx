import { useQueries } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button, Collection, Tree, TreeItem, TreeItemContent } from "react-aria-components";
import type { HomeEntry } from "../../../../terminal/common/session-host.js";
import { homeApi } from "../../api/home-api.js";
import { IconButton } from "../../parts/icon-button.js";
import { Icon } from "../../parts/icon.js";

/** More rows than anybody looks through; a file beyond them is opened by its name. */
const SHOWN_ENTRIES = 500;

interface Props {
  session: string;
  /** The file that is shown. */
  current: string | undefined;
  onOpen: (path: string) => void;
}

/** The folders and files of the home, each folder read when it is opened. */
export function FileTree({ session, current, onOpen }: Props): ReactElement {
  const { folders, expanded, setExpanded, refresh, problem } = useFolders(session);
  const nodes = nodesOf("", folders);
  const act = (path: string): void => {
    if (!isFolder(path, folders)) onOpen(path);
    else
      setExpanded(
        new Set(expanded.has(path) ? [...expanded].filter((each) => each !== path) : [...expanded, path]),
      );
  };
  return (
    <div className="editor__tree">
      <div className="editor__tree-head">
        <span>Home</span>
        <IconButton isSmall icon="restart" label="Read the folders again" onPress={refresh} />
      </div>
      {problem !== undefined && <p className="notice notice--warning">{problem}</p>}
      <Tree
        className="editor__nodes"
        aria-label="Files of the home"
        items={nodes}
        selectionMode="none"
        expandedKeys={expanded}
        onExpandedChange={(keys) => setExpanded(new Set([...keys].map(String)))}
        onAction={(key) => act(String(key))}
        renderEmptyState={() => (
          <span className="editor__more">{folders.has("") ? "Empty" : "Reading…"}</span>
        )}
      >
        {(node) => <Row node={node} current={current} onOpen={onOpen} />}
      </Tree>
    </div>
  );
}

/** What the folders of a home are known by among what was read of the server. */
export function homeKey(session: string): string[] {
  return ["home", session];
}

interface Node {
  /** The path, which names it. */
  id: string;
  name: string;
  kind: HomeEntry["kind"] | "more";
  children: Node[];
}

function Row({ node, current, onOpen }: { node: Node } & Pick<Props, "current" | "onOpen">): ReactElement {
  const hasChildItems = node.kind === "folder";
  return (
    <TreeItem
      id={node.id}
      textValue={node.name}
      className="editor__node"
      isDisabled={node.kind === "other" || node.kind === "more"}
      {...(hasChildItems && { hasChildItems })}
      {...(node.id === current && { "data-current": true })}
    >
      <TreeItemContent>
        {({ level, isExpanded }) => (
          <span className="editor__row" style={{ paddingInlineStart: `${(level - 1) * 14}px` }}>
            {hasChildItems ? (
              <Button slot="chevron" className="editor__chevron">
                <Icon name={isExpanded ? "chevronDown" : "chevronRight"} size={12} />
              </Button>
            ) : (
              <span className="editor__chevron" />
            )}
            <span className="editor__name">{node.name}</span>
          </span>
        )}
      </TreeItemContent>
      <Collection items={node.children}>
        {(child) => <Row node={child} current={current} onOpen={onOpen} />}
      </Collection>
    </TreeItem>
  );
}

function isFolder(path: string, folders: Folders): boolean {
  const parent = folders.get(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
  const name = path.slice(path.lastIndexOf("/") + 1);
  return parent?.entries.some((entry) => entry.name === name && entry.kind === "folder") === true;
}

type Folders = ReadonlyMap<string, { entries: HomeEntry[]; isTruncated: boolean }>;

function useFolders(session: string): {
  folders: Folders;
  expanded: Set<string>;
  setExpanded: (paths: Set<string>) => void;
  refresh: () => void;
  problem: string | undefined;
} {
  const [expanded, setExpanded] = useState(new Set<string>());
  const paths = ["", ...expanded];
  const queries = useQueries({
    queries: paths.map((path) => ({
      queryKey: [...homeKey(session), path],
      queryFn: () => homeApi.list(session, path),
      retry: false,
    })),
  });
  const folders = new Map(
    queries.flatMap(({ data }, at) => (data ? [[paths[at] ?? "", data] as const] : [])),
  );
  // A folder below it that is gone is so in the home as well.
  const problem = queries[0]?.error?.message;
  const refresh = (): void => queries.forEach((query) => void query.refetch());
  return { folders, expanded, setExpanded, refresh, problem };
}

function nodesOf(folder: string, folders: Folders): Node[] {
  const listing = folders.get(folder);
  if (!listing) return [];
  const sorted = listing.entries.toSorted(byKindAndName);
  const nodes = sorted.slice(0, SHOWN_ENTRIES).map(({ name, kind }): Node => {
    const id = folder === "" ? name : `${folder}/${name}`;
    return { id, name, kind, children: kind === "folder" ? childrenOf(id, folders) : [] };
  });
  const more = sorted.length - nodes.length;
  if (more === 0) return nodes;
  const words = `${listing.isTruncated ? "thousands" : String(more)} more; open them by name`;
  return [...nodes, { id: `${folder}/`, name: words, kind: "more", children: [] }];
}

/** A folder has a row below it in any case: only then do trees say of it, and let keys change, whether it is unfolded. */
function childrenOf(folder: string, folders: Folders): Node[] {
  const nodes = nodesOf(folder, folders);
  const name = folders.has(folder) ? "Empty" : "Reading…";
  return nodes.length > 0 ? nodes : [{ id: `${folder}/`, name, kind: "more", children: [] }];
}

function rank({ name, kind }: HomeEntry): number {
  return (name.startsWith(".") ? 2 : 0) + (kind === "folder" ? 0 : 1);
}

/** Folders first, and what begins with a dot last. */
function byKindAndName(one: HomeEntry, other: HomeEntry): number {
  return rank(one) - rank(other) || one.name.localeCompare(other.name);
}
