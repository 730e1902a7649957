import { createContext, useContext } from "react";
import { type Level, mayAt } from "../common/roles.js";
import type { PolicyApi } from "./api/policy-api.js";
import type { Hierarchy } from "./api/use-hierarchy.js";
import type { ConsoleRoute } from "./console-route.js";

/** What every part of the console may use. */
export interface ConsoleContext {
  api: PolicyApi;
  hierarchy: Hierarchy;
  /** Reads the hierarchy again; resolves when it is shown. */
  refresh: () => Promise<void>;
  goTo: (route: ConsoleRoute) => void;
}

export const Console = createContext<ConsoleContext | undefined>(undefined);

/** The console around the component; throws where there is none, which is a mistake of ours. */
export function useConsole(): ConsoleContext {
  const context = useContext(Console);
  if (!context) throw new Error("useConsole was called outside PolicyConsole");
  return context;
}

/** What the caller may do: at a workspace, or at the organization where it is absent. */
export function useMay(): (level: Level, workspace?: string) => boolean {
  const { permissions } = useConsole().hierarchy;
  return (level, workspace) => mayAt(permissions, level, workspace);
}

/** The role somebody needs who may not do something there, as a sentence. */
export function missingRole(what: string, level: Level, workspace?: string): string {
  const role = workspace === undefined ? `organization.${level}` : `workspace.${level}`;
  return `${what} takes the role ${role} here; who administers it gives it.`;
}
