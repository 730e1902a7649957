import type { Violation } from "./tmc-api.js";

const NAMES_SHOWN = 3;

/** Says in a sentence or two what the violations of one policy mean for those who run the workloads. */
export function describeViolations(
  violations: Pick<Violation, "workload" | "namespace" | "pods" | "waits" | "dryRun" | "moved">[],
): string {
  const moved = workloads(violations.filter((each) => each.moved));
  const tags = moved.length === 0 ? "" : ` Tags of ${count(moved)} were moved: ${names(moved)}.`;
  return `${describeRefusals(violations.filter((each) => !each.moved))}${tags}`;
}

function describeRefusals(
  violations: Pick<Violation, "workload" | "namespace" | "pods" | "waits" | "dryRun">[],
): string {
  const dry = workloads(violations.filter(({ dryRun }) => dryRun));
  if (dry.length > 0) return `Would refuse ${count(dry)}: ${names(dry)}.`;
  const running = workloads(violations.filter(({ pods }) => pods > 0));
  const waiting = workloads(violations.filter(({ waits }) => waits));
  const out =
    waiting.length === 0 ? "Keeps nothing out now" : `Keeps out ${count(waiting)} now: ${names(waiting)}`;
  return running.length === 0
    ? `${out}.`
    : `${out}. ${capitalised(count(running))} would not come back after a restart: ${names(running)}.`;
}

/** Such as `deployment/web`. */
export function workloadText({ kind, name }: Violation["workload"]): string {
  return `${kind.toLowerCase()}/${name}`;
}

function workloads(violations: Pick<Violation, "workload" | "namespace">[]): string[] {
  const keyed = violations.map(
    ({ namespace, workload }) => [`${namespace}/${workloadText(workload)}`, workloadText(workload)] as const,
  );
  return [...new Map(keyed).values()];
}

function count(all: string[]): string {
  return all.length === 1 ? "1 workload" : `${all.length} workloads`;
}

function names(all: string[]): string {
  const shown = all.slice(0, NAMES_SHOWN).join(", ");
  return all.length > NAMES_SHOWN ? `${shown} and ${all.length - NAMES_SHOWN} more` : shown;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
