import { useEffect, useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { api } from "../api/api-client.js";
import { Icon } from "../parts/icon.js";
import { useLab } from "./lab-context.js";

/** Ends the typing together, wherever the keyboard is; taken from the shell only while somebody types along. */
const END_KEY = "F8";

/** Asks the learner whether a helper may type, and shows for as long as one does who it is and how it ends. */
export function GuestBar(): ReactElement | null {
  const { session, store, isOver, isWatching } = useLab();
  const [problem, setProblem] = useState<string>();
  const guest = isOver || isWatching ? undefined : session.guest;
  const isIn = guest?.agreedAt !== undefined;
  const name = guest?.name;
  useEffect(() => {
    if (name !== undefined)
      store.announce(isIn ? `${name} types with you. ${END_KEY} ends it.` : `${name} asks to type with you.`);
  }, [store, name, isIn]);
  useEndKey(isIn, () => void act(() => api.letGuestGo(session.id)));
  if (guest === undefined) return null;
  async function act(call: () => Promise<unknown>): Promise<void> {
    setProblem(undefined);
    try {
      await call();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  return (
    <aside className="bar bar--guest" aria-label="Typing together" data-in={isIn || undefined}>
      <Icon name="terminal" />
      <span>
        {isIn ? (
          <>
            <strong>{guest.name} types in your terminals with you.</strong> You both see all of it.
          </>
        ) : (
          <>
            <strong>{guest.name} asks to type in your terminals.</strong> You see all of it and can end it at
            any time.
          </>
        )}
      </span>
      {!isIn && (
        <Button
          className="button button--small button--primary"
          onPress={() => void act(() => api.letGuestIn(session.id, guest.id))}
        >
          Let {guest.name} type
        </Button>
      )}
      <Button className="button button--small" onPress={() => void act(() => api.letGuestGo(session.id))}>
        {isIn ? (
          <>
            End it <kbd>{END_KEY}</kbd>
          </>
        ) : (
          "No, thank you"
        )}
      </Button>
      {problem && (
        <span className="field__error" role="alert">
          {problem}
        </span>
      )}
    </aside>
  );
}

function useEndKey(isIn: boolean, end: () => void): void {
  useEffect(() => {
    if (!isIn) return undefined;
    function pressed(event: KeyboardEvent): void {
      if (event.key !== END_KEY || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      end();
    }
    // While capturing, because the terminal takes every key it is given.
    window.addEventListener("keydown", pressed, { capture: true });
    return () => window.removeEventListener("keydown", pressed, { capture: true });
  });
}
