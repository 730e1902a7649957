import { useEffect, useRef, type ReactElement, type RefObject, type ReactNode, type Ref } from "react";
import { Button } from "react-aria-components";
import type { PageView } from "../../common/page-view.js";
import { useSession } from "../store/use-session.js";
import { focusOnArrival } from "../store/navigation.js";
import { useLab } from "./lab-context.js";
import { NoSuchPage } from "./no-such-page.js";
import { PageContent } from "./page-content.js";
import { PageFooter } from "./page-footer.js";
import { useKeptScroll } from "./use-kept-scroll.js";
import { useShownStep } from "./use-shown-step.js";
import { useStillPress } from "./use-still-press.js";
import type { LoadedPage } from "./use-page.js";
import "./reading-pane.css";

/** The text of the page, in its own scroll. */
export function ReadingPane({
  loaded,
  step,
}: {
  loaded: LoadedPage;
  step: string | undefined;
}): ReactElement {
  const scroll = useRef<HTMLElement>(null);
  const { page } = loaded;
  const { session, page: wanted } = useLab();
  const isKnown = session.pages.some(({ name }) => name === wanted);
  useKeptScroll(scroll, page && `${session.id}/${page.name}`);
  useFocusOnTitle(scroll, page?.name);
  useShownStep(scroll, page?.name, step);
  useStillPress(scroll);
  if (!isKnown)
    return (
      <ReadingFrame pane={scroll}>
        <NoSuchPage />
      </ReadingFrame>
    );
  return (
    <ReadingFrame pane={scroll}>
      <ChangedPage page={page?.name} />
      {loaded.problem && (
        <div className="notice notice--danger reading__problem" role="alert">
          <span>This page could not be loaded. {loaded.problem}</span>
          <Button className="button button--small" onPress={loaded.reload}>
            Try again
          </Button>
        </div>
      )}
      {page ? <Page key={page.name} page={page} /> : !loaded.problem && <Skeleton />}
    </ReadingFrame>
  );
}

/** Says that what was clicked is not on the page any more. */
function ChangedPage({ page }: { page: string | undefined }): ReactElement | null {
  const { store } = useLab();
  const changed = useSession(store, (state) => state.changedPage);
  if (page === undefined || changed !== page) return null;
  return (
    <div className="notice notice--warning reading__problem" role="alert">
      <span>
        This page was changed since you opened it, so nothing was run. Here is the new text: read it, then
        click again.
      </span>
      <Button className="button button--small" onPress={() => store.dismissChange()}>
        All right
      </Button>
    </div>
  );
}

/** A page that takes the place of another begins at its title, for the keyboard and for screen readers. */
function useFocusOnTitle(pane: RefObject<HTMLElement | null>, page: string | undefined): void {
  const { isFollowing } = useLab();
  const last = useRef<string>(undefined);
  useEffect(() => {
    if (page === undefined) return;
    const isTurned = last.current !== undefined && last.current !== page;
    const title = pane.current?.querySelector<HTMLElement>(".reading__title") ?? null;
    if (last.current === undefined) focusOnArrival(title);
    last.current = page;
    // Whoever follows a learner did not turn the page.
    if (isTurned && !isFollowing) title?.focus({ preventScroll: true });
  }, [pane, page, isFollowing]);
}

function ReadingFrame({ pane, children }: { pane: Ref<HTMLElement>; children: ReactNode }): ReactElement {
  return (
    <section className="reading" ref={pane} tabIndex={0} aria-label="Instructions">
      {children}
    </section>
  );
}

function Page({ page }: { page: PageView }): ReactElement {
  const { session } = useLab();
  const number = session.pages.findIndex(({ name }) => name === page.name) + 1;
  return (
    <article className="reading__column" data-page={page.name}>
      <p className="reading__place">
        Page {number} of {session.pages.length}
      </p>
      <h1 className="reading__title" tabIndex={-1}>
        {page.title}
      </h1>
      <PageContent page={page} />
      <PageFooter page={page} />
    </article>
  );
}

function Skeleton(): ReactElement {
  return (
    <div className="reading__column" aria-busy="true" aria-label="Loading the page">
      <div className="skeleton reading__skeleton-title" />
      <div className="skeleton reading__skeleton-line" />
      <div className="skeleton reading__skeleton-line" />
      <div className="skeleton reading__skeleton-block" />
    </div>
  );
}
