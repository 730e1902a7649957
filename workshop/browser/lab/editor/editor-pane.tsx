import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState, useSyncExternalStore, type ReactElement } from "react";
import { isBusy, resultKey } from "../../store/step-results.js";
import { useSession } from "../../store/use-session.js";
import { useLab } from "../lab-context.js";
import { CodeView } from "./code-view.js";
import { FileTree, homeKey } from "./file-tree.js";
import { OpenFileTabs } from "./open-file-tabs.js";
import { OpenByName } from "./open-by-name.js";
import { OpenFiles, type EditorState, type OpenFile } from "./open-files.js";
import { TheirsNotice } from "./theirs-notice.js";
import "./editor.css";

/** How often open files are looked at while they are shown: a shell may write them at any time. */
const LOOK_MS = 10_000;

/** The editor of the learner's home: its files, those that are open, and the text of the one that is shown. */
export function EditorPane({ isShown }: { isShown: boolean }): ReactElement {
  const { session, isReadOnly } = useLab();
  const [files] = useState(() => new OpenFiles(session.id));
  const state = useSyncExternalStore(files.subscribe, files.snapshot);
  const { files: open, current } = state;
  const [isTreeShown, setIsTreeShown] = useState<boolean>();
  const readFolders = useFolderReading(session.id);
  useFollowedStep(files, readFolders);
  useFreshFiles(files, isShown, readFolders);
  useUnwritten(open.some(({ isDirty }) => isDirty));
  const shown = open.find(({ path }) => path === current);
  const show = (path: string): void => {
    setIsTreeShown(undefined);
    void files.open({ file: path });
  };
  const tree = isTreeShown === undefined ? "auto" : isTreeShown ? "shown" : "hidden";
  return (
    <div className="editor" data-tree={tree} data-empty={shown === undefined}>
      <OpenFileTabs
        files={files}
        open={open}
        current={current}
        isTreeShown={isTreeShown ?? shown === undefined}
        onToggleTree={() => setIsTreeShown((was) => !(was ?? shown === undefined))}
        isReadOnly={isReadOnly}
      />
      <div className="editor__side">
        <FileTree session={session.id} current={current} onOpen={show} />
        <OpenByName
          files={files}
          isReadOnly={isReadOnly}
          onDone={() => {
            setIsTreeShown(undefined);
            readFolders();
          }}
        />
      </div>
      <OpenTexts files={files} state={state} shown={shown} isReadOnly={isReadOnly} />
      <p className="editor__keys">
        <kbd>Ctrl</kbd> <kbd>S</kbd> saves, <kbd>Ctrl</kbd> <kbd>F</kbd> searches, <kbd>Esc</kbd> then{" "}
        <kbd>Tab</kbd> leaves
      </p>
    </div>
  );
}

interface TextsProps {
  files: OpenFiles;
  state: EditorState;
  shown: OpenFile | undefined;
  isReadOnly: boolean;
}

/** What there is to say about the file that is shown, and the texts of all that are open. */
function OpenTexts({ files, state, shown, isReadOnly }: TextsProps): ReactElement {
  const { files: open, reveal, problem } = state;
  return (
    <div className="editor__main">
      {problem !== undefined && (
        <p className="notice notice--warning editor__notice" role="alert">
          {problem}
        </p>
      )}
      {shown && <TheirsNotice files={files} file={shown} />}
      {open.map((file) => (
        <CodeView
          key={file.path}
          files={files}
          file={file}
          isShown={file === shown}
          reveal={reveal}
          isReadOnly={isReadOnly}
        />
      ))}
      {!shown && problem === undefined && (
        <p className="editor__hint">Choose a file. What you save is in the terminal at once.</p>
      )}
    </div>
  );
}

/** Has the folders that are open read again. */
function useFolderReading(session: string): () => void {
  const client = useQueryClient();
  return useCallback(() => {
    void client.invalidateQueries({ queryKey: homeKey(session) });
  }, [client, session]);
}

/** Shows what a block of the page, clicked here, has come to. */
function useFollowedStep(files: OpenFiles, readFolders: () => void): void {
  const { store, followed } = useLab();
  const key = followed && resultKey(followed.page, followed.step);
  const result = useSession(store, (state) => (key === undefined ? undefined : state.results.get(key)));
  useEffect(() => {
    if (!result || isBusy(result.state)) return;
    if (result.editor) void files.open(result.editor);
    readFolders();
  }, [files, result, readFolders]);
}

/** Looks at the open files when they come into sight, and again and again while they are. */
function useFreshFiles(files: OpenFiles, isShown: boolean, readFolders: () => void): void {
  useEffect(() => {
    if (!isShown) return undefined;
    const look = (): void => void (document.visibilityState === "visible" && files.lookAtAll());
    const lookAround = (): void => {
      look();
      readFolders();
    };
    lookAround();
    const timer = setInterval(look, LOOK_MS);
    window.addEventListener("focus", lookAround);
    return () => {
      clearInterval(timer);
      window.removeEventListener("focus", lookAround);
    };
  }, [files, isShown, readFolders]);
}

/** Has the browser ask before unwritten text is lost. */
function useUnwritten(isUnwritten: boolean): void {
  useEffect(() => {
    if (!isUnwritten) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isUnwritten]);
}
