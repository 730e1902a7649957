/** One thing that keeps sessions apart, or does not on this machine. */
export interface ConfinementMeasure {
  subject: "files" | "kernel" | "network" | "memory" | "processes" | "cpu" | "temporary files" | "home";
  /** Whether it holds for a session as a whole. */
  holds: boolean;
  /** What holds, in words for an operator; where it holds in part or not at all, with the reason. */
  text: string;
}

/** How the sessions of one host are kept apart on its machine, as found out at its start. */
export interface ConfinementReport {
  /** Whether each session has a network of its own. */
  hasOwnNetwork: boolean;
  measures: ConfinementMeasure[];
}
