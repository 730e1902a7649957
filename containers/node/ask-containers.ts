import { connect } from "node:net";
import { FrameStream } from "../../terminal/node/frame-stream.js";
import type { EventsRequest, RemoveClusterRequest, RuntimeAnswer } from "./wire.js";

/** Resolves when the containers' process at the socket greets; rejects where it does not, or the signal fires first. */
export async function askContainers(path: string, signal: AbortSignal): Promise<void> {
  await say(path, { type: "events" }, signal);
}

/**
 * Has the containers' process at the socket end all pods of a session's own cluster. Resolves when they are gone, also where there is no such process:
 * pods are no more than it is. Rejects with what it says where it cannot, and where the signal fires first.
 */
export async function removePodsOfCluster(path: string, cluster: string, signal: AbortSignal): Promise<void> {
  try {
    const answer = (await say(path, { type: "removeCluster", cluster }, signal)) as RuntimeAnswer;
    if (answer.type === "error") throw new Error(answer.message);
  } catch (error) {
    if (!["ENOENT", "ECONNREFUSED"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** The first that is said in answer. */
async function say(
  path: string,
  request: EventsRequest | RemoveClusterRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const socket = connect(path);
  const end = (): void => void socket.destroy();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await new Promise<unknown>((resolve, reject) => {
      const stream = new FrameStream(socket, {
        json: (text) => resolve(JSON.parse(text)),
        closed: (error) => reject(error ?? new Error(`nobody answers at ${path}`)),
      });
      stream.json(request);
    });
  } finally {
    signal.removeEventListener("abort", end);
    socket.destroy();
  }
}
