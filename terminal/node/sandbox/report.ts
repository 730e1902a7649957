import type { ConfinementMeasure, ConfinementReport } from "../../common/confinement-report.js";
import type { SessionLimits } from "../../common/session-limits.js";
import type { Confinement } from "../confinement.js";
import type { AgentAbilities } from "./agent-protocol.js";
import type { ControlGroups } from "./control-groups.js";
import { seccompFilter } from "./seccomp.js";

export interface Found {
  confinement: Confinement;
  limits: SessionLimits;
  groups: ControlGroups;
  abilities: AgentAbilities;
  /** Set where sessions find the pods that run on this machine. */
  podNetworks?: string;
}

/** Puts into words what holds on this machine. */
export function reportOf(found: Found): ConfinementReport {
  const hasOwnNetwork = found.abilities.network === true;
  return {
    hasOwnNetwork,
    measures: [files(found), kernel(found), network(found), ...counted(found), ...disk(found)],
  };
}

function files({ confinement }: Found): ConfinementMeasure {
  const holds = confinement.kind === "account-and-bubblewrap" || confinement.kind === "bubblewrap";
  return { subject: "files", holds, text: confinement.description };
}

function kernel({ confinement }: Found): ConfinementMeasure {
  const isBoxed = confinement.kind.endsWith("bubblewrap");
  const holds = isBoxed && seccompFilter() !== undefined;
  const why = isBoxed ? `there is no filter for ${process.arch}` : "bubblewrap is missing";
  return {
    subject: "kernel",
    holds,
    text: holds
      ? "system calls are filtered: no keyrings, io_uring, mounts or namespaces"
      : `system calls are not filtered: ${why}`,
  };
}

function network({ abilities, podNetworks }: Found): ConfinementMeasure {
  const holds = abilities.network === true;
  return {
    subject: "network",
    holds,
    text: holds
      ? `its own; reaches Kubernetes, Lectern${podNetworks === undefined ? "" : ", its pods"} and what its lab lists`
      : `this machine's, shared by all sessions (${String(abilities.network)})`,
  };
}

function counted({ groups, limits, confinement }: Found): ConfinementMeasure[] {
  const of = (controller: "memory" | "pids" | "cpu"): boolean => groups.controllers.includes(controller);
  const isOwnAccount = confinement.kind.startsWith("account");
  const processes = `${limits.processes} processes and threads`;
  return [
    of("memory")
      ? { subject: "memory", holds: true, text: `${sizeOf(limits.memoryBytes)} (${groups.description})` }
      : {
          subject: "memory",
          holds: false,
          text: `${sizeOf(limits.memoryBytes)} for each process; without rights to control groups nothing counts a session's together`,
        },
    of("pids") || isOwnAccount
      ? {
          subject: "processes",
          holds: true,
          text: `${processes} (${of("pids") ? groups.description : "of its account"})`,
        }
      : { subject: "processes", holds: false, text: `${processes} for each terminal` },
    of("cpu")
      ? { subject: "cpu", holds: true, text: `${limits.cpus} CPU (${groups.description})` }
      : { subject: "cpu", holds: false, text: "no limit; without rights to control groups all share alike" },
  ];
}

function disk({ abilities, limits }: Found): ConfinementMeasure[] {
  const home = `${sizeOf(limits.homeBytes)} and ${limits.homeFiles} files`;
  const canMeasure = abilities.network === true || abilities.temporary === true;
  return [
    abilities.temporary === true
      ? {
          subject: "temporary files",
          holds: true,
          text: `${sizeOf(limits.temporaryBytes)} in memory`,
        }
      : {
          subject: "temporary files",
          holds: canMeasure,
          text: `${sizeOf(limits.temporaryBytes)}, ${measured(canMeasure)}`,
        },
    { subject: "home", holds: canMeasure, text: `${home}, ${measured(canMeasure)}` },
  ];
}

function measured(canMeasure: boolean): string {
  return canMeasure ? "measured while it grows" : "for each file only";
}

/** Bytes in the largest unit that leaves a number above one. */
export function sizeOf(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[power] ?? ""}`;
}
