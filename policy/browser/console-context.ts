import { createContext, useContext } from "react";
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
