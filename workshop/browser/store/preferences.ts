import { useSyncExternalStore } from "react";

const PREFIX = "lectern.";
const listeners = new Set<() => void>();
/** What was chosen since the page was loaded; all there is where the browser refuses storage. */
const chosen = new Map<string, string | undefined>();

/** A choice this browser remembers, and a function to choose anew. */
export function usePreference(name: string): [string | undefined, (value: string | undefined) => void] {
  const value = useSyncExternalStore(subscribe, () => readPreference(name));
  return [value, (next) => writePreference(name, next)];
}

export function readPreference(name: string): string | undefined {
  if (!chosen.has(name)) chosen.set(name, readStored(name));
  return chosen.get(name);
}

export function writePreference(name: string, value: string | undefined): void {
  chosen.set(name, value);
  writeStored(name, value);
  for (const listener of listeners) listener();
}

function readStored(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

function writeStored(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage that is full or switched off only means that the choice ends with the page.
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
