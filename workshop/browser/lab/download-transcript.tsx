import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { PageView } from "../../common/page-view.js";
import { transcriptText } from "../../common/transcript.js";
import { saveText } from "../parts/save-text.js";
import { useLab } from "./lab-context.js";
import { pageQuery } from "./use-page.js";

/** Saves what was run in this session, and how it ended, as Markdown. */
export function DownloadTranscript(): ReactElement {
  const { session, store } = useLab();
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  async function save(): Promise<void> {
    if (isBusy) return;
    setIsBusy(true);
    setProblem(undefined);
    try {
      const pages: PageView[] = [];
      // One after the other: they are there already, or being fetched.
      for (const { name } of session.pages) pages.push(await queries.fetchQuery(pageQuery(session, name)));
      const results = [...store.snapshot().results.values()];
      saveText(transcriptText({ session, pages, results }), `${session.id}.md`, "text/markdown");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  }
  return (
    <>
      <Button className="button button--small" onPress={() => void save()}>
        {isBusy ? "One moment…" : "Download transcript"}
      </Button>
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
