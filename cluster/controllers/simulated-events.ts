import type { EventText } from "./event-recorder.js";
import { isSameJson } from "./json-equality.js";
import type { ContainerStatus, Pod, PodStatus } from "./object-kinds.js";
import { PASSED_OVER, SIMULATED } from "./pod-status.js";
import type { StartProblem } from "./start-problems.js";

/** What is said of a container when its status changes from one to the other. */
export function startTexts(
  before: ContainerStatus | undefined,
  after: ContainerStatus | undefined,
  problem: StartProblem | undefined,
): EventText[] {
  if (after === undefined) return [];
  const { name, image, state } = after;
  if (state.running !== undefined) {
    const isNew = before?.state.running === undefined || before.image !== image;
    return isNew ? runningTexts(name, image) : [];
  }
  if (isSameJson(before?.state, state)) return [];
  if (state.waiting?.reason === PASSED_OVER) {
    return [normal(PASSED_OVER, `Init container ${name} passed over (${SIMULATED}: no process runs)`)];
  }
  return problem !== undefined && state.waiting?.reason === problem.reason ? problem.events : [];
}

/** What is said of a pod that others wait for to end, when it begins to run in name only; undefined of any other pod. */
export function endlessText(before: Pod, after: PodStatus): EventText | undefined {
  const begins = before.status?.phase !== "Running" && after.phase === "Running";
  if (!begins || (before.spec.restartPolicy ?? "Always") === "Always") return undefined;
  const name = JSON.stringify(before.metadata.name);
  const message = `pod ${name} is ${SIMULATED}: no process runs, so it does not end by itself, nor does what waits for its end`;
  return { type: "Warning", reason: "Simulated", message };
}

function runningTexts(name: string, image: string): EventText[] {
  return [
    normal("Pulled", `${SIMULATED}: image "${image}" is taken as present, nothing was pulled`),
    normal("Created", `Container created: ${name} (${SIMULATED})`),
    normal("Started", `Container started: ${name} (${SIMULATED}: no process runs)`),
  ];
}

function normal(reason: string, message: string): EventText {
  return { type: "Normal", reason, message };
}
