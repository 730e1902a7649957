import type { Logger } from "pino";
import type { StepResult } from "../../workshop/common/api.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { watchManualSteps } from "../../workshop/node/manual-watch.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { PageCompiler } from "../../workshop/node/page-compiler.js";
import type { SessionStep } from "../../workshop/node/session-step.js";
import type { SessionSettings } from "../../workshop/node/session-environment.js";
import type { Steps } from "./steps.js";

export interface PageWatchParts {
  client: KubernetesClient;
  settings: SessionSettings;
  compiler: PageCompiler;
  steps: Steps;
  log: Logger;
}

/** Looks after what learners do by hand, on the one page each of them reads. */
export interface PageWatch {
  /** Watches this page of the session in place of the one before it; the same page goes on being watched. */
  show(shown: { session: SessionResource; lab: Lab; page: string }): void;
  stop(session: string): void;
  close(): void;
}

export function createPageWatch({ client, settings, compiler, steps, log }: PageWatchParts): PageWatch {
  const watched = new Map<string, { page: string; end: AbortController }>();
  let isClosed = false;
  const isDone = (step: SessionStep) => steps.isDone(step);
  const checksOf = (step: SessionStep) => steps.checksOf(step);
  const stop = (session: string) => {
    watched.get(session)?.end.abort(new Error("the learner has left the page"));
    watched.delete(session);
  };
  return {
    show: ({ session, lab, page }) => {
      const { name } = session.metadata;
      if (isClosed || watched.get(name)?.page === page) return;
      stop(name);
      const entry = { page, end: new AbortController() };
      watched.set(name, entry);
      const onResult = (step: SessionStep, result: StepResult) => {
        if (!entry.end.signal.aborted) steps.notice(step, result);
      };
      watchManualSteps(
        { client, settings, compiler },
        { session, lab, page, isDone, checksOf, onResult, signal: entry.end.signal },
      )
        .catch((error: unknown) => log.warn({ err: error, session: name, page }, "a page is not watched"))
        .finally(() => {
          if (watched.get(name) === entry) watched.delete(name);
        });
    },
    stop,
    close: () => {
      isClosed = true;
      for (const session of watched.keys()) stop(session);
    },
  };
}
