import { lazy, Suspense, useContext, type ReactElement } from "react";
import type { ActionView } from "../../../common/page-view.js";
import { ReplayContext } from "../replay/use-replay.js";
import { isOpening } from "./action-names.js";
import { CopyBlock } from "./copy-block.js";
import { InlineCopy } from "./inline-copy.js";
import { HiddenBlock } from "./hidden-block.js";
import { LinkBlock } from "./link-block.js";
import { ManualBlock } from "./manual-block.js";
import { PlayedNote } from "./played-note.js";
import { ProblemBlock } from "./problem-block.js";
import { RunBlock } from "./run-block.js";
import { SectionToggle } from "./section-toggle.js";
import "./block.css";
import "./outcome.css";
import "./quiz.css";
import "./inline-actions.css";

interface Props {
  action: ActionView;
  /** What the action folds, where it begins a section. */
  sectionBody: HTMLElement | undefined;
}

// Loaded by the first page that has one.
const FileBlock = lazy(async () => ({ default: (await import("./file-block.js")).FileBlock }));
const QuizBlock = lazy(async () => ({ default: (await import("./quiz-block.js")).QuizBlock }));
const InputBlock = lazy(async () => ({ default: (await import("./input-block.js")).InputBlock }));

const DoForMe = lazy(async () => ({ default: (await import("./do-for-me.js")).DoForMe }));
const ReplayButton = lazy(async () => ({
  default: (await import("../replay/replay-button.js")).ReplayButton,
}));

type Kinds = ReadonlySet<ActionView["kind"]>;

const FILES: Kinds = new Set(["copy-file", "download-file", "upload-file"]);

function isLink(action: ActionView): boolean {
  return action.kind === "open-url" || isOpening(action);
}

/** Whether the author's way to it stands below the block: not within a sentence, nor where nothing is seen. */
function hasReplay({ kind, inline, flow }: ActionView): boolean {
  return !inline && flow?.isHidden !== true && kind !== "section-begin" && kind !== "section-end";
}

/** The working block of one action, below what is to be known of the images it uses. */
export function Action(props: Props): ReactElement {
  const { played } = props.action;
  const replay = useContext(ReplayContext);
  return (
    <>
      {played && <PlayedNote images={played} />}
      <Suspense fallback={<div className="skeleton" aria-busy="true" aria-label="Loading the block" />}>
        <Block {...props} />
      </Suspense>
      {props.action.doneFor && (
        <Suspense>
          <DoForMe action={props.action} tasks={props.action.doneFor} />
        </Suspense>
      )}
      {replay && hasReplay(props.action) && (
        <Suspense>
          <ReplayButton action={props.action} {...replay} />
        </Suspense>
      )}
    </>
  );
}

function Block({ action, sectionBody }: Props): ReactElement | null {
  if (action.flow?.isHidden) return <HiddenBlock action={action} sectionBody={sectionBody} />;
  if (isLink(action)) return <LinkBlock action={action} />;
  if (FILES.has(action.kind)) return <FileBlock action={action} />;
  if (action.inputs) return <InputBlock action={action} inputs={action.inputs} />;
  switch (action.kind) {
    case "copy":
    case "copy-and-edit":
      return action.inline ? <InlineCopy action={action} /> : <CopyBlock action={action} />;
    case "manual":
      return <ManualBlock action={action} />;
    case "quiz":
      return action.quiz ? <QuizBlock action={action} quiz={action.quiz} /> : null;
    case "section-begin":
      return <SectionToggle action={action} body={sectionBody} isHidden={false} />;
    case "section-end":
      return null;
    case "problem":
      return <ProblemBlock action={action} />;
    default:
      return <RunBlock action={action} />;
  }
}
