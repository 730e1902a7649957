import type { SessionState } from "../store/session-store.js";
import { terminalsName } from "./blocks/action-names.js";

/** Says that nothing was lost only where every terminal shows its shell of before. */
export function backWords(terminals: SessionState["terminals"]): string {
  const of = (wanted: string): string[] =>
    [...terminals].filter(([, condition]) => condition === wanted).map(([terminal]) => terminal);
  const restarted = of("restarted");
  if (restarted.length > 0)
    return `Back. The shell of ${terminalsName(restarted)} was restarted; what ran in it has ended.`;
  return of("waiting").length > 0 ? "Back. The terminals follow." : "Back, nothing lost.";
}
