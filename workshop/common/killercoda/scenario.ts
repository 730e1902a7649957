import { z } from "zod";
import { withoutNulls } from "../without-nulls.js";
import { flag, wholeNumber, writtenText } from "../yaml-scalars.js";

/** The path of a file; an empty one is none. */
const file = writtenText.transform((path) => (path === "" ? undefined : path)).optional();
const page = z.looseObject({
  title: writtenText.optional(),
  text: file,
  foreground: file,
  background: file,
});
const step = page.extend({ verify: file });
const asset = z.looseObject({
  file: writtenText,
  target: writtenText.default("~"),
  chmod: writtenText.optional(),
});

/** What Katacoda had besides: how its page was laid out, and websites beside the terminal. */
const environment = z.looseObject({
  uilayout: writtenText.default(""),
  showide: flag.default(false),
  hideintro: flag.default(false),
  hidefinish: flag.default(false),
  dashboards: z
    .array(
      z.looseObject({
        name: writtenText.pipe(z.string().min(1)),
        port: wholeNumber.optional(),
        href: writtenText.optional(),
      }),
    )
    .default([]),
});

/** The `index.json` of a scenario (https://killercoda.com/creators: "Scenarios", "Assets", "Verify"); what else it says is named by `unreadKeys`. */
const wholeScenario = z.looseObject({
  title: writtenText.default(""),
  description: writtenText.default(""),
  difficulty: writtenText.optional(),
  details: z
    .looseObject({
      intro: page.optional(),
      steps: z.array(step).default([]),
      finish: page.optional(),
      assets: z.record(z.string(), z.array(asset)).default({}),
    })
    .default({ steps: [], assets: {} }),
  backend: z.looseObject({ imageid: writtenText.optional() }).default({}),
  interface: z.looseObject({ layout: writtenText.optional() }).default({}),
  environment: environment.prefault({}),
});
/** What is null in it is not there, and numbers stand for text. */
export const scenarioSchema = z.preprocess(withoutNulls, wholeScenario);
export type Scenario = z.infer<typeof scenarioSchema>;

/** A page of a scenario, in its order: what it is called, its text, and the programs that belong to it. */
export interface ScenarioPage {
  title: string;
  /** Absent for one that has nothing but its title and programs. */
  text?: string;
  foreground?: string;
  background?: string;
  verify?: string;
}

/** Intro, steps and finish; an intro or finish with neither text nor program is none. */
export function pagesOf({ details, environment: { hideintro, hidefinish } }: Scenario): ScenarioPage[] {
  const intro = hideintro ? undefined : details.intro;
  const finish = hidefinish ? undefined : details.finish;
  const pages: [string, z.infer<typeof step> | z.infer<typeof page> | undefined][] = [
    ["Introduction", intro],
    ...details.steps.map((each, at): [string, z.infer<typeof step>] => [`Step ${String(at + 1)}`, each]),
    ["The end", finish],
  ];
  return pages.flatMap(([name, each]) => {
    if (each === undefined) return [];
    const { title = name, text, foreground, background } = each;
    const isEmpty = (text ?? foreground ?? background) === undefined;
    if (isEmpty && (each === intro || each === finish)) return [];
    const verify = "verify" in each && typeof each.verify === "string" ? each.verify : undefined;
    return [
      {
        title,
        ...(text !== undefined && { text }),
        ...(foreground !== undefined && { foreground }),
        ...(background !== undefined && { background }),
        ...(verify !== undefined && { verify }),
      },
    ];
  });
}

const READ_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": ["title", "description", "difficulty", "details", "backend", "interface", "time", "environment"],
  details: ["intro", "steps", "finish", "assets"],
  environment: [
    ..."uilayout showide hideintro hidefinish dashboards showdashboard showdashboards".split(" "),
    // How the terminal greets, files are shown and the page is framed.
    ..."uimessage1 uimessage2 uisettings icon hidesidebar hideHiddenFiles".split(" "),
  ],
};

/** Keys of the scenario that say something nothing is made of. */
export function unreadKeys(scenario: Scenario): string[] {
  const { details, environment: katacoda } = scenario;
  return [
    ...unreadBelow("", scenario),
    ...unreadBelow("details", details),
    ...unreadBelow("environment", katacoda),
  ];
}

function unreadBelow(place: string, object: object): string[] {
  return Object.keys(object)
    .filter((key) => READ_KEYS[place]?.includes(key) === false)
    .map((key) => (place === "" ? key : `${place}.${key}`));
}
