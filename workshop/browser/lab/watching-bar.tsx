import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { api } from "../api/api-client.js";
import { Link } from "../parts/link.js";
import { askToType, isOwnGuest, useHelperName } from "../store/helper.js";
import { usePlaysRecordings } from "../store/use-account.js";
import { useLab } from "./lab-context.js";

/** Tells an instructor whose session this is and where its learner reads, lets one ask to type, and leads back to all of them. */
export function WatchingBar(): ReactElement {
  const { session, isFollowing, isOver } = useLab();
  const playsRecordings = usePlaysRecordings();
  const number = session.pages.findIndex(({ name }) => name === session.currentPage) + 1;
  return (
    <aside className="bar bar--ended" aria-label="Watching">
      <span>
        <strong>You are watching {session.id}.</strong>{" "}
        {isFollowing ? "The page follows the learner." : `The learner is on page ${number}.`} Nothing can be
        run from here.
      </span>
      {!isFollowing && (
        <Link className="button button--small" to={{ screen: "watch", session: session.id }}>
          Follow the learner
        </Link>
      )}
      {!isOver && <Typing />}
      {!isOver && playsRecordings && (
        <Link
          className="button button--small"
          to={{ screen: "recordings", session: session.id, viewer: "instructor" }}
        >
          Recordings
        </Link>
      )}
      <Link className="button button--small" to={{ screen: "instructor" }}>
        All sessions
      </Link>
    </aside>
  );
}

/** Asking to type in the learner's terminals, and what has become of it. */
function Typing(): ReactElement {
  const { session, isGuest } = useLab();
  const { guest } = session;
  const [name, setName] = useHelperName();
  const [isNaming, setIsNaming] = useState(false);
  const [problem, setProblem] = useState<string>();
  async function act(call: () => Promise<unknown>): Promise<void> {
    setProblem(undefined);
    try {
      await call();
      setIsNaming(false);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  const isOwn = isOwnGuest(session);
  return (
    <>
      <span role="status">
        {guestWords(guest?.name, { isOwn, isGuest, hasAgreed: guest?.agreedAt !== undefined })}
      </span>
      {guest === undefined && !isNaming && (
        <Button
          className="button button--small"
          onPress={() => (name === "" ? setIsNaming(true) : void act(() => askToType(session.id, name)))}
        >
          Ask to type
        </Button>
      )}
      {guest === undefined && isNaming && (
        <NameForm
          onNamed={(given) => {
            setName(given);
            void act(() => askToType(session.id, given));
          }}
        />
      )}
      {guest !== undefined && (
        <Button className="button button--small" onPress={() => void act(() => api.stopTyping(session.id))}>
          {guest.agreedAt === undefined ? "Ask no more" : "End typing"}
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

function guestWords(
  name: string | undefined,
  { isOwn, isGuest, hasAgreed }: { isOwn: boolean; isGuest: boolean; hasAgreed: boolean },
): string {
  if (name === undefined) return "";
  if (isGuest) return "You type with the learner.";
  if (hasAgreed) return `${name} types with the learner.`;
  return isOwn ? "Waiting for the learner to agree…" : `${name} has asked to type.`;
}

/** Learners are told who it is. */
function NameForm({ onNamed }: { onNamed: (name: string) => void }): ReactElement {
  const [typed, setTyped] = useState("");
  function named(event: FormEvent): void {
    event.preventDefault();
    if (typed.trim() !== "") onNamed(typed.trim());
  }
  return (
    <form className="helper-name" onSubmit={named}>
      <label>
        Your name, for the learner{" "}
        <input
          className="field__input"
          autoFocus
          maxLength={80}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <Button className="button button--small" type="submit">
        Ask to type
      </Button>
    </form>
  );
}
