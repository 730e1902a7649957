import type { ValuelessNames } from "./valueless-names.js";
import type { TerminalLayout } from "./api.js";
import type { EgressTarget } from "./egress.js";
import type { LabIngress } from "./ingress.js";
import type { OwnImage } from "./lab-images.js";
import type { PageProblem } from "./page-problem.js";
import type { Expectation } from "./expectation.js";
import type { ShellLimits } from "./shell-limits.js";

/** A lab as the rest of Lectern sees it, whichever form it was written in. Plain data: it survives `structuredClone`. */
export interface Lab {
  /** A DNS label; unique among the labs of a server. */
  name: string;
  title: string;
  description: string;
  minutes: number;
  /** How long the work takes, where the author says that besides how long a session lasts. */
  workMinutes?: number;
  level: LabLevel;
  /** What the lab needs that is not to be had everywhere: `containers`, or an application of another platform by its name. */
  needs: string[];
  budget: BudgetName;
  /** `own`: each session has a cluster of its own, to administer; where absent, a namespace of the platform's. */
  cluster?: "own";
  /** Names of the nodes of that cluster, the control plane first; one that says that it is simulated where absent. */
  nodes?: string[];
  /** Most of what the shells of a session may use, where that is less than the budget and the operator allow. */
  limits?: ShellLimits;
  layout: TerminalLayout;
  /** Whether sessions have the editor even where no block needs it. */
  editor?: boolean;
  /** Name of the tab that shows the Kubernetes objects of the session's namespace; sessions have none where absent. */
  kubernetesTab?: string;
  /** Terminals that are shown besides those of the layout and those that blocks name. */
  terminals?: string[];
  /** Workspaces made in the session's organization before the first page. */
  workspaces: string[];
  /** Values of the lab's own variables; each may name the session's as `{{ name }}`. */
  variables: Record<string, string>;
  /** Names of the server's environment variables that pages may show as `{{ ENV_NAME }}`. */
  environment: string[];
  dashboards: LabDashboard[];
  /** The folder of its slides, relative to its own; none where absent. */
  slides?: string;
  /** What shells may reach besides Kubernetes and Lectern. */
  egress: EgressTarget[];
  /** What browsers reach of the applications that run in a session. */
  ingresses: LabIngress[];
  /** Sessions that are kept ready before anybody asks for them. */
  pool: { ready: number };
  /** Images that its pods really run, without which it cannot be done; none where absent. */
  images?: string[];
  /** Images that only this lab has; none where absent. */
  ownImages?: OwnImage[];
  /** The tool box of the shells, where sessions have pods; the operator's where absent. */
  image?: string;
  /** Whether the home outlives its pod, where sessions have pods. */
  home: "temporary" | "persistent";
  /** Kubernetes objects made for every session; text may hold variables. */
  objects: string[];
  /** What shells begin with besides what every session gives them. */
  shells?: ShellStart;
  pages: LabPage[];
  source: LabSource;
  /** Which state of its source it is, where that is kept for the sessions that have it; absent where the files are read as they are now. */
  revision?: string;
  /** What is wrong with it, as far as that can be told without a cluster; worst first. */
  problems: LabProblem[];
}

/** How the shells of a lab begin. */
export interface ShellStart {
  /** Environment variables; text may hold variables of the lab as `{{ name }}`. */
  environment: Record<string, string>;
  /** Folder of the home in which they begin, where there is one by then. */
  folder?: string;
  /** Files of the lab, relative to its folder, that each shell reads first, in order. */
  profiles: string[];
  /** Programs of the lab, relative to its folder, that run as the learner before the shells begin, in order. */
  setUp: string[];
}

export const LAB_LEVELS = ["beginner", "intermediate", "advanced"] as const;
export type LabLevel = (typeof LAB_LEVELS)[number];

export const BUDGET_NAMES = [
  "small",
  "medium",
  "large",
  "x-large",
  "xx-large",
  "xxx-large",
  "custom",
] as const;
export type BudgetName = (typeof BUDGET_NAMES)[number];

export interface LabDashboard {
  name: string;
  url?: string;
}

export interface LabSource {
  form: "native" | "classic" | "hugo" | "page";
  /** Absolute path the lab was read from: its folder, or its one page. */
  path: string;
  /** Absolute folder that every `file` of the lab is relative to. */
  folder: string;
  /** Absolute folders outside the lab in which its pictures were looked for. */
  imageFolders?: string[];
  /** Folders of the lab, relative to `folder`, in which addresses such as `/images/a.png` begin. */
  roots?: string[];
  /** Absolute folder whose content is put into the learner's home; absent where the lab brings no files. */
  homeFiles?: string;
  /** Which files of `homeFiles` are meant; all where absent. */
  homePatterns?: PathPatterns;
  /** Files of the home that the lab's definition writes out, by path. */
  inlineFiles?: Record<string, string>;
}

/** Paths relative to a folder, by patterns with `*`, `**` and `?`. */
export interface PathPatterns {
  /** All paths where empty. */
  include: string[];
  exclude: string[];
}

export interface LabPage {
  /** Names the page in addresses; a DNS label. */
  name: string;
  title: string;
  /** Relative to `LabSource.folder`. */
  file: string;
  /** Markdown without front matter; of a page of AsciiDoc, what that comes to. */
  source: string;
  /** Of each line of `source` the line of the file, where they do not follow each other from `firstLine` on. */
  lines?: number[];
  /** What its values are written in: shortcodes of Hugo, or Liquid where absent. */
  templates?: "hugo";
  /** Line of the file on which `source` begins, counted from 1. */
  firstLine: number;
  /** What was wrong with it while reading; the compiler finds the rest. */
  problems: PageProblem[];
  /** The ids of its blocks that are work, which a page is finished by. */
  steps: string[];
  /** The terminals that its blocks act on. */
  terminals: string[];
  /** Its blocks in order, each with the line on which it begins. */
  blocks: { action: string; line: number }[];
  /** What `labFile` takes for each relative picture of the page; `null` where it was not found. */
  pictures: Record<string, string | null>;
  /** Of those whose files tell it, by address: what a browser keeps free until it has loaded them. */
  pictureSizes?: Record<string, PictureSize>;
  /** Images that Lectern plays where it runs them, by the block that names them first in the lab. */
  played?: Record<string, string[]>;
  /** Names that the lab declares and that have no value in its sessions. */
  valueless?: ValuelessNames;
  /** What `checks.yaml` says about the page. */
  checks: PageChecks;
}

/** In CSS pixels. */
export interface PictureSize {
  width: number;
  height: number;
}

export interface PageChecks {
  /** Replaces what the fence says, by number of the action. */
  expectations: Record<number, Expectation>;
  /** Done by validation in place of a person. */
  standIns: StandIn[];
}

/** Work at the console that validation does by itself, before the action of that number (or after the last one). */
export interface StandIn {
  before: number;
  title: string;
  /** Workspace of the policy; absent for one of the organization. */
  workspace?: string;
  apply?: unknown;
  delete?: { workspace?: string; name: string };
}

export interface LabProblem extends PageProblem {
  /** Relative to `LabSource.folder`. */
  file: string;
}
