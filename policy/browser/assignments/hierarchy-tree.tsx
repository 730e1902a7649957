import { nameSearch, searchWithin } from "../../common/name-search.js";
import type { ReactElement } from "react";
import { Button, Collection, Tree, TreeItem, TreeItemContent, type Key } from "react-aria-components";
import type { WorkspaceView } from "../../common/tmc-api.js";
import { useConsole } from "../console-context.js";
import { SearchField } from "../parts/search-field.js";
import { useSearch } from "../parts/use-search.js";

const ORGANIZATION = "organization";
/** How many workspaces stand in the tree: what can be walked through by keys, and is drawn at once. */
const SHOWN = 100;

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
  const { text, setText, search } = useSearch();
  const { workspaces } = hierarchy;
  const isLookedFor = nameSearch(searchWithin(search));
  const found = workspaces.filter(({ fullName }) => isLookedFor(fullName.name));
  const shown = someOf(found, selected);
  const current = selected === undefined ? ORGANIZATION : `workspace:${selected}`;
  function choose(key: Key | undefined): void {
    if (key === undefined) return;
    onChoose(key === ORGANIZATION ? undefined : String(key).replace("workspace:", ""));
  }
  return (
    <>
      {workspaces.length > SHOWN && <SearchField label="Find a workspace" value={text} onChange={setText} />}
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
          <Row
            name={hierarchy.organization.fullName.name}
            kind="organization"
            policies={countOf(undefined)}
          />
          <Collection items={shown}>
            {({ fullName: { name } }) => (
              <TreeItem id={`workspace:${name}`} textValue={name} className="tree__item tree__item--child">
                <Row name={name} kind="workspace" policies={countOf(name)} />
              </TreeItem>
            )}
          </Collection>
        </TreeItem>
      </Tree>
      {(shown.length < found.length || search !== "") && (
        <p className="tree__rest" role="status">
          {shown.length.toLocaleString("en")} of {workspaces.length.toLocaleString("en")} workspaces. Type a
          part of a name to find others.
        </p>
      )}
    </>
  );
}

/** The first ones, and the chosen one wherever it stands. */
function someOf(found: WorkspaceView[], selected: string | undefined): WorkspaceView[] {
  const first = found.slice(0, SHOWN);
  const chosen = found.find(({ fullName }) => fullName.name === selected);
  return chosen === undefined || first.includes(chosen) ? first : [chosen, ...first.slice(0, -1)];
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
