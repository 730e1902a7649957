import { useState, type ReactElement } from "react";
import { Button, FileTrigger } from "react-aria-components";
import type { ActionView } from "../../../common/page-view.js";
import { homeApi } from "../../api/home-api.js";
import { Icon, type IconName } from "../../parts/icon.js";
import { copyText } from "../../store/clipboard.js";
import { useLab } from "../lab-context.js";
import { Command } from "./command-text.js";
import { putFiles } from "./put-files.js";

/** A file that goes from the home to the learner's machine, or the other way. */
export function FileBlock({ action }: { action: ActionView }): ReactElement {
  const { isOver, isReadOnly } = useLab();
  const { said, text, act } = useFileWork(action);
  const isUpload = action.kind === "upload-file";
  return (
    <div role="group" className="block" aria-label={action.title}>
      <div className="block__head">
        <span className="block__target">
          <Icon name={ICONS[action.kind] ?? "copy"} size={14} /> {action.title}
        </span>
      </div>
      {action.description !== undefined && <Command text={action.description} />}
      {text !== undefined && <Command text={text} />}
      <div className="block__foot">
        {isUpload ? (
          <FileTrigger
            allowsMultiple={action.takesMany ?? false}
            onSelect={(chosen) => void act([...(chosen ?? [])])}
          >
            <Button className="button button--small" isDisabled={isReadOnly}>
              Choose {action.takesMany ? "files" : "a file"}
            </Button>
          </FileTrigger>
        ) : (
          <Button
            className="button button--small"
            aria-label={action.title}
            isDisabled={isOver}
            onPress={() => void act([])}
          >
            {action.kind === "copy-file" ? "Copy" : "Download"}
          </Button>
        )}
        <span className="status" data-tone={said?.tone ?? "neutral"} role="status">
          {said?.words}
        </span>
      </div>
    </div>
  );
}

const ICONS: Partial<Record<ActionView["kind"], IconName>> = {
  "copy-file": "copy",
  "download-file": "external",
  "upload-file": "plus",
};

interface Said {
  tone: "success" | "danger";
  words: string;
}

function useFileWork(action: ActionView): {
  said: Said | undefined;
  /** What the file holds, where the block shows it. */
  text: string | undefined;
  act: (chosen: File[]) => Promise<void>;
} {
  const { session } = useLab();
  const [said, setSaid] = useState<Said>();
  const [text, setText] = useState<string>();
  async function act(chosen: File[]): Promise<void> {
    if (action.kind === "upload-file" && chosen.length === 0) return;
    setSaid(undefined);
    try {
      if (action.kind === "upload-file") await putFiles(session.id, action, chosen);
      else {
        const read = await bring(session.id, action);
        if (action.isPreviewed) setText(read);
      }
      setSaid({ tone: "success", words: "Done" });
    } catch (error) {
      setSaid({ tone: "danger", words: error instanceof Error ? error.message : String(error) });
    }
  }
  return { said, text, act };
}

/** Copies or downloads the file, and gives its text. */
async function bring(session: string, { kind, file = "", fileName = file }: ActionView): Promise<string> {
  const found = await homeApi.read(session, file);
  const bytes = found?.bytes ?? new Uint8Array();
  const text = new TextDecoder().decode(bytes);
  if (kind === "copy-file") {
    if (await copyText(text)) return text;
    throw new Error("The browser did not allow it; open the file in a terminal and copy it there.");
  }
  const address = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
  const link = document.createElement("a");
  Object.assign(link, { href: address, download: fileName });
  link.click();
  URL.revokeObjectURL(address);
  return text;
}
