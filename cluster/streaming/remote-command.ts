import { badRequest } from "../api/status.js";
import type { ContainerRuntime, RunningProcess } from "../containers/container-runtime.js";
import type { Container, Pod } from "../controllers/object-kinds.js";
import { containersOf } from "../controllers/pod-status.js";
import type { Call } from "../http/call.js";
import { isTrue } from "../http/request-info.js";
import { attachedContainer, chosenContainer, requireRealPod, runningContainer } from "./container-target.js";
import { relayProcess, statusOfFailure } from "./process-relay.js";
import type { RemoteChannels, WantedStreams } from "./remote-channels.js";
import { COMMAND_PROTOCOLS, spdyChannels } from "./spdy-channels.js";
import { acceptSpdy, acceptWebSocket, wantedUpgrade } from "./upgrade.js";
import { CHANNEL_PROTOCOLS, websocketChannels } from "./websocket-channels.js";

/** Serves `pods/NAME/exec`: a further process in a container that runs. */
export async function execInPod(call: Call, runtime: ContainerRuntime): Promise<void> {
  const pod = requireRealPod(call, runtime, "no command can be run in it");
  const command = call.info.query.getAll("command");
  if (command.length === 0) throw badRequest("you must specify a command for the container");
  const wanted = wantedStreams(call);
  const id = runningContainer(pod, target(call, pod).name);
  await runOver(call, wanted, () => runtime.exec(id, { command, stdin: wanted.stdin, tty: wanted.tty }));
}

/** Serves `pods/NAME/attach`: the streams of the container's own process. */
export async function attachToPod(call: Call, runtime: ContainerRuntime): Promise<void> {
  const pod = requireRealPod(call, runtime, "there is nothing to attach to");
  const container = target(call, pod);
  const id = attachedContainer(pod, container);
  const wanted = wantedStreams(call);
  // The process has a terminal or has none, whatever the client asks for.
  const tty = container["tty"] === true;
  const stdin = wanted.stdin && container["stdin"] === true;
  await runOver(call, { ...wanted, tty, stderr: wanted.stderr && !tty }, () =>
    runtime.attach(id, { stdin, tty }),
  );
}

function target(call: Call, pod: Pod): Container {
  const name = chosenContainer(call, pod);
  const container = containersOf(pod).find((each) => each.name === name);
  if (container === undefined) throw badRequest(`container ${name} is not valid for pod ${call.name}`);
  return container;
}

/** Begins the process once the client listens, so that nothing it writes is lost. */
async function runOver(
  call: Call,
  wanted: WantedStreams,
  begin: () => Promise<RunningProcess>,
): Promise<void> {
  const channels = await openChannels(call, wanted);
  let process: RunningProcess;
  try {
    process = await begin();
  } catch (error) {
    // Input that nobody reads would keep from the connection that the client closes its end.
    channels.stdin?.resume();
    return channels.finish(statusOfFailure(error));
  }
  await relayProcess(process, channels);
}

async function openChannels(call: Call, wanted: WantedStreams): Promise<RemoteChannels> {
  if (wantedUpgrade(call) === "websocket") {
    return websocketChannels(await acceptWebSocket(call, CHANNEL_PROTOCOLS), wanted);
  }
  return spdyChannels(acceptSpdy(call, COMMAND_PROTOCOLS), wanted);
}

/** Throws 400 where no stream is asked for; errors of a terminal come with its output. */
function wantedStreams({ info: { query } }: Call): WantedStreams {
  const asks = (name: string): boolean => query.has(name) && isTrue(query.get(name));
  const [stdin, stdout, stderr, tty] = [asks("stdin"), asks("stdout"), asks("stderr"), asks("tty")];
  if (!stdin && !stdout && !stderr) throw badRequest("you must specify at least 1 of stdin, stdout, stderr");
  return { stdin, stdout, stderr: stderr && !tty, tty };
}
