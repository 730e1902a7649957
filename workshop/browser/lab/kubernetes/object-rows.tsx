import type { ReactElement } from "react";
import {
  Button,
  Collection,
  ListLayout,
  Tree,
  TreeItem,
  TreeItemContent,
  Virtualizer,
} from "react-aria-components";
import { Icon } from "../../parts/icon.js";
import { StateBadge } from "./state-badge.js";
import { isOpenAtFirst, type TreeNode, unfolded } from "./object-tree.js";

const ROW_HEIGHT = 34;
/** Name and state below each other. */
const NARROW_ROW_HEIGHT = 54;

interface Props {
  nodes: readonly TreeNode[];
  /** Nodes that were opened or folded by hand. */
  toggled: ReadonlySet<string>;
  onToggle: (toggled: ReadonlySet<string>) => void;
  chosen: string | undefined;
  onChoose: (uid: string) => void;
  hasNamespaces: boolean;
  isNarrow: boolean;
}

/** The objects as a tree, of which only what is in sight is drawn. */
export function ObjectRows({
  nodes,
  toggled,
  onToggle,
  chosen,
  onChoose,
  hasNamespaces,
  isNarrow,
}: Props): ReactElement {
  const isOpen = (node: TreeNode): boolean => isOpenAtFirst(node) !== toggled.has(node.id);
  const all = withChildren(nodes);
  const expanded = all.filter(isOpen).map(({ id }) => id);
  function setExpanded(keys: ReadonlySet<unknown>): void {
    onToggle(new Set(all.filter((node) => isOpenAtFirst(node) !== keys.has(node.id)).map(({ id }) => id)));
  }
  return (
    <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight: isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT }}>
      <Tree
        className="kube-rows"
        aria-label="Objects of the namespace"
        data-narrow={isNarrow}
        items={unfolded(nodes, isOpen)}
        dependencies={[chosen, hasNamespaces]}
        selectionMode="none"
        expandedKeys={expanded}
        onExpandedChange={setExpanded}
        onAction={(key) => onChoose(String(key))}
      >
        {(node) => <NodeRow node={node} chosen={chosen} hasNamespaces={hasNamespaces} />}
      </Tree>
    </Virtualizer>
  );
}

function withChildren(nodes: readonly TreeNode[]): TreeNode[] {
  return nodes.flatMap((node) => (node.children.length === 0 ? [] : [node, ...withChildren(node.children)]));
}

interface RowProps {
  node: TreeNode;
  chosen: string | undefined;
  hasNamespaces: boolean;
}

function NodeRow({ node, chosen, hasNamespaces }: RowProps): ReactElement {
  const { id, row, children } = node;
  return (
    <TreeItem
      id={id}
      textValue={row ? `${row.kind} ${row.name}, ${row.status}${markWords(node)}` : node.title}
      className="kube-row"
      {...(row === undefined && { "data-section": true })}
      {...(node.mark && { "data-mark": node.mark })}
      {...(id === chosen && { "data-current": true })}
    >
      <TreeItemContent>
        {({ level, isExpanded }) => (
          <span className="kube-row__content" style={{ paddingInlineStart: `${String((level - 1) * 16)}px` }}>
            {children.length > 0 ? (
              <Button slot="chevron" className="kube-row__chevron">
                <Icon name={isExpanded ? "chevronDown" : "chevronRight"} size={12} />
              </Button>
            ) : (
              <span className="kube-row__chevron" />
            )}
            {row ? (
              <ObjectCells node={node} hasNamespaces={hasNamespaces} isOpen={isExpanded} />
            ) : (
              <SectionCells node={node} />
            )}
          </span>
        )}
      </TreeItemContent>
      <Collection items={children} dependencies={[chosen, hasNamespaces]}>
        {(child) => <NodeRow node={child} chosen={chosen} hasNamespaces={hasNamespaces} />}
      </Collection>
    </TreeItem>
  );
}

function SectionCells({ node }: { node: TreeNode }): ReactElement {
  return (
    <>
      <span className="kube-row__section">{node.title}</span>
      <span className="kube-row__count">{node.count}</span>
      {node.marked > 0 && <span className="kube-mark">{node.marked} since the last step</span>}
    </>
  );
}

interface CellProps {
  node: TreeNode;
  hasNamespaces: boolean;
  isOpen: boolean;
}

function ObjectCells({ node, hasNamespaces, isOpen }: CellProps): ReactElement | null {
  const { row, mark, count } = node;
  if (row === undefined) return null;
  return (
    <>
      <span className="kube-row__name">
        <span className="kube-row__kind">{row.kind}</span>{" "}
        <span className="kube-row__title">
          {hasNamespaces && `${row.namespace}/`}
          {row.name}
        </span>
        {!isOpen && count > 1 && <span className="kube-row__count">{count - 1} below</span>}
        {mark && <span className="kube-mark">{mark}</span>}
      </span>
      {mark !== "gone" && <StateBadge row={row} isGone={false} />}
    </>
  );
}

function markWords({ mark }: TreeNode): string {
  return mark === undefined ? "" : `, ${mark} since the last step`;
}
