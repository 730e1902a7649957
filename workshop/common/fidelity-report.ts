import type { Lab, LabProblem, LabSource } from "./lab.js";

/** How something of a lab fares here. */
export type Fidelity = "works" | "approximated" | "lacking" | "wrong";

/** How many of something work, come to something else, come to nothing here, or are wrong in the lab itself. */
export type FidelityCounts = Record<Fidelity, number>;

/** What a lab comes to here: what works, what is approximated, what is lacking, each with its place. */
export interface FidelityReport {
  name: string;
  title: string;
  form: LabSource["form"];
  pages: number;
  /** Whether a session of the lab can be made at all; `why` where it cannot, or only on some clusters. */
  session: { canBeMade: boolean; why: string[] };
  /** The blocks of its pages. */
  blocks: FidelityCounts;
  /** The same for each action, by name. */
  actions: ({ action: string } & FidelityCounts)[];
  /** Applications of another platform that it asks for and does not get. */
  missingApplications: string[];
  /** All that is said of it; errors first, then by file and line. */
  problems: LabProblem[];
  errors: number;
  warnings: number;
}

/** Rules of problems for which no session of the lab can be made. */
const SESSION_RULES: ReadonlySet<string> = new Set(["session-object", "own-cluster"]);

/** Sums up what was found of a lab that was read with `loadLab`. */
export function fidelityReport(lab: Lab): FidelityReport {
  const { problems } = lab;
  const judged = lab.pages.flatMap((page) => judgeBlocks(page, problems));
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const obstacles = problems.filter(({ rule }) => SESSION_RULES.has(rule));
  return {
    name: lab.name,
    title: lab.title,
    form: lab.source.form,
    pages: lab.pages.length,
    session: {
      canBeMade: obstacles.every(({ severity }) => severity !== "error"),
      why: obstacles.map(({ message }) => message),
    },
    blocks: countsOf(judged),
    actions: [...new Set(judged.map(({ action }) => action))]
      .toSorted()
      .map((action) => ({ action, ...countsOf(judged.filter((block) => block.action === action)) })),
    missingApplications: lab.needs.filter((need) => need !== "containers"),
    problems,
    errors,
    warnings: problems.length - errors,
  };
}

interface JudgedBlock {
  action: string;
  fidelity: Fidelity;
}

/** A block is as good as the worst that is said of it. */
function judgeBlocks({ file, blocks }: Lab["pages"][number], problems: readonly LabProblem[]): JudgedBlock[] {
  const said = problems.filter((problem) => problem.file === file && problem.action !== undefined);
  return blocks.map(({ action, line }, at) => {
    const next = blocks[at + 1]?.line ?? Infinity;
    const own = said.filter(
      (problem) => problem.line >= line && (problem.line < next || problem.line === line),
    );
    return { action, fidelity: worstOf(own.map(fidelityOf)) };
  });
}

function fidelityOf({ severity, fidelity }: LabProblem): Fidelity {
  if (fidelity !== undefined) return fidelity;
  return severity === "error" ? "wrong" : "works";
}

const FROM_BEST: readonly Fidelity[] = ["works", "approximated", "lacking", "wrong"];

function worstOf(all: readonly Fidelity[]): Fidelity {
  return all.reduce(
    (worst, one) => (FROM_BEST.indexOf(one) > FROM_BEST.indexOf(worst) ? one : worst),
    "works",
  );
}

function countsOf(blocks: readonly JudgedBlock[]): FidelityCounts {
  const counts: FidelityCounts = { works: 0, approximated: 0, lacking: 0, wrong: 0 };
  for (const { fidelity } of blocks) counts[fidelity]++;
  return counts;
}
