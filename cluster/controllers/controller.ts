import type { ApiService } from "../api/service.js";
import { StatusError } from "../api/status.js";
import type { Clock } from "./clock.js";
import type { EventRecorder } from "./event-recorder.js";
import type { SimulatedNodes } from "./simulated-node.js";
import { WorkQueue } from "./work-queue.js";

/** Where controllers report what they retry; a pino logger fits. */
export interface ControllerLogger {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What every controller is made of. */
export interface ControllerContext {
  api: ApiService;
  clock: Clock;
  logger: ControllerLogger;
  /** The nodes on which pods are played. */
  simulated: SimulatedNodes;
  /** The recorder of events that name `component` as their source. */
  recorder: (component: string) => EventRecorder;
}

/** Brings one object at a time, by its key, from what is to what should be. */
export interface Controller {
  readonly name: string;
  /** Longest delay in milliseconds before a key that failed is tried again; that of the queue where it is absent. */
  readonly retryMaxMs?: number;
  /** Keys worked on at the same time; that of the queue where it is absent. */
  readonly concurrentKeys?: number;
  /** Watches whatever decides about the keys and adds them to the queue; returns the ways to stop. */
  watch(queue: WorkQueue): (() => void)[];
  /** Must be safe to call at any time, with the key of an object that is gone, too. */
  reconcile(key: string, queue: WorkQueue): Promise<void>;
}

/** Runs a controller until `stop`, which resolves when its last write has been answered. */
export function runController(
  controller: Controller,
  { clock, logger }: Pick<ControllerContext, "clock" | "logger">,
): { stop(): Promise<void> } {
  const queue: WorkQueue = new WorkQueue({
    clock,
    ...(controller.retryMaxMs !== undefined && { retryMaxMs: controller.retryMaxMs }),
    ...(controller.concurrentKeys !== undefined && { concurrentKeys: controller.concurrentKeys }),
    work: (key) => controller.reconcile(key, queue),
    onFailure: (key, error, delayMs) => {
      const fields = { controller: controller.name, key, delayMs, err: error };
      if (error instanceof StatusError) logger.debug(fields, "will be tried again");
      else logger.warn(fields, "failed, and will be tried again");
    },
  });
  const stops = controller.watch(queue);
  return {
    stop: () => {
      for (const stop of stops) stop();
      return queue.stop();
    },
  };
}
