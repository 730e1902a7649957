import type { ApiObject } from "../api/object.js";
import { ageOf } from "./age.js";
import { clusterPrinters } from "./cluster-printers.js";
import { configPrinters } from "./config-printers.js";
import { flowControlPrinters } from "./flow-control-printers.js";
import { networkPrinters } from "./network-printers.js";
import { printPod } from "./pod-printer.js";
import { storagePrinters } from "./storage-printers.js";
import { resourceClaimPrinters } from "./resource-claim-printers.js";
import { workloadPrinters } from "./workload-printers.js";

/** What a printer may look at beside the object. */
export interface PrintContext {
  /** Milliseconds since the epoch. */
  now: number;
  store: { list(storageKey: string, namespace?: string): ApiObject[] };
}

/** The cells of one row, in the order of the columns. */
export type Printer = (object: ApiObject, context: PrintContext) => unknown[];

const PRINTERS: Record<string, Printer> = {
  "/Pod": printPod,
  ...clusterPrinters,
  ...configPrinters,
  ...flowControlPrinters,
  ...networkPrinters,
  ...storagePrinters,
  ...resourceClaimPrinters,
  ...workloadPrinters,
};

/** The printer of a built-in kind; without one, a row has the name and the time of creation. */
export function printerOf(group: string, kind: string): Printer {
  return PRINTERS[`${group}/${kind}`] ?? printNameAndAge;
}

function printNameAndAge({ metadata }: ApiObject, { now }: PrintContext): unknown[] {
  return [metadata.name, ageOf(metadata.creationTimestamp, now)];
}
