import type { ContainerRuntime } from "../containers/container-runtime.js";
import type { Call } from "../http/call.js";
import { OpenStreams } from "../http/open-streams.js";
import { forwardPorts } from "./port-forward.js";
import { sendPodLog } from "./pod-log.js";
import { proxyRequest } from "./proxy.js";
import { podProxyTarget, serviceProxyTarget } from "./proxy-target.js";
import { attachToPod, execInPod } from "./remote-command.js";

/** Of one user who is no administrator: as many as it may have watches. Each holds a connection and buffers of a process that all share. */
export const MAX_STREAMS_PER_USER = 200;

const open = new OpenStreams({
  words: "logs, commands, forwarded ports and proxied requests",
  all: 2000,
  ofUser: MAX_STREAMS_PER_USER,
  againSeconds: 1,
});

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
    ["pods/log", counted((call) => sendPodLog(call, runtime))],
    ["pods/exec", counted(entering(execInPod))],
    ["pods/attach", counted(entering(attachToPod))],
    ["pods/portforward", counted(entering(forwardPorts))],
    ["pods/proxy", counted((call) => proxyRequest(call, podProxyTarget(call, runtime)))],
    ["services/proxy", counted((call) => proxyRequest(call, serviceProxyTarget(call, runtime)))],
  ]);
}

function counted(serve: (call: Call) => Promise<void>): (call: Call) => Promise<void> {
  return async (call) => {
    const release = open.claim(call);
    try {
      await serve(call);
    } finally {
      release();
    }
  };
}
