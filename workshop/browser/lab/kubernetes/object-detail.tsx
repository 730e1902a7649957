import { useState, type ReactElement } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { EventRow, ObjectRow } from "../../../common/kubernetes-view.js";
import { IconButton } from "../../parts/icon-button.js";
import { useLab } from "../lab-context.js";
import { EventList } from "./event-list.js";
import { LogView } from "./log-view.js";
import { StateBadge } from "./state-badge.js";
import { YamlView } from "./yaml-view.js";

interface Props {
  row: ObjectRow;
  isGone: boolean;
  /** What it belongs to. */
  owner: ObjectRow | undefined;
  /** Of this object. */
  events: readonly EventRow[];
  onOpen: (uid: string) => void;
  onClose: () => void;
}

/** One object: how it is and why, its events, its YAML, and the logs of a pod. */
export function ObjectDetail({ row, isGone, owner, events, onOpen, onClose }: Props): ReactElement {
  const { session, isWatching } = useLab();
  const [shown, setShown] = useState("events");
  const hasLogs = (row.containers ?? []).length > 0 && !isGone;
  const tab = shown === "log" && !hasLogs ? "events" : shown;
  return (
    <section className="kube-detail" aria-label={`${row.kind} ${row.name}`}>
      <Head row={row} isGone={isGone} owner={owner} onOpen={onOpen} onClose={onClose} />
      <Tabs
        className="kube-detail__tabs"
        selectedKey={tab}
        onSelectionChange={(key) => setShown(String(key))}
      >
        <TabList className="tabs__list" aria-label={`About ${row.name}`}>
          <Tab id="events" className="tabs__tab">
            Events ({events.length})
          </Tab>
          <Tab id="yaml" className="tabs__tab">
            YAML
          </Tab>
          {hasLogs && (
            <Tab id="log" className="tabs__tab">
              Logs
            </Tab>
          )}
        </TabList>
        <TabPanel id="events" className="kube-detail__panel">
          <EventList events={events} />
        </TabPanel>
        <TabPanel id="yaml" className="kube-detail__panel">
          <YamlView
            key={row.uid}
            session={session.id}
            row={row}
            isGone={isGone}
            mayShowValues={!isWatching}
          />
        </TabPanel>
        {hasLogs && (
          <TabPanel id="log" className="kube-detail__panel">
            <LogView key={row.uid} session={session.id} row={row} />
          </TabPanel>
        )}
      </Tabs>
    </section>
  );
}

function Head({ row, isGone, owner, onOpen, onClose }: Omit<Props, "events">): ReactElement {
  return (
    <div className="kube-detail__head">
      <h2 className="kube-detail__title">
        <span className="kube-row__kind">{row.kind}</span> {row.name}
      </h2>
      <IconButton isSmall icon="cross" label="Close the object" onPress={onClose} />
      <p className="kube-detail__state">
        <StateBadge row={row} isGone={isGone} />
        {owner && (
          <span>
            belongs to{" "}
            <button type="button" className="kube-link" onClick={() => onOpen(owner.uid)}>
              {owner.kind} {owner.name}
            </button>
          </span>
        )}
      </p>
      {row.detail !== undefined && !isGone && <p className="kube-detail__why">{row.detail}</p>}
      {isGone && (
        <p className="kube-detail__why">It is not there any more. This is what was seen of it last.</p>
      )}
    </div>
  );
}
