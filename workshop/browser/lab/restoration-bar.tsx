import { useEffect, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { isRestoring, type Restoration } from "../../common/restoration.js";
import type { SessionView } from "../../common/api.js";
import { api } from "../api/api-client.js";
import { Icon, Spinner, type IconName } from "../parts/icon.js";
import { useNow } from "../store/use-now.js";
import { useLab } from "./lab-context.js";

/** How far the session is brought to the start of a page, with the way to stop it; at its end, what came of it. */
export function RestorationBar(): ReactElement | null {
  const { session, store, isOver } = useLab();
  const now = useNow(1000);
  const { restoration } = session;
  const said = restoration && saidOf(session, restoration, now);
  const isNews = said !== undefined && said.icon !== "spinner";
  const words = said?.words;
  useEffect(() => {
    if (isNews && words !== undefined) store.announce(words);
  }, [store, isNews, words]);
  if (restoration === undefined || said === undefined || isOver) return null;
  return (
    <aside
      className="bar bar--guest restoration"
      aria-label="Restoring a page’s start"
      data-state={restoration.state}
    >
      {said.icon === "spinner" ? <Spinner /> : <Icon name={said.icon} />}
      <span className="bar__text">
        <strong>{said.words}</strong> {said.detail}
      </span>
      {said.icon === "spinner" && restoration.of > 0 && (
        <progress
          aria-label="Blocks that have run again"
          value={restoration.done}
          max={Math.max(restoration.of, restoration.done)}
        />
      )}
      <Answers restoration={restoration} isUnderWay={isRestoring(restoration, now)} />
    </aside>
  );
}

interface Said {
  icon: IconName | "spinner";
  words: string;
  detail: string;
}

function saidOf({ pages }: SessionView, restoration: Restoration, now: number): Said {
  const { state, doing, done, of, leftOut, message = "" } = restoration;
  const title = pages.find(({ name }) => name === restoration.page)?.title ?? restoration.page;
  if (!isRestoring(restoration, now) && (state === "running" || state === "asks"))
    return {
      icon: "warning",
      words: `Restoring the start of “${title}” does not go on.`,
      detail: "The server was lost meanwhile. Choose the page’s start again to begin anew.",
    };
  switch (state) {
    case "running": {
      const count = of > 0 ? `${String(Math.min(done + 1, of))} of ${String(of)}: ` : "";
      return { icon: "spinner", words: `Restoring the start of “${title}”.`, detail: `${count}${doing}` };
    }
    case "asks":
      return {
        icon: "warning",
        words: `A step failed: ${doing}.`,
        detail: `${message.replace(/\.?$/, ".")} Go on all the same?`,
      };
    case "done":
      return { icon: "tick", words: `This is the start of “${title}”.`, detail: leftOutWords(leftOut) };
    case "stopped":
      return { icon: "stop", words: `Restoring the start of “${title}” was stopped.`, detail: message };
    case "failed":
      return { icon: "cross", words: `The start of “${title}” could not be restored.`, detail: message };
  }
}

function leftOutWords(blocks: number): string {
  if (blocks === 0) return "";
  return blocks === 1
    ? "One block before it is a person’s, and was left out."
    : `${String(blocks)} blocks before it are a person’s, and were left out.`;
}

function Answers({
  restoration: { id, state, answer },
  isUnderWay,
}: {
  restoration: Restoration;
  isUnderWay: boolean;
}): ReactElement | null {
  const { session, isWatching } = useLab();
  const [problem, setProblem] = useState<string>();
  const ask = async (call: () => Promise<SessionView>): Promise<void> => {
    setProblem(undefined);
    try {
      await call();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  if (isWatching) return null;
  const give = (wanted: "go-on" | "stop") => (): void =>
    void ask(() => api.answerRestoration(session.id, id, wanted));
  return (
    <>
      {isUnderWay && state === "asks" && (
        <Button className="button button--small button--primary" onPress={give("go-on")}>
          Go on
        </Button>
      )}
      {isUnderWay && (
        <Button className="button button--small" isPending={answer === "stop"} onPress={give("stop")}>
          {state === "asks" ? "Stop here" : "Cancel"}
        </Button>
      )}
      {!isUnderWay && (
        <Button
          className="button button--small"
          onPress={() => void ask(() => api.dismissRestoration(session.id, id))}
        >
          Close
        </Button>
      )}
      {problem && (
        <span className="field__error" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
