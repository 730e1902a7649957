import { useSyncExternalStore } from "react";
import { mountPath } from "../api/base.js";
import { formatRoute, parseRoute, type Route } from "./route.js";

interface Kept {
  page: string;
  /** Pixels. */
  top: number;
}

const listeners = new Set<() => void>();
let hasNavigated = false;
let current: { url: string; route: Route } | undefined;

/** The screen in the address bar; the component renders again when it changes. */
export function useRoute(): Route {
  return useSyncExternalStore(subscribe, snapshot);
}

/** Goes to a screen without a page load; `replace` leaves no trace in the history. */
export function navigate(route: Route, options: { replace?: boolean } = {}): void {
  const url = routeUrl(route);
  hasNavigated = true;
  if (options.replace) history.replaceState(history.state, "", url);
  else history.pushState(history.state, "", url);
  for (const listener of listeners) listener();
}

/**
 * Gives the focus to the beginning of a screen that has taken the place of another, whose focused element went with it. A page the browser has just
 * loaded begins at its top by itself, and a focus that is somewhere stays.
 */
export function focusOnArrival(beginning: HTMLElement | null): void {
  if (hasNavigated && document.activeElement === document.body) beginning?.focus({ preventScroll: true });
}

/** Notes in the browser's history how far down the text is, by whatever `page` calls it. */
export function keepScroll(page: string, top: number): void {
  history.replaceState({ page, top } satisfies Kept, "");
}

/** How far down the text was when this entry of the history was left; 0 where it was another text. */
export function keptScroll(page: string): number {
  const kept = history.state as Partial<Kept> | null;
  return kept?.page === page && typeof kept.top === "number" ? kept.top : 0;
}

/** Absolute path of a screen, for links. */
export function routeUrl(route: Route): string {
  return mountPath() + formatRoute(route);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

function snapshot(): Route {
  const url = location.pathname + location.search;
  if (current?.url !== url) {
    const base = mountPath();
    const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : "";
    current = { url, route: parseRoute(path, location.search) };
  }
  return current.route;
}
