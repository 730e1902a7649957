import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { MAX_ARCHIVE_BYTES } from "../../common/archive-limit.js";
import { homeApi } from "../api/home-api.js";
import { saveBytes } from "../parts/save-text.js";
import { useLab } from "./lab-context.js";

/** Saves the files of the home, the notes and the transcript as one archive, while there is a home. */
export function DownloadEverything(): ReactElement | null {
  const { session, store, isReadOnly } = useLab();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  async function save(): Promise<void> {
    if (isBusy) return;
    setIsBusy(true);
    setProblem(undefined);
    try {
      saveBytes(await homeApi.archive(session.id), `${session.id}.tar.gz`);
      store.announce("Your files and the transcript were downloaded.");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  }
  if (isReadOnly) return null;
  const most = `${String(MAX_ARCHIVE_BYTES / 2 ** 20)} MiB`;
  return (
    <>
      <Button className="button button--small" onPress={() => void save()}>
        {isBusy ? "Packing…" : "Download everything"}
      </Button>
      <p className="field__hint">
        Your files, your notes and the transcript as one archive (.tar.gz), {most} at most; without caches,
        and without the kubeconfig, which ends with the session.
      </p>
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
