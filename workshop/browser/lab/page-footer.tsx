import { lazy, Suspense, type ReactElement } from "react";
import type { PageView } from "../../common/page-view.js";
import { Icon } from "../parts/icon.js";
import { Link } from "../parts/link.js";
import type { Route } from "../store/route.js";
import { requiredActions, undoneActions } from "../store/step-results.js";
import { useSession } from "../store/use-session.js";
import { useLab } from "./lab-context.js";

const LabSummary = lazy(async () => ({ default: (await import("./lab-summary.js")).LabSummary }));
const PageNotes = lazy(async () => ({ default: (await import("./notes/page-notes.js")).PageNotes }));
const RestorePage = lazy(async () => ({ default: (await import("./restore-page.js")).RestorePage }));

/** The way back and the way on, and what is left undone here; it lets them go on all the same. */
export function PageFooter({ page }: { page: PageView }): ReactElement {
  const { store, pageRoute, isReadOnly, isWatching, isOver } = useLab();
  const results = useSession(store, (state) => state.results);
  const left = undoneActions(page.name, page.actions, results).length;
  const required = isReadOnly ? 0 : requiredActions(page.name, page.actions, results).length;
  const { previous, next } = page;
  return (
    <footer className="page-footer">
      <p className="page-footer__left">{sentence(left, page.actions.length > 0)}</p>
      {!isWatching && !isOver && (
        <div className="page-footer__notes">
          <Suspense>
            <PageNotes page={page.name} />
          </Suspense>
        </div>
      )}
      {!isReadOnly && (
        <div className="page-footer__restore">
          <Suspense>
            <RestorePage page={page} />
          </Suspense>
        </div>
      )}
      {!next && !isWatching && (
        <Suspense>
          <LabSummary />
        </Suspense>
      )}
      <nav className="page-footer__ways" aria-label="Pages before and after">
        {previous && (
          <Link
            className="page-footer__way"
            to={pageRoute(previous.name)}
            aria-label={`Back to ${previous.title}`}
          >
            <Icon name="arrowLeft" /> <span className="page-footer__name">Back</span>
          </Link>
        )}
        {next && required > 0 && <LockedPage title={next.title} required={required} />}
        {next && required === 0 && (
          <NextPage to={pageRoute(next.name)} title={next.title} isReady={left === 0} />
        )}
        {!next && (
          <Link
            className="page-footer__way page-footer__way--next"
            to={{ screen: isWatching ? "instructor" : "catalogue" }}
          >
            <span className="page-footer__name">{isWatching ? "All sessions" : "Back to the labs"}</span>
            <Icon name="arrowRight" />
          </Link>
        )}
      </nav>
    </footer>
  );
}

interface NextProps {
  to: Route;
  title: string;
  isReady: boolean;
}

function NextPage({ to, title, isReady }: NextProps): ReactElement {
  return (
    <Link
      className={`page-footer__way page-footer__way--next${isReady ? " page-footer__way--ready" : ""}`}
      to={to}
    >
      <span>
        <span className="page-footer__label">Next page</span>
        <span className="page-footer__name">{title}</span>
      </span>
      <Icon name="arrowRight" />
    </Link>
  );
}

/** The page that follows, before what its author requires is done. */
function LockedPage({ title, required }: { title: string; required: number }): ReactElement {
  return (
    <p className="page-footer__way page-footer__way--next page-footer__way--locked">
      <span>
        <span className="page-footer__label">Next page</span>
        <span className="page-footer__name">{title}</span>
        <span className="page-footer__label">{requiredSentence(required)}</span>
      </span>
    </p>
  );
}

/** Why the next page is not to be had yet. */
export function requiredSentence(required: number): string {
  return required === 1
    ? "One block of this page has to be done first."
    : `${required} blocks of this page have to be done first.`;
}

function sentence(left: number, hasBlocks: boolean): string {
  if (left > 0)
    return left === 1
      ? "One block on this page has not been done yet."
      : `${left} blocks on this page have not been done yet.`;
  return hasBlocks ? "Everything on this page is done." : "";
}
