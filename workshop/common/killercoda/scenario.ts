import { z } from "zod";

const script = z.string().min(1).optional();
const page = z.looseObject({
  title: z.string().optional(),
  text: z.string().optional(),
  foreground: script,
  background: script,
});
const step = page.extend({ text: z.string(), verify: script });
const asset = z.looseObject({
  file: z.string(),
  target: z.string().default("~"),
  chmod: z.string().optional(),
});

/** The `index.json` of a scenario (https://killercoda.com/creators: "Scenarios", "Assets", "Verify"); what else it says is named by `unreadKeys`. */
export const scenarioSchema = z.looseObject({
  title: z.string().min(1),
  description: z.string().default(""),
  difficulty: z.string().optional(),
  details: z
    .looseObject({
      intro: page.optional(),
      steps: z.array(step).default([]),
      finish: page.optional(),
      assets: z.record(z.string(), z.array(asset)).default({}),
    })
    .default({ steps: [], assets: {} }),
  backend: z.looseObject({ imageid: z.string().optional() }).default({}),
  interface: z.looseObject({ layout: z.string().optional() }).default({}),
});
export type Scenario = z.infer<typeof scenarioSchema>;

/** A page of a scenario, in its order: what it is called, its text, and the programs that belong to it. */
export interface ScenarioPage {
  title: string;
  text: string;
  foreground?: string;
  background?: string;
  verify?: string;
}

/** Intro, steps and finish; one without a text is none. */
export function pagesOf({ details: { intro, steps, finish } }: Scenario): ScenarioPage[] {
  const pages: [string, z.infer<typeof step> | z.infer<typeof page> | undefined][] = [
    ["Introduction", intro],
    ...steps.map((each, at): [string, z.infer<typeof step>] => [`Step ${String(at + 1)}`, each]),
    ["The end", finish],
  ];
  return pages.flatMap(([name, each]) => {
    if (each?.text === undefined) return [];
    const { title = name, text, foreground, background } = each;
    const verify = "verify" in each && typeof each.verify === "string" ? each.verify : undefined;
    return [
      {
        title,
        text,
        ...(foreground !== undefined && { foreground }),
        ...(background !== undefined && { background }),
        ...(verify !== undefined && { verify }),
      },
    ];
  });
}

const READ_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": ["title", "description", "difficulty", "details", "backend", "interface", "time"],
  details: ["intro", "steps", "finish", "assets"],
};

/** Keys of the scenario that say something nothing is made of. */
export function unreadKeys(scenario: Scenario): string[] {
  return [...unreadBelow("", scenario), ...unreadBelow("details", scenario.details)];
}

function unreadBelow(place: string, object: object): string[] {
  return Object.keys(object)
    .filter((key) => READ_KEYS[place]?.includes(key) === false)
    .map((key) => (place === "" ? key : `${place}.${key}`));
}
