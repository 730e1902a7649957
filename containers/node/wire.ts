import type {
  AttachSpec,
  ContainerExit,
  ContainerSpec,
  ExecSpec,
  LogLine,
  LogOptions,
  NetworkServices,
  SandboxSpec,
  VolumeSpec,
} from "../../cluster/containers/container-runtime.js";
import { ContainerConfigError } from "./container-config-error.js";
import { podOf } from "./container-id.js";

/**
 * What the cluster's process says on a connection to the containers', as its first frame; each request has a connection of its own.
 * `boot` names the process it believes to speak with: one that began anew has nothing of what the other one had. `cluster` names, among
 * those that share the process, a session's own cluster whose pods are meant; the platform's has no name.
 */
export type RuntimeRequest = { boot: string; cluster?: string } & (
  | { type: "startSandbox"; sandbox: WireSandbox }
  | { type: "updateVolumes"; sandbox: string; volumes: WireVolume[] }
  | { type: "start"; container: ContainerSpec }
  | { type: "stop"; container: string; graceMs: number }
  | { type: "removeContainer"; container: string }
  | { type: "removeSandbox"; sandbox: string }
  | { type: "setServices"; network: string; services: NetworkServices }
  | { type: "list" }
  | { type: "exec"; container: string; process: ExecSpec }
  | { type: "attach"; container: string; process: AttachSpec }
  | { type: "logs"; container: string; options: Omit<LogOptions, "signal"> }
  | { type: "dial"; sandbox: string; port: number; isProbe?: boolean }
);

/** Asks to be told of ends; answered by a greeting with those there have been, and one frame for each that follows. */
export interface EventsRequest {
  type: "events";
  cluster?: string;
}

/** The pod that a request is about which names one; those that make one and those about all name none. */
export function sandboxOf(request: RuntimeRequest): string | undefined {
  if (request.type === "startSandbox") return undefined;
  if ("sandbox" in request) return request.sandbox;
  if (request.type === "start") return request.container.sandbox;
  return "container" in request ? podOf(request.container) : undefined;
}

/** Ends and removes all pods of one of the clusters that share the process, which is no more; answered like other requests. */
export interface RemoveClusterRequest {
  type: "removeCluster";
  cluster: string;
}

export interface EventsGreeting {
  boot: string;
  exits: ContainerExit[];
}

/** The answer to a request. After `ok` to `exec`, `attach` and `logs` come frames of output, after `ok` to `dial` the bytes themselves. */
export type RuntimeAnswer = { type: "ok"; value?: unknown } | WireError;

export interface WireError {
  type: "error";
  message: string;
  /** Whether it is a `ContainerConfigError`. */
  isOfConfiguration?: boolean;
}

export function errorToWire(error: unknown): WireError {
  const message = error instanceof Error ? error.message : String(error);
  return { type: "error", message, isOfConfiguration: error instanceof ContainerConfigError };
}

export function errorFromWire({ message, isOfConfiguration }: WireError): Error {
  return isOfConfiguration === true ? new ContainerConfigError(message) : new Error(message);
}

/** The last on the connection of a log: a connection that ends without it was broken off. */
export type LogEnd = { type: "end" } | { type: "error"; message: string };

/** What follows on the connection of a process, besides output. */
export type ProcessEvent = { type: "exit"; exitCode: number };
export type ProcessInput = { type: "end" } | { type: "resize"; columns: number; rows: number };

/** First byte of a frame of output. */
export const STDOUT = 1;
export const STDERR = 2;

type WireFile = { path: string; content: string; mode: number };
/** Files with their content in base64. */
export interface WireVolume {
  name: string;
  files?: WireFile[];
}
export type WireSandbox = Omit<SandboxSpec, "volumes"> & { volumes: WireVolume[] };

export function toWire({ volumes, ...sandbox }: SandboxSpec): WireSandbox {
  return { ...sandbox, volumes: volumes.map(volumeToWire) };
}

export function fromWire({ volumes, ...sandbox }: WireSandbox): SandboxSpec {
  return { ...sandbox, volumes: volumes.map(volumeFromWire) };
}

export function volumeToWire({ name, files }: VolumeSpec): WireVolume {
  if (files === undefined) return { name };
  return { name, files: files.map((file) => ({ ...file, content: file.content.toString("base64") })) };
}

export function volumeFromWire({ name, files }: WireVolume): VolumeSpec {
  if (files === undefined) return { name };
  return { name, files: files.map((file) => ({ ...file, content: Buffer.from(file.content, "base64") })) };
}

/** A line of a log as a frame: its stream, whether it is partial, its time, its bytes. */
export function encodeLine({ timeMs, stream, bytes, isPartial }: LogLine): Buffer {
  const header = Buffer.alloc(10);
  header.writeUInt8(stream === "stdout" ? STDOUT : STDERR, 0);
  header.writeUInt8(Number(isPartial), 1);
  header.writeDoubleBE(timeMs, 2);
  return Buffer.concat([header, bytes]);
}

export function decodeLine(frame: Buffer): LogLine {
  return {
    stream: frame.readUInt8(0) === STDOUT ? "stdout" : "stderr",
    isPartial: frame.readUInt8(1) === 1,
    timeMs: frame.readDoubleBE(2),
    bytes: frame.subarray(10),
  };
}
