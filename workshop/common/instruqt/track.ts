import { z } from "zod";
import { LAB_LEVELS, type LabLevel } from "../lab.js";
import { withoutNulls } from "../without-nulls.js";
import { anyNumber, wholeNumber, writtenText as text } from "../yaml-scalars.js";

const tab = z.looseObject({
  id: text.optional(),
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

/** A challenge: the front matter of its `assignment.md`, or an entry of `challenges` in `track.yml` (https://docs.instruqt.com: "Track and challenge definition files"). */
export const challengeSchema = withoutEmpty({
  slug: text.optional(),
  title: text.default(""),
  teaser: text.default(""),
  type: text.default("challenge"),
  notes: z.array(z.looseObject({ type: text.default("text"), contents: text.optional() })).optional(),
  tabs: z.array(tab).optional(),
  answers: z.array(text).optional(),
  solution: z.array(wholeNumber).optional(),
  difficulty: text.optional(),
  timelimit: anyNumber.optional(),
  /** Its text, where it stands in `track.yml`. */
  assignment: text.optional(),
});
export type Challenge = z.infer<typeof challengeSchema>;

/** The `track.yml` of a track. */
export const trackSchema = withoutEmpty({
  title: text.default(""),
  teaser: text.default(""),
  description: text.default(""),
  level: text.optional(),
  timelimit: anyNumber.optional(),
  /** As its older form has them, each read by itself. */
  challenges: z.array(z.unknown()).optional(),
});
export type Track = z.infer<typeof trackSchema>;

const machine = z.looseObject({
  name: text,
  image: text.default(""),
  environment: z.record(z.string(), text).default({}),
});

/** The `config.yml` of a track: its machines, and what else it is to be given. */
export const trackConfigSchema = withoutEmpty({
  virtualmachines: z.array(machine).optional(),
  containers: z.array(machine).optional(),
});
export type TrackConfig = z.infer<typeof trackConfigSchema>;

const CLUSTER_WORDS = /k8s|k3s|kube|rke|minikube/i;
const NODE_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The machine that is the node of the track's cluster, which has its name; `undefined` where none says that it is one. */
export function nodeOf({ virtualmachines = [], containers = [] }: TrackConfig): string | undefined {
  const found = [...virtualmachines, ...containers].find(({ name, image }) =>
    CLUSTER_WORDS.test(`${name} ${image}`),
  );
  return found && NODE_NAME.test(found.name) ? found.name : undefined;
}

const LEVELS: Readonly<Record<string, LabLevel>> = {
  basic: "beginner",
  beginner: "beginner",
  intermediate: "intermediate",
  advanced: "advanced",
  expert: "advanced",
};

/** How hard a track is, in our words: as it says itself, or as the hardest of its challenges. */
export function levelOf(
  { level }: Pick<Track, "level">,
  challenges: readonly Pick<Challenge, "difficulty">[] = [],
): LabLevel | undefined {
  if (level !== undefined) return LEVELS[level.toLowerCase()];
  const levels = challenges.flatMap(({ difficulty }) => LEVELS[(difficulty ?? "").toLowerCase()] ?? []);
  return LAB_LEVELS.findLast((one) => levels.includes(one));
}

const SECONDS_OF_A_MINUTE = 60;
const MOST_MINUTES = 1440;

/** How long a track may take: as it says itself, or its challenges together; absent where none of them says. */
export function minutesOf(
  { timelimit }: Pick<Track, "timelimit">,
  challenges: readonly Pick<Challenge, "timelimit">[] = [],
): number | undefined {
  const sum = challenges.reduce((seconds, each) => seconds + Math.max(0, each.timelimit || 0), 0);
  const seconds = timelimit !== undefined && timelimit > 0 ? timelimit : sum;
  if (seconds <= 0) return undefined;
  return Math.min(Math.ceil(seconds / SECONDS_OF_A_MINUTE), MOST_MINUTES);
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
