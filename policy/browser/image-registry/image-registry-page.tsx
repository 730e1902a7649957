import type { ReactElement } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useConsole } from "../console-context.js";
import type { ConsoleRoute } from "../console-route.js";
import { HierarchyTree } from "./hierarchy-tree.js";
import { PolicyPanel } from "./policy-panel.js";
import "./image-registry-page.css";

type Route = Extract<ConsoleRoute, { page: "image-registry" }>;

/** Policies > Assignments, with the tab Image Registry: choose a place in the hierarchy, see and set its policies. */
export function ImageRegistryPage({ route }: { route: Route }): ReactElement {
  return (
    <>
      <header className="console__header">
        <p className="console__crumbs">Assignments</p>
        <h1 className="console__title">Policies</h1>
        <p className="console__lead">
          Restrict where the images of pods come from. A policy on the organization holds in all workspaces,
          one on a workspace in all of its namespaces; a place below can add policies, never relax them.
        </p>
      </header>
      <Tabs className="registry__tabs" selectedKey={TAB}>
        <TabList className="tabs__list" aria-label="Kinds of policies">
          <Tab id={TAB} className="tabs__tab">
            Image Registry
          </Tab>
        </TabList>
        <TabPanel id={TAB} className="registry">
          <Registry route={route} />
        </TabPanel>
      </Tabs>
    </>
  );
}

/** Of Tanzu Mission Control's kinds of policies the one there is here. */
const TAB = "image-registry";

function Registry({ route }: { route: Route }): ReactElement {
  const { goTo, hierarchy } = useConsole();
  const workspace = route.side === "workspaces" ? route.workspace : undefined;
  const isKnown =
    workspace === undefined || hierarchy.workspaces.some(({ fullName }) => fullName.name === workspace);
  return (
    <>
      <div className="registry__places">
        <div className="registry__switch" role="group" aria-label="Show the hierarchy of">
          <SideButton
            name="Clusters"
            isCurrent={route.side === "clusters"}
            onPress={() => goTo({ page: "image-registry", side: "clusters" })}
          />
          <SideButton
            name="Workspaces"
            isCurrent={route.side === "workspaces"}
            onPress={() => goTo({ page: "image-registry", side: "workspaces" })}
          />
        </div>
        {route.side === "workspaces" && <HierarchyTree selected={workspace} />}
      </div>
      <div className="registry__panel">
        {route.side === "clusters" ? <ClustersSide /> : <Panel workspace={workspace} isKnown={isKnown} />}
      </div>
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

function Panel({ workspace, isKnown }: { workspace: string | undefined; isKnown: boolean }): ReactElement {
  if (isKnown) return <PolicyPanel key={workspace ?? ""} workspace={workspace} />;
  return (
    <div className="empty">
      <strong>There is no workspace named {workspace}.</strong>
      <span>It may have been deleted. Choose another one in the tree.</span>
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
