import type { ReactElement } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { AccessPanel } from "../access/access-panel.js";
import { directPolicies } from "../api/use-hierarchy.js";
import { useConsole } from "../console-context.js";
import type { ConsoleRoute } from "../console-route.js";
import { PolicyPanel } from "../image-registry/policy-panel.js";
import { HierarchyTree } from "./hierarchy-tree.js";
import "./assignments-page.css";

type Route = Extract<ConsoleRoute, { page: "image-registry" | "access" }>;

/** Of Tanzu Mission Control's kinds of policies those there are here. */
const TABS = [
  ["access", "Access"],
  ["image-registry", "Image Registry"],
] as const;

/** Policies > Assignments: choose a place in the hierarchy, and see and set who may do what there or which images may run. */
export function AssignmentsPage({ route }: { route: Route }): ReactElement {
  const { goTo } = useConsole();
  const workspace = workspaceOf(route);
  return (
    <>
      <header className="console__header">
        <p className="console__crumbs">Assignments</p>
        <h1 className="console__title">Policies</h1>
        <p className="console__lead">
          Restrict where the images of pods come from, and who may change that. What is set on the
          organization holds in all workspaces, what is set on one in all of its namespaces; a place below can
          add policies, never relax them.
        </p>
      </header>
      <Tabs
        className="registry__tabs"
        selectedKey={route.page}
        onSelectionChange={(tab) => {
          if (tab === route.page) return;
          goTo(
            tab === "access"
              ? { page: "access", workspace }
              : { page: "image-registry", side: "workspaces", workspace },
          );
        }}
      >
        <TabList className="tabs__list" aria-label="Kinds of policies">
          {TABS.map(([id, name]) => (
            <Tab key={id} id={id} className="tabs__tab">
              {name}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="access" className="registry">
          <Access workspace={workspace} />
        </TabPanel>
        <TabPanel id="image-registry" className="registry">
          <Registry side={route.page === "access" ? "workspaces" : route.side} workspace={workspace} />
        </TabPanel>
      </Tabs>
    </>
  );
}

function workspaceOf(route: Route): string | undefined {
  return "workspace" in route ? route.workspace : undefined;
}

function Access({ workspace }: { workspace: string | undefined }): ReactElement {
  const { goTo } = useConsole();
  return (
    <>
      <div className="registry__places">
        <HierarchyTree
          selected={workspace}
          onChoose={(chosen) => goTo({ page: "access", workspace: chosen })}
        />
      </div>
      <Panel workspace={workspace}>
        <AccessPanel key={workspace ?? ""} workspace={workspace} />
      </Panel>
    </>
  );
}

interface RegistryProps {
  side: "clusters" | "workspaces";
  workspace: string | undefined;
}

function Registry({ side, workspace }: RegistryProps): ReactElement {
  const { goTo, hierarchy } = useConsole();
  const show = (chosen?: string) => goTo({ page: "image-registry", side: "workspaces", workspace: chosen });
  return (
    <>
      <div className="registry__places">
        <div className="registry__switch" role="group" aria-label="Show the hierarchy of">
          <SideButton
            name="Clusters"
            isCurrent={side === "clusters"}
            onPress={() => goTo({ page: "image-registry", side: "clusters" })}
          />
          <SideButton name="Workspaces" isCurrent={side === "workspaces"} onPress={() => show()} />
        </div>
        {side === "workspaces" && (
          <HierarchyTree
            selected={workspace}
            onChoose={show}
            countOf={(place) => directPolicies(hierarchy, place).length}
          />
        )}
      </div>
      {side === "clusters" ? (
        <div className="registry__panel">
          <ClustersSide />
        </div>
      ) : (
        <Panel workspace={workspace}>
          <PolicyPanel key={workspace ?? ""} workspace={workspace} />
        </Panel>
      )}
    </>
  );
}

function SideButton({ name, isCurrent, onPress }: { name: string; isCurrent: boolean; onPress: () => void }) {
  return (
    <button type="button" className="registry__side" aria-pressed={isCurrent} onClick={onPress}>
      {name}
    </button>
  );
}

/** What is shown of the chosen place, unless there is none of the name. */
function Panel({
  workspace,
  children,
}: {
  workspace: string | undefined;
  children: ReactElement;
}): ReactElement {
  const { hierarchy } = useConsole();
  const isKnown =
    workspace === undefined || hierarchy.workspaces.some(({ fullName }) => fullName.name === workspace);
  return (
    <div className="registry__panel">
      {isKnown ? (
        children
      ) : (
        <div className="empty">
          <strong>There is no workspace named {workspace}.</strong>
          <span>It may have been deleted. Choose another one in the tree.</span>
        </div>
      )}
    </div>
  );
}

function ClustersSide(): ReactElement {
  const { goTo } = useConsole();
  return (
    <div className="empty">
      <strong>Image registry policies are not set on clusters.</strong>
      <span>They follow the workspaces, which group namespaces across clusters.</span>
      <button
        type="button"
        className="button button--primary"
        onClick={() => goTo({ page: "image-registry", side: "workspaces" })}
      >
        Show workspaces
      </button>
    </div>
  );
}
