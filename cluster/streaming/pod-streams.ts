import type { ContainerRuntime } from "../containers/container-runtime.js";
import type { Call } from "../http/call.js";
import { forwardPorts } from "./port-forward.js";
import { sendPodLog } from "./pod-log.js";
import { proxyRequest } from "./proxy.js";
import { podProxyTarget, serviceProxyTarget } from "./proxy-target.js";
import { attachToPod, execInPod } from "./remote-command.js";

/** Serves the subresources that need a running container, by `RESOURCE/NAME`. */
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
    ["pods/log", (call) => sendPodLog(call, runtime)],
    ["pods/exec", entering(execInPod)],
    ["pods/attach", entering(attachToPod)],
    ["pods/portforward", entering(forwardPorts)],
    ["pods/proxy", (call) => proxyRequest(call, podProxyTarget(call, runtime))],
    ["services/proxy", (call) => proxyRequest(call, serviceProxyTarget(call, runtime))],
  ]);
}
