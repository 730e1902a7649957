import type { ReactElement, RefObject } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { FailureBoundary } from "../../parts/failure-boundary.js";
import { Icon } from "../../parts/icon.js";
import { useLab } from "../lab-context.js";
import { ApplicationTab } from "./application-tab.js";
import { ConsoleTab } from "./console-tab.js";
import { EditorTab } from "./editor-tab.js";
import { SlidesTab } from "./slides-tab.js";
import { FrameTab } from "./frame-tab.js";
import {
  CONSOLE_TAB,
  EDITOR_TAB,
  policyConsole,
  tabIcon,
  tabsOf,
  TERMINAL_TAB,
  type WorkTab,
} from "./tabs.js";
import { KubernetesTab } from "./kubernetes-tab.js";
import { Terminals, type TerminalsHandle } from "./terminals.js";
import "./work-pane.css";

interface Props {
  tab: string;
  consolePath: string;
  terminals: RefObject<TerminalsHandle | null>;
}

/** What stands beside the text: terminals, the policy console, and the tabs of the lab's own. */
export function WorkPane({ tab, consolePath, terminals }: Props): ReactElement {
  const { session } = useLab();
  if (session.layout === "lower")
    return <LowerLayout tab={tab} consolePath={consolePath} terminals={terminals} />;
  return <TabbedPane tabs={tabsOf(session)} tab={tab} consolePath={consolePath} terminals={terminals} />;
}

/** Tabs above, one terminal always in sight below. */
function LowerLayout({ tab, consolePath, terminals }: Props): ReactElement {
  const { session } = useLab();
  const tabs = tabsOf(session).filter(({ name }) => name !== TERMINAL_TAB);
  const shown = tabs.some(({ name }) => name === tab) ? tab : (tabs[0]?.name ?? "");
  return (
    <section
      className="work work--lower"
      aria-label="Tabs and terminal"
      data-narrow={tab === TERMINAL_TAB ? "terminal" : "tabs"}
    >
      {tabs.length > 0 && (
        <TabbedPane tabs={tabs} tab={shown} consolePath={consolePath} terminals={terminals} />
      )}
      <FailureBoundary what="The terminal">
        <Terminals handle={terminals} />
      </FailureBoundary>
    </section>
  );
}

function TabbedPane({ tabs, tab, consolePath, terminals }: Props & { tabs: WorkTab[] }): ReactElement {
  const { showTab } = useLab();
  const shown = tabs.some(({ name }) => name === tab) ? tab : (tabs[0]?.name ?? TERMINAL_TAB);
  return (
    <Tabs className="work" selectedKey={shown} onSelectionChange={(key) => showTab(String(key))}>
      <TabList className="tabs__list work__tabs" aria-label="Terminal and tools">
        {tabs.map(({ name, ...others }) => (
          <Tab key={name} id={name} className="tabs__tab">
            <Icon name={tabIcon({ name, ...others })} size={14} />
            <span className="work__tab-name" ref={name === shown ? bringIntoSight : null}>
              {name}
            </span>
          </Tab>
        ))}
      </TabList>
      {tabs.map((item) => (
        <TabPanel
          key={item.name}
          id={item.name}
          className="work__panel"
          shouldForceMount={item !== policyConsole(tabs)}
        >
          <Panel item={item} isShown={item.name === shown} consolePath={consolePath} terminals={terminals} />
        </TabPanel>
      ))}
    </Tabs>
  );
}

/** Where there are more tabs than fit, the chosen one is not among those out of sight. */
function bringIntoSight(name: HTMLElement | null): void {
  name?.closest(".tabs__tab")?.scrollIntoView({ inline: "nearest", block: "nearest" });
}

interface PanelProps {
  item: WorkTab;
  isShown: boolean;
  consolePath: string;
  terminals: RefObject<TerminalsHandle | null>;
}

function Panel(props: PanelProps): ReactElement {
  const { name, view } = props.item;
  const what = view === "kubernetes" ? "The view of Kubernetes" : WHAT[name];
  return (
    <FailureBoundary what={what ?? `The tab ${name}`}>
      <PanelContent {...props} />
    </FailureBoundary>
  );
}

const WHAT: Record<string, string> = {
  [TERMINAL_TAB]: "The terminal",
  [CONSOLE_TAB]: "The console",
  [EDITOR_TAB]: "The editor",
};

function PanelContent({ item, isShown, consolePath, terminals }: PanelProps): ReactElement {
  if (item.name === TERMINAL_TAB) return <Terminals handle={terminals} />;
  if (item.view === "kubernetes") return <KubernetesTab isShown={isShown} />;
  if (item.name === EDITOR_TAB) return <EditorTab isShown={isShown} />;
  const shows = `${item.url ?? ""} ${String(item.loads ?? 0)}`;
  if (item.ingress)
    return <ApplicationTab key={shows} name={item.name} ingress={item.ingress} isShown={isShown} />;
  if (item.slides !== undefined)
    return <SlidesTab key={shows} name={item.name} place={item.slides} isShown={isShown} />;
  if (item.url === undefined) return <ConsoleTab path={consolePath} />;
  return <FrameTab key={shows} name={item.name} url={item.url} />;
}
