import { z } from "zod";
import { parseCondition } from "./condition.js";
import { WORKSHOP_ERRORS, WorkshopError } from "./errors.js";
import {
  DEFAULT_EXPECTATION,
  type Expectation,
  parseDuration,
  parseExit,
  parsePattern,
  parseScript,
  parseWords,
} from "./expectation.js";
import { issueText } from "./issue-text.js";
import type { PageChecks, StandIn } from "./lab.js";

/** Variables are filled in for each session; any word stands for them while the grammar is checked. */
function withSamples(text: string): string {
  return text.replace(/\{\{[^{}]*\}\}/g, "sample");
}

const condition = z.string().superRefine((text, context) => {
  try {
    parseCondition(withSamples(text));
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
  }
});

const stepSchema = z.strictObject({
  step: z.number().int().min(0).describe("number of the action on its page, from 0"),
  exit: z
    .union([z.number(), z.string()])
    .meta({
      description:
        "status with which the command has to end, nonzero for any failure, any where it does not matter",
      anyOf: [
        { type: "integer", minimum: 0, maximum: 255 },
        { enum: ["nonzero", "any"] },
        { type: "string", pattern: String.raw`^\d{1,3}$` },
      ],
    })
    .optional(),
  match: z.string().optional(),
  until: z.union([condition.transform((one) => [one]), z.array(condition)]).optional(),
  check: z
    .string()
    .optional()
    .describe("a program of the lab that says by its status whether the step is done"),
  fail: z
    .string()
    .optional()
    .describe("what learners are told in place of what was seen, where the step fails"),
  hint: z.string().optional().describe("what learners who have failed may open"),
  timeout: z
    .union([z.string(), z.number().transform(String)])
    .meta({
      description: "limit for the command, and again for what it has to come to: 30s, 2m, 500ms, or seconds",
      anyOf: [
        { type: "number", minimum: 0 },
        { type: "string", pattern: String.raw`^\s*\d+(\.\d+)?(ms|s|m)?\s*$` },
      ],
    })
    .optional(),
  skip: z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional(),
  manual: z.boolean().optional(),
});

const standInSchema = z.strictObject({
  before: z.number().int().min(0).describe("number of the action before which a person would do this"),
  title: z.string().optional(),
  applyPolicy: z
    .looseObject({
      fullName: z.looseObject({ name: z.string(), workspaceName: z.string().optional() }),
      spec: z.looseObject({}),
    })
    .optional(),
  deletePolicy: z.strictObject({ name: z.string(), workspace: z.string().optional() }).optional(),
});

/** `checks.yaml`: expectations and stand-ins for pages that must stay as they are. */
export const checksFileSchema = z.strictObject({
  workspaces: z
    .array(z.string())
    .default([])
    .describe("workspaces a session needs besides those the lab names"),
  pages: z.array(
    z.strictObject({
      page: z.union([z.string(), z.number()]),
      steps: z.array(z.union([stepSchema, standInSchema])),
    }),
  ),
});

export interface ChecksFile {
  workspaces: string[];
  /** `page` is a page's name, or its number from 1. */
  pages: { page: string | number; checks: PageChecks }[];
}

/** Reads the parsed YAML of a `checks.yaml`. Throws CHECK_FILE_INVALID. */
export function readChecksFile(value: unknown, file: string): ChecksFile {
  const read = checksFileSchema.safeParse(value);
  if (!read.success)
    throw new WorkshopError(
      WORKSHOP_ERRORS.checksInvalid,
      `${file} is not a checks file: ${issueText(read.error.issues)}`,
    );
  const pages = read.data.pages.map(({ page, steps }) => ({ page, checks: pageChecks(steps, file) }));
  return { workspaces: read.data.workspaces, pages };
}

type Step = z.infer<typeof stepSchema>;
type StandInEntry = z.infer<typeof standInSchema>;

function pageChecks(steps: readonly (Step | StandInEntry)[], file: string): PageChecks {
  const checks: PageChecks = { expectations: {}, standIns: [] };
  for (const entry of steps) {
    if ("step" in entry) checks.expectations[entry.step] = expectation(entry, file);
    else checks.standIns.push(standIn(entry, file));
  }
  return checks;
}

function expectation(step: Step, file: string): Expectation {
  try {
    return {
      ...DEFAULT_EXPECTATION,
      until: step.until ?? [],
      skip: step.skip ?? [],
      manual: step.manual ?? false,
      ...(step.exit === undefined ? {} : { exit: parseExit(step.exit) }),
      ...(step.match === undefined ? {} : { match: readPattern(step.match) }),
      ...(step.check === undefined ? {} : { script: parseScript(step.check) }),
      ...(step.fail === undefined ? {} : { fail: parseWords("fail", step.fail) }),
      ...(step.hint === undefined ? {} : { hint: parseWords("hint", step.hint) }),
      ...(step.timeout === undefined ? {} : { timeoutMs: parseDuration(step.timeout) }),
    };
  } catch (cause) {
    throw new WorkshopError(
      WORKSHOP_ERRORS.checksInvalid,
      `${file}, step ${step.step}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
}

function standIn(entry: StandInEntry, file: string): StandIn {
  const { before, applyPolicy, deletePolicy } = entry;
  if (!applyPolicy === !deletePolicy) {
    throw new WorkshopError(
      WORKSHOP_ERRORS.checksInvalid,
      `${file}: the stand-in before step ${before} needs exactly one of applyPolicy and deletePolicy`,
    );
  }
  const name = applyPolicy?.fullName.name ?? deletePolicy?.name ?? "";
  const title = entry.title ?? `${applyPolicy ? "Create" : "Delete"} the policy ${name}`;
  const workspace = applyPolicy?.fullName.workspaceName ?? deletePolicy?.workspace;
  const where = workspace ? { workspace } : {};
  if (applyPolicy) return { before, title, ...where, apply: applyPolicy };
  return { before, title, ...where, delete: { name, ...where } };
}

/** The pattern without its slashes, once it has been checked. */
function readPattern(match: string): string {
  parsePattern(withSamples(match));
  return /^\/(.*)\/$/s.exec(match)?.[1] ?? match;
}
