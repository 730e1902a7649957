import { lazy, Suspense, useEffect, useState, type ReactElement } from "react";
import { Dialog, DialogTrigger, Heading, Popover } from "react-aria-components";
import { IconButton } from "../../parts/icon-button.js";
import { Link } from "../../parts/link.js";
import { KEY_HELP, KEY_NOTE } from "../key-names.js";
import { useLab } from "../lab-context.js";
import { RecordingNote } from "../recording-note.js";
import { isTerminal, isTextField } from "../text-entry.js";

const GiveBack = lazy(async () => ({ default: (await import("./give-back.js")).GiveBack }));

/** The keys of the lab and the way back to a file as it was, behind a button and behind `?`. */
export function Help(): ReactElement {
  const { session, isReadOnly, isOver } = useLab();
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (event.key !== "?" || event.altKey || event.ctrlKey || event.metaKey) return;
      if (isTextField(event.target) || isTerminal(event.target)) return;
      event.preventDefault();
      setIsOpen(true);
    }
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <IconButton icon="help" label="Help and keys" onPress={() => setIsOpen(true)} />
      <Popover className="popover" placement="bottom end">
        <Dialog className="help">
          <Heading slot="title" className="help__title">
            Keys
          </Heading>
          <dl>
            {KEY_HELP.map(({ keys, does }) => (
              <div key={keys} style={{ display: "contents" }}>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <p className="help__note">{KEY_NOTE}</p>
          <p className="help__note">
            A command runs when you press its <strong>Run</strong> button and reports below itself whether it
            worked. You can type into the terminals as well.
          </p>
          <RecordingNote session={session} />
          {!isReadOnly && !isOver && (
            <Link to={{ screen: "recordings", session: session.id, viewer: "learner" }}>
              Play what was recorded
            </Link>
          )}
          {!isReadOnly && !isOver && (
            <Suspense fallback={null}>
              <GiveBack />
            </Suspense>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
