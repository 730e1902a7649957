import type { EventText } from "../controllers/event-recorder.js";

/** What a kubelet says of a container, in its words. */
export const podEvents = {
  pulled: (message: string): EventText => normal("Pulled", message),
  pulling: (image: string): EventText => normal("Pulling", `Pulling image ${JSON.stringify(image)}`),
  pullFailed: (image: string, why: string): EventText =>
    warning("Failed", `Failed to pull image ${JSON.stringify(image)}: ${why}`),
  failed: (why: string): EventText => warning("Failed", `Error: ${why}`),
  pullBackOff: (image: string): EventText =>
    normal("BackOff", `Back-off pulling image ${JSON.stringify(image)}`),
  sandboxFailed: (why: string): EventText =>
    warning("FailedCreatePodSandBox", `Failed to create pod sandbox: ${why}`),
  created: (): EventText => normal("Created", "Container created"),
  started: (): EventText => normal("Started", "Container started"),
  backOff: (container: string, pod: string): EventText =>
    warning("BackOff", `Back-off restarting failed container ${container} in pod ${pod}`),
  stopping: (container: string): EventText => normal("Killing", `Stopping container ${container}`),
  changed: (container: string): EventText =>
    normal("Killing", `Container ${container} definition changed, will be restarted`),
  killedFor: (container: string, probe: string): EventText =>
    normal("Killing", `Container ${container} failed ${probe} probe, will be restarted`),
  unhealthy: (probe: string, why: string): EventText => warning("Unhealthy", `${probe} probe failed: ${why}`),
  killedForHook: (): EventText => normal("Killing", "FailedPostStartHook"),
  /** Without the reason, which may tell what only the container knows. */
  hookFailed: (hook: "PostStart" | "PreStop"): EventText =>
    warning(`Failed${hook}Hook`, `${hook}Hook failed`),
};

function normal(reason: string, message: string): EventText {
  return { type: "Normal", reason, message };
}

function warning(reason: string, message: string): EventText {
  return { type: "Warning", reason, message };
}
