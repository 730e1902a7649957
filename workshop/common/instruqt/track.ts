import { z } from "zod";
import type { LabLevel } from "../lab.js";
import { withoutNulls } from "../without-nulls.js";
import { anyNumber, wholeNumber, writtenText as text } from "../yaml-scalars.js";

const tab = z.looseObject({
  title: text.default(""),
  type: text,
  port: wholeNumber.optional(),
  path: text.optional(),
  url: text.optional(),
});
export type TrackTab = z.infer<typeof tab>;

/** Keys with nothing behind them are as good as none. */
function withoutEmpty<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(withoutNulls, z.looseObject(shape));
}

/** The front matter of a challenge's `assignment.md` (https://docs.instruqt.com: "Track and challenge definition files"). */
export const challengeSchema = withoutEmpty({
  title: text.default(""),
  type: text.default("challenge"),
  notes: z.array(z.looseObject({ type: text.default("text"), contents: text.optional() })).optional(),
  tabs: z.array(tab).optional(),
  answers: z.array(text).optional(),
  solution: z.array(wholeNumber).optional(),
});
export type Challenge = z.infer<typeof challengeSchema>;

/** The `track.yml` of a track. */
export const trackSchema = withoutEmpty({
  title: text.default(""),
  teaser: text.default(""),
  level: text.optional(),
  timelimit: anyNumber.optional(),
});
export type Track = z.infer<typeof trackSchema>;

/** The `config.yml` of a track: its machines. */
export const trackConfigSchema = withoutEmpty({
  virtualmachines: z.array(z.looseObject({ name: text, image: text.default("") })).optional(),
});
export type TrackConfig = z.infer<typeof trackConfigSchema>;

const CLUSTER_WORDS = /k8s|k3s|kube|rke|minikube/i;
const NODE_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The machine that is the node of the track's cluster, which has its name; `undefined` where none says that it is one. */
export function nodeOf({ virtualmachines }: TrackConfig): string | undefined {
  const found = virtualmachines?.find(({ name, image }) => CLUSTER_WORDS.test(`${name} ${image}`));
  return found && NODE_NAME.test(found.name) ? found.name : undefined;
}

const LEVELS: Readonly<Record<string, LabLevel>> = {
  basic: "beginner",
  beginner: "beginner",
  intermediate: "intermediate",
  advanced: "advanced",
  expert: "advanced",
};

/** How hard a track is, in our words. */
export function levelOf({ level }: Track): LabLevel | undefined {
  return level === undefined ? undefined : LEVELS[level.toLowerCase()];
}

const SECONDS_OF_A_MINUTE = 60;
const MOST_MINUTES = 1440;

/** How long a track may take; absent where it does not say. */
export function minutesOf({ timelimit }: Track): number | undefined {
  if (timelimit === undefined || !(timelimit > 0)) return undefined;
  return Math.min(Math.ceil(timelimit / SECONDS_OF_A_MINUTE), MOST_MINUTES);
}

/** A question of a challenge as a block of ours; `undefined` where it asks nothing that can be answered. */
export function questionOf({
  title,
  type,
  answers,
  solution,
}: Challenge): Record<string, unknown> | undefined {
  if (type !== "quiz" || !answers || answers.length < 2) return undefined;
  const right = (solution ?? []).flatMap((at) => answers[at] ?? []);
  if (right.length === 0) return undefined;
  return { question: title, options: answers, answer: right.length === 1 ? right[0] : right };
}
