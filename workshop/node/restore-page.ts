import type { PageAction } from "../common/action.js";
import type { Lab, LabPage } from "../common/lab.js";
import type { RestorationAnswer } from "../common/restoration.js";
import type { SessionResource } from "../common/session.js";
import { replayPages } from "./replay-pages.js";
import { variablesOf } from "./session-environment.js";
import type { StepSurroundings } from "./session-step.js";
import { type StartAnewParts, startAnew } from "./start-anew.js";
import { type StepPlayer, directPlayer } from "./step-player.js";
import { DONE_BY_PERSON } from "./validated-step.js";
import type { ValidatedStep } from "./validation-report.js";

export type RestorePageParts = StartAnewParts & StepSurroundings;

/** How far it is. */
export interface RestoredSoFar {
  /** What is done now, in words. */
  doing: string;
  /** Blocks that have been taken, of how many. */
  done: number;
  of: number;
  /** Blocks that only a person can do, and which were left out. */
  leftOut: number;
}

export interface RestorePageOptions {
  signal: AbortSignal;
  onChange: (soFar: RestoredSoFar) => void;
  /** What is to become of it after a step that failed. */
  ask: (failed: ValidatedStep, soFar: RestoredSoFar) => Promise<RestorationAnswer>;
}

/** Why one is not done: its learner wanted it so. */
export class RestorationStopped extends Error {
  override readonly name = "RestorationStopped";
}

/**
 * Brings namespace and files of a session to what the pages before one make: begins anew and takes their blocks, by the code that serves
 * learners and in its terminals, without a word in its results. Resolves to what came of it; throws RestorationStopped, the signal's
 * reason, and what `startAnew` and the platform throw.
 */
export async function restorePage(
  parts: RestorePageParts,
  { session, lab, page }: { session: SessionResource; lab: Lab; page: string },
  { signal, onChange, ask }: RestorePageOptions,
): Promise<RestoredSoFar> {
  const before = lab.pages.slice(
    0,
    Math.max(
      0,
      lab.pages.findIndex(({ name }) => name === page),
    ),
  );
  let soFar: RestoredSoFar = { doing: "", done: 0, of: 0, leftOut: 0 };
  const tell = (change: Partial<RestoredSoFar>): void => onChange((soFar = { ...soFar, ...change }));
  await startAnew(parts, { session, lab }, { signal, onDoing: (doing) => tell({ doing }) });
  tell({ doing: "Reading the pages before", of: await blocksOf(parts, { session, lab }, before) });
  const onFailure = async (step: ValidatedStep): Promise<void> => {
    const answer = await ask(step, soFar);
    if (answer === "stop") throw new RestorationStopped(`Stopped at a step that failed: ${wordsOf(step)}`);
  };
  const replayed = { lab: { ...lab, pages: before }, session, steps: [], problems: [] };
  try {
    await replayPages(
      parts,
      { ...replayed, player: personless(parts, signal) },
      {
        environment: "restore",
        signal,
        onFailure,
        onActivity: (activity) => typeof activity !== "string" && tell({ doing: wordsOf(activity) }),
        onStep: ({ state, message }) => {
          if (state === "stand-in") return;
          const isPersons = state === "skipped" && message === DONE_BY_PERSON;
          tell({ done: soFar.done + 1, leftOut: soFar.leftOut + (isPersons ? 1 : 0) });
        },
      },
    );
  } catch (error) {
    await interruptAll(parts, session);
    throw error;
  }
  return soFar;
}

/** Takes blocks as the server does, and leaves to persons what is theirs, unless the lab says what would stand in for them. */
function personless(parts: RestorePageParts, signal: AbortSignal): StepPlayer {
  const player = directPlayer(parts, signal);
  let standIns: ReadonlySet<number> = new Set();
  return {
    ...player,
    turnTo: async ({ checks }: LabPage) => {
      standIns = new Set(checks.standIns.map(({ before }) => before));
    },
    reasonToSkip: (action) => {
      const { kind, number } = action.view;
      const isPersons = kind === "quiz" || (kind === "manual" && !standIns.has(number));
      return isPersons ? DONE_BY_PERSON : player.reasonToSkip(action);
    },
  };
}

async function blocksOf(
  { compiler, client, settings }: RestorePageParts,
  { session, lab }: { session: SessionResource; lab: Lab },
  pages: readonly LabPage[],
): Promise<number> {
  const variables = variablesOf(lab, session, client, settings);
  let blocks = 0;
  for (const page of pages) {
    const { actions }: { actions: readonly PageAction[] } = await compiler.compile(lab, page, variables);
    blocks += actions.length;
  }
  return blocks;
}

/** What it began in the terminals does not go on after it; a terminal that is gone runs nothing. */
async function interruptAll({ host }: RestorePageParts, { metadata }: SessionResource): Promise<void> {
  const terminals = await host.terminals(metadata.name).catch(() => []);
  await Promise.allSettled(terminals.map(({ address }) => host.interrupt(address)));
}

/** The step for a person who reads its page: where it stands, and its first line. */
export function wordsOf({ pageTitle, text }: ValidatedStep): string {
  const [first = "", ...more] = text.trim().split("\n");
  return `${pageTitle}: ${more.length > 0 ? `${first} …` : first}`;
}
