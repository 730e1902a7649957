import { z } from "zod";
import type { InputForm } from "./page-view.js";
import { readInputs } from "./test-inputs.js";
import { anyNumber, writtenText } from "./yaml-scalars.js";

/** What the body of `examiner:execute-test` holds besides what every body may. */
export const EXAMINER_FORM = {
  name: writtenText.pipe(
    z.string().regex(/^[A-Za-z0-9._/:@+-]+$/, "a test is a file below the folder of the tests"),
  ),
  url: writtenText.optional(),
  args: z.array(writtenText).default([]),
  timeout: anyNumber.optional(),
  retries: anyNumber.default(0),
  delay: anyNumber.default(1),
  inputs: z
    .looseObject({ schema: z.record(z.string(), z.unknown()), form: z.array(z.unknown()).optional() })
    .optional(),
};

/** What such a body was read as. */
export interface ExaminerFields {
  args?: string[];
  timeout?: number | undefined;
  retries?: number;
  delay?: number;
  inputs?: { schema: Record<string, unknown>; form?: unknown[] | undefined } | undefined;
}

/** A test of the lab: a program that says by its status whether something is so. */
export interface Examination {
  /** Relative to the folder of the tests. */
  name: string;
  args: string[];
  /** For each run. */
  timeoutMs: number;
  /** How often it is run again where it fails; bounded by the time of all runs. */
  retries: number;
  delayMs: number;
  /** What it asks for before it runs, and is given on its standard input as JSON. */
  inputs?: InputForm;
}

const TIMEOUT_S = 15;
const MAX_TIMEOUT_S = 120;
const MAX_DELAY_S = 60;

/** Reads the body of a test. Throws where it asks for a service elsewhere, or for something that is nothing. */
export function readExamination(
  fields: ExaminerFields & { name?: string; url?: string | undefined },
): Examination {
  const { name = "", url, args = [], timeout = TIMEOUT_S, retries = 0, delay = 1, inputs } = fields;
  if (url !== undefined)
    throw new Error("a test at an address (`url`) is not asked; bring the test among the files of the lab");
  if (name.startsWith("/") || name.split("/").includes(".."))
    throw new Error(`the test "${name}" lies outside of the tests`);
  return {
    name,
    args,
    timeoutMs: bounded(timeout, MAX_TIMEOUT_S) * 1000,
    retries: retries < 0 ? Infinity : Math.floor(retries),
    delayMs: bounded(delay, MAX_DELAY_S) * 1000,
    ...(inputs && { inputs: readInputs(inputs) }),
  };
}

/** Nothing waits for ever: what is endless elsewhere, or beyond all measure, has the most time there is. */
function bounded(seconds: number, most: number): number {
  return seconds < 0 || Number.isNaN(seconds) ? most : Math.min(seconds, most);
}
