import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import type { OpenFile, OpenFiles } from "./open-files.js";

/** Asks whose text counts where a shell has written the file as well, and says why a file could not be written. */
export function TheirsNotice({ files, file }: { files: OpenFiles; file: OpenFile }): ReactElement | null {
  if (file.theirs === undefined)
    return file.problem === undefined ? null : (
      <p className="notice notice--danger editor__notice" role="alert">
        {file.problem}
      </p>
    );
  const isGone = file.theirs === "removed";
  return (
    <div className="notice notice--warning editor__notice" role="alert">
      <p>
        {isGone
          ? `${file.path} was removed or renamed meanwhile.`
          : `${file.path} was changed meanwhile, in a terminal or on another page. You have text here that is not saved.`}
      </p>
      <div className="editor__answers">
        <Button className="button button--small" onPress={() => void files.keepMine(file.path)}>
          {isGone ? "Save it again" : "Save mine over it"}
        </Button>
        <Button className="button button--small" onPress={() => files.takeTheirs(file.path)}>
          {isGone ? "Close it" : "Show what is there"}
        </Button>
      </div>
    </div>
  );
}
