import { lazy, memo, Suspense, useLayoutEffect, useRef, useState, type ReactElement } from "react";
import { createPortal } from "react-dom";
import type { ActionView, PageView } from "../../common/page-view.js";
import { Action } from "./blocks/action.js";
import { EnlargedPicture } from "./enlarged-picture.js";
import { BlockPageContext } from "./lab-context.js";
import { CopyButton } from "../parts/copy-button.js";
import { followers, withReachedHidden } from "./followers.js";
import { ReplayContext, useReplay } from "./replay/use-replay.js";
import { FoldsContext, type ShownPage, usePageFlow } from "./use-page-flow.js";
import { DRAWING } from "./drawn/prepare-drawings.js";
import { PageContents } from "./page-contents.js";
import { useSlideLinks } from "./use-slide-links.js";
import { CODE_COPY, prepareContent } from "./prepare-content.js";
import "./code-colors.css";
import "./prose.css";

const ReplayBar = lazy(async () => ({ default: (await import("./replay/replay-bar.js")).ReplayBar }));
const Drawing = lazy(async () => ({ default: (await import("./drawn/drawing.js")).Drawing }));
const PageHints = lazy(async () => ({ default: (await import("./hints/page-hints.js")).PageHints }));

interface Placed {
  action: ActionView;
  element: Element;
  /** What the block folds, where it begins a section. */
  body: HTMLElement | undefined;
}

interface Shown extends Omit<ShownPage, "page"> {
  placed: Placed[];
}

const NOTHING: Shown = { placed: [], elements: new Map(), next: new Map() };

/** The page's HTML with a working block in the place of each action. */
export function PageContent({ page }: { page: PageView }): ReactElement {
  const root = useRef<HTMLDivElement>(null);
  const [{ placed, elements, next }, setShown] = useState<Shown>(NOTHING);
  const [copies, setCopies] = useState<Element[]>([]);
  const [drawings, setDrawings] = useState<HTMLElement[]>([]);
  const [hints, setHints] = useState<HTMLElement[]>([]);
  const [headings, setHeadings] = useState<HTMLElement[]>([]);
  useLayoutEffect(() => {
    if (!root.current) return;
    setShown(place(root.current, page));
    setHeadings([...root.current.querySelectorAll<HTMLElement>("h2[id], h3[id]")]);
    setDrawings([...root.current.querySelectorAll<HTMLElement>(`.${DRAWING}`)]);
    setHints([...root.current.querySelectorAll<HTMLElement>("[data-hint]")]);
    setCopies([...root.current.querySelectorAll(`.${CODE_COPY}`)]);
  }, [page]);
  const folds = usePageFlow({ page, elements, next });
  const replay = useReplay(page);
  useSlideLinks(root);
  return (
    <BlockPageContext value={page.name}>
      <FoldsContext value={folds}>
        <ReplayContext value={replay}>
          <PageContents headings={headings} />
          <Prose html={page.html} ref={root} />
          {placed.map(({ action, element, body }) =>
            createPortal(<Action action={action} sectionBody={body} />, element, action.step),
          )}
          {copies.map((element, at) => createPortal(<CodeCopy beside={element} />, element, String(at)))}
          <Suspense>
            {drawings.map((element, at) =>
              createPortal(<Drawing element={element} />, element, `drawing-${at}`),
            )}
          </Suspense>
          <Suspense>{hints.length > 0 && <PageHints page={page} places={hints} />}</Suspense>
          <EnlargedPicture text={root} />
          {page.problems.length > 0 && <Problems problems={page.problems} />}
          {replay && (
            <Suspense>
              <ReplayBar replay={replay.replay} />
            </Suspense>
          )}
        </ReplayContext>
      </FoldsContext>
    </BlockPageContext>
  );
}

/** Copies the code it stands beside. */
function CodeCopy({ beside }: { beside: Element }): ReactElement {
  return <CopyButton text={beside.previousElementSibling?.textContent.trimEnd() ?? ""} what="code" />;
}

/** Written once: React must not touch what the blocks were put into. */
const Prose = memo(function Prose({ html, ref }: { html: string; ref: React.Ref<HTMLDivElement> }) {
  return <div className="prose" ref={ref} dangerouslySetInnerHTML={{ __html: html }} />;
});

function place(root: HTMLElement, page: PageView): Shown {
  const bodies = prepareContent(root, page);
  const next = followers(root, page.actions);
  const placed = withReachedHidden(page.actions, next).flatMap((action) => {
    const element = root.querySelector(`[data-step="${action.step}"]`);
    return element ? [{ action, element, body: bodies.get(action.step) }] : [];
  });
  const elements = new Map(placed.map(({ action, element }) => [action.step, element]));
  return { placed, elements, next };
}

function Problems({ problems }: { problems: PageView["problems"] }): ReactElement {
  return (
    <details className="prose-problems">
      <summary>Something on this page may not look as its author meant it. You can go on.</summary>
      <p>For the author of the lab, in the file of this page:</p>
      <ul>
        {problems.map(({ line, message }) => (
          <li key={`${line} ${message}`}>
            Line {line}: {message}
          </li>
        ))}
      </ul>
    </details>
  );
}
