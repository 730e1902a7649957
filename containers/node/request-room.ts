import { MAX_FRAME_BYTES } from "../../terminal/common/host-frames.js";
import type { RuntimeRequest } from "./wire.js";

/** What a request says besides what it carries: whom it is for, and the cluster that asks, whose name is a session's. */
const BOOT_BYTES = 400;

/** What is asked of the containers' process; the connection adds which of its lives is meant. */
export type Asked = RuntimeRequest extends infer Each
  ? Each extends RuntimeRequest
    ? Omit<Each, "boot">
    : never
  : never;

/** What each kind of request carries that may be large, with its verb. */
const CARGO: Partial<Record<Asked["type"], string>> = {
  startSandbox: "the files of the pod's volumes have",
  updateVolumes: "the files of the pod's volumes have",
  setServices: "the Services and Ingresses of the network have",
  start: "the variables and arguments of the container have",
  exec: "the command has",
};

/** Throws where the request is larger than a frame, which would end the connection without a word of why. */
export function requireRoom(request: Asked): void {
  const cargo = CARGO[request.type];
  if (cargo === undefined) return;
  const bytes = Buffer.byteLength(JSON.stringify(request)) + BOOT_BYTES;
  if (bytes <= MAX_FRAME_BYTES) return;
  const [has, most] = [bytes, MAX_FRAME_BYTES].map((each) => `${(each / 1024 / 1024).toFixed(1)} MiB`);
  throw new Error(`${cargo} ${has} as they are handed over (files in base64), and at most ${most} can be`);
}
