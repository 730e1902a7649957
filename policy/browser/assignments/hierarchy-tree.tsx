import type { ReactElement } from "react";
import { Button, Collection, Tree, TreeItem, TreeItemContent, type Key } from "react-aria-components";
import { useConsole } from "../console-context.js";

const ORGANIZATION = "organization";

interface Props {
  selected: string | undefined;
  /** A workspace, or the organization where it is absent. */
  onChoose: (workspace: string | undefined) => void;
  /** How many policies are set on a place itself; not shown where absent. */
  countOf?: (workspace: string | undefined) => number;
}

/** The organization with its workspaces, one of which is chosen. */
export function HierarchyTree({ selected, onChoose, countOf = () => 0 }: Props): ReactElement {
  const { hierarchy } = useConsole();
  const current = selected === undefined ? ORGANIZATION : `workspace:${selected}`;
  function choose(key: Key | undefined): void {
    if (key === undefined) return;
    onChoose(key === ORGANIZATION ? undefined : String(key).replace("workspace:", ""));
  }
  return (
    <Tree
      className="tree"
      aria-label="Organization and workspaces"
      selectionMode="single"
      selectionBehavior="replace"
      disallowEmptySelection
      selectedKeys={[current]}
      onSelectionChange={(keys) => choose(keys === "all" ? undefined : [...keys][0])}
      defaultExpandedKeys={[ORGANIZATION]}
    >
      <TreeItem id={ORGANIZATION} textValue={hierarchy.organization.fullName.name} className="tree__item">
        <Row name={hierarchy.organization.fullName.name} kind="organization" policies={countOf(undefined)} />
        <Collection items={hierarchy.workspaces}>
          {({ fullName: { name } }) => (
            <TreeItem id={`workspace:${name}`} textValue={name} className="tree__item tree__item--child">
              <Row name={name} kind="workspace" policies={countOf(name)} />
            </TreeItem>
          )}
        </Collection>
      </TreeItem>
    </Tree>
  );
}

function Row({ name, kind, policies }: { name: string; kind: string; policies: number }): ReactElement {
  return (
    <TreeItemContent>
      {({ hasChildItems, isExpanded }) => (
        <>
          {hasChildItems && (
            <Button slot="chevron" className="tree__chevron" aria-label={isExpanded ? "Fold" : "Unfold"}>
              {isExpanded ? "▾" : "▸"}
            </Button>
          )}
          <span className="tree__name">
            {name}
            <span className="tree__kind">{kind}</span>
          </span>
          {policies > 0 && (
            <span className="badge" title="Policies set here itself">
              {policies === 1 ? "1 policy" : `${policies} policies`}
            </span>
          )}
        </>
      )}
    </TreeItemContent>
  );
}
