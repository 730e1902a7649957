import { useCallback, useState } from "react";
import type { SessionView } from "../../common/api.js";
import type { ActionView } from "../../common/page-view.js";

type Tab = SessionView["dashboards"][number] & {
  /** How often it was loaded again. */
  loads?: number;
};

/** What of a block changes tabs. */
export type TabChange = Pick<ActionView, "kind" | "dashboard" | "url" | "ingress" | "slides">;

/** What blocks have made of a session's tabs in this tab of the browser. */
export interface OwnTabs {
  /** Those that were made, pointed elsewhere or loaded again, by name. */
  changed: Tab[];
  removed: string[];
}

const PREFIX = "lectern.tabs.";
const NONE: OwnTabs = { changed: [], removed: [] };

/** The tabs of a session as blocks have made them here; kept for as long as the browser's tab lives. */
export function useOwnTabs(session: string): { tabs: OwnTabs; apply: (change: TabChange) => void } {
  const [tabs, setTabs] = useState(() => read(session));
  const apply = useCallback(
    (change: TabChange) =>
      setTabs((before) => {
        const after = afterAction(before, change);
        write(session, after);
        return after;
      }),
    [session],
  );
  return { tabs, apply };
}

/** The tabs after a block has made, loaded or removed one. */
export function afterAction(
  tabs: OwnTabs,
  { kind, dashboard: name, url, ingress, slides }: TabChange,
): OwnTabs {
  if (name === undefined) return tabs;
  const others = tabs.changed.filter((tab) => tab.name !== name);
  const removed = tabs.removed.filter((tab) => tab !== name);
  if (kind === "delete-dashboard") return { changed: others, removed: [...removed, name] };
  const before = tabs.changed.find((tab) => tab.name === name);
  const target =
    url === undefined
      ? before
      : { url, ...(ingress && { ingress }), ...(slides !== undefined && { slides }) };
  return { changed: [...others, { ...target, name, loads: (before?.loads ?? 0) + 1 }], removed };
}

/** A session's tabs with what blocks have made of them; those that every session has stay. */
export function withOwnTabs(
  dashboards: SessionView["dashboards"],
  { changed, removed }: OwnTabs,
): SessionView["dashboards"] {
  const known = new Set(dashboards.map(({ name }) => name));
  const kept = dashboards.flatMap((tab) => {
    const isSlides = tab.slides !== undefined;
    if (tab.url === undefined && !isSlides) return [tab];
    const own = changed.find(({ name }) => name === tab.name);
    if (own !== undefined) return [own.url === undefined ? { ...tab, loads: own.loads } : own];
    return tab.url !== undefined && removed.includes(tab.name) ? [] : [tab];
  });
  return [...kept, ...changed.filter(({ name, url }) => url !== undefined && !known.has(name))];
}

function read(session: string): OwnTabs {
  try {
    const text = sessionStorage.getItem(PREFIX + session);
    return text === null ? NONE : (JSON.parse(text) as OwnTabs);
  } catch {
    return NONE;
  }
}

function write(session: string, tabs: OwnTabs): void {
  try {
    sessionStorage.setItem(PREFIX + session, JSON.stringify(tabs));
  } catch {
    // Storage that is full or switched off only means that a reload forgets them.
  }
}
