import type { CodePiece } from "./highlight/code-piece.js";
import type { IngressAddress } from "./ingress.js";

/** What is told of a question before it is answered; the question itself is the block's title. */
export interface QuizView {
  /** One option, any number of them, or text that is typed. */
  choice: "one" | "many" | "text";
  options: string[];
  /** How often it may be answered wrongly before it is over. */
  tries: number;
}

/** When a block runs besides for clicks, and what follows from it. */
export interface BlockFlow {
  /** It runs once when its page, or the section around it, is first opened. */
  starts?: true;
  /** Once it has come to what is expected, the next block runs after this long. */
  pauseMs?: number;
  /** It runs by another block or by itself, and is not shown while nothing is wrong with it. */
  isHidden?: true;
  /** The way to the next page opens once it is done. */
  isRequired?: true;
  /** It is not offered again once it is done. */
  isOnce?: true;
  /** The end of a section that is not folded again where a cascade comes to it. */
  staysOpen?: true;
}

/** What a test asks for before it runs. */
export interface InputForm {
  fields: InputField[];
  /** The words on its button. */
  submit: string;
}

/** One of its fields. */
export interface InputField {
  name: string;
  label: string;
  /** Free text in one line, several or unseen; a number; yes or no; one or many of the options. */
  type: "text" | "textarea" | "password" | "number" | "yes" | "one" | "many";
  options: { value: string; label: string }[];
  /** What it holds at first. */
  given: string[];
  isRequired: boolean;
  note?: string;
}

/** One thing on a page that can be clicked; its place in `PageView.html` is `<div data-step="ID"></div>` (a block) or `<span data-step="ID"></span>` (inline). */
export interface ActionView {
  /** Known by what it says, not by where it stands: edits elsewhere on the page leave it, another command is another step. */
  step: string;
  /** Its place on the page, from 0: what `checks.yaml` calls it. */
  number: number;
  /** What a person does for it, or before it, and can be done for them, in words; absent where the lab does not say how. */
  doneFor?: readonly string[];
  /** The word of the fence or its family: `execute`, `copy`, `dashboard:open-url`, ... */
  action: string;
  kind:
    | "execute"
    | "execute-all"
    | "copy"
    | "copy-and-edit"
    | "terminal-clear"
    | "terminal-interrupt"
    | "terminal-input"
    | "terminal-select"
    | "edit"
    | "show-file"
    | "examine"
    | "copy-file"
    | "download-file"
    | "upload-file"
    | "open-url"
    | "open-dashboard"
    | "create-dashboard"
    | "reload-dashboard"
    | "delete-dashboard"
    | "section-begin"
    | "section-end"
    | "manual"
    | "quiz"
    | "problem";
  /** The words on the button. */
  title: string;
  /** Shown in place of the body where the author gave one. */
  description?: string;
  /** Command, text to copy or type, with variables filled in. */
  text?: string;
  /** The text in pieces that have colours, where its language is known. */
  pieces?: CodePiece[];
  /** Terminals it acts on, empty where it acts on none. */
  terminals: string[];
  url?: string;
  dashboard?: string;
  /** The application of the session that the tab shows. */
  ingress?: IngressAddress;
  /** The place in the session's slides that it shows. */
  slides?: string;
  /** A file of the home that it is about, or the folder that files are put into, relative to it. */
  file?: string;
  /** What a file that is downloaded is called on the learner's machine. */
  fileName?: string;
  /** Whether what the file holds is shown in the block. */
  isPreviewed?: boolean;
  /** Whether several files may be chosen. */
  takesMany?: boolean;
  /** Whether a tab that is made or loaded again is shown at once. */
  bringsForward?: boolean;
  quiz?: QuizView;
  /** What a test asks for before it runs. */
  inputs?: InputForm;
  flow?: BlockFlow;
  /** Images that are used here for the first time in the lab, and are not the original ones. */
  played?: string[];
  /** Sections: the name that pairs begin with end, and whether it starts open. */
  section?: { name: string; open: boolean };
  inline: boolean;
  /** What is wrong with the block, for `problem`. */
  problem?: string;
  /** Expectations the author attached, in words. */
  checks: string[];
  expectsFailure: boolean;
}

/** What a page tells of a hint before it is taken; the hint stands behind its step, at `<div data-hint="N"></div>`. */
export interface HintView {
  /** The step it belongs to. */
  step: string;
  /** It is offered after so many failures of the step, */
  after?: number;
  /** or after so many minutes on it, whichever comes first; at once where it says neither. */
  minutes?: number;
}

/** What a hint says. */
export interface HintText {
  /** Sanitised. */
  html: string;
}

/** A page with what can be done on it. */
export interface PageView {
  name: string;
  title: string;
  /** Sanitised. */
  html: string;
  actions: ActionView[];
  /** In the order of the page, which is that of `data-hint` as well; absent where it has none. */
  hints?: HintView[];
  problems: { line: number; message: string }[];
  previous?: { name: string; title: string };
  next?: { name: string; title: string };
}
