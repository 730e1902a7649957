import type { ReactElement } from "react";
import { Button } from "react-aria-components";
import { IconButton } from "../../parts/icon-button.js";
import { Icon } from "../../parts/icon.js";
import type { OpenFile, OpenFiles } from "./open-files.js";

interface Props {
  files: OpenFiles;
  open: readonly OpenFile[];
  current: string | undefined;
  isTreeShown: boolean;
  onToggleTree: () => void;
  isReadOnly: boolean;
}

/** Where more files are open than fit, the one that is shown is in sight. */
function bringIntoSight(tab: HTMLElement | null): void {
  tab?.scrollIntoView({ inline: "nearest", block: "nearest" });
}

/** The bar above the text: the way to the files, the open ones, and saving. */
export function OpenFileTabs(props: Props): ReactElement {
  const { files, open, current, isTreeShown, onToggleTree, isReadOnly } = props;
  const shown = open.find(({ path }) => path === current);
  return (
    <div className="editor__bar">
      <Button
        className="button button--quiet button--small editor__files"
        aria-expanded={isTreeShown}
        onPress={onToggleTree}
      >
        <Icon name="text" size={14} /> Files
      </Button>
      <ul className="editor__open" aria-label="Open files">
        {open.map((file) => (
          <li
            key={file.path}
            className="editor__tab"
            data-current={file === shown}
            ref={file === shown ? bringIntoSight : null}
          >
            <Button
              className="editor__tab-name"
              aria-pressed={file === shown}
              aria-label={file.isDirty ? `${file.path}, not saved` : file.path}
              onPress={() => files.show(file.path)}
            >
              {file.path.split("/").at(-1)}
              {file.isDirty && <span className="editor__dirty" aria-hidden="true" />}
            </Button>
            <IconButton
              isSmall
              icon="cross"
              label={file.isDirty ? `Close ${file.path} without saving` : `Close ${file.path}`}
              onPress={() => files.close(file.path)}
            />
          </li>
        ))}
      </ul>
      {shown && !isReadOnly && (
        <Button
          className="button button--small editor__save"
          isDisabled={!shown.isDirty}
          isPending={shown.isSaving ?? false}
          onPress={() => void files.save(shown.path)}
        >
          Save
        </Button>
      )}
    </div>
  );
}
