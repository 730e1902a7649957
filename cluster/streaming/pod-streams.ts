import type { ContainerRuntime } from "../containers/container-runtime.js";
import type { Call } from "../http/call.js";
import { forwardPorts } from "./port-forward.js";
import { sendPodLog } from "./pod-log.js";
import { attachToPod, execInPod } from "./remote-command.js";

/** Serves the subresources of pods that need a running container, by name. */
export type PodStreams = ReadonlyMap<string, (call: Call) => Promise<void>>;

/** What a runtime makes possible. Whoever gets into a container changes it, so that the right to `create` is asked for as well. */
export function createPodStreams(runtime: ContainerRuntime): PodStreams {
  const entering =
    (serve: (call: Call, runtime: ContainerRuntime) => Promise<void>) =>
    async (call: Call): Promise<void> => {
      call.authorize("create");
      await serve(call, runtime);
    };
  return new Map([
    ["log", (call) => sendPodLog(call, runtime)],
    ["exec", entering(execInPod)],
    ["attach", entering(attachToPod)],
    ["portforward", entering(forwardPorts)],
  ]);
}
