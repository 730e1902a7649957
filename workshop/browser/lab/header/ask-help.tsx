import { useEffect, useState, type FormEvent, type ReactElement } from "react";
import {
  Button,
  Dialog,
  DialogTrigger,
  Heading,
  Label,
  Popover,
  TextArea,
  TextField,
} from "react-aria-components";
import { MAX_HELP_TEXT } from "../../../common/help.js";
import { api } from "../../api/api-client.js";
import { Icon } from "../../parts/icon.js";
import { useLab } from "../lab-context.js";

/** Asks the people who help in the room, says who comes, and takes it back. */
export function AskHelp(): ReactElement {
  const { session, store } = useLab();
  const [isOpen, setIsOpen] = useState(false);
  const { help } = session;
  const taker = help?.takenBy;
  useEffect(() => {
    if (taker !== undefined) store.announce(`${taker} comes to help you.`);
  }, [taker, store]);
  const words =
    help === undefined ? "I need help" : taker === undefined ? "You asked for help" : `${taker} comes`;
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setIsOpen}>
      <Button
        className="button button--small ask-help"
        data-asked={help === undefined ? undefined : true}
        aria-label={words}
      >
        <Icon name={help === undefined ? "hand" : "clock"} size={14} />
        <span className="ask-help__words">{words}</span>
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog className="ask-help__dialog">
          <Heading slot="title" className="help__title">
            {help === undefined ? "What is the matter?" : "You have asked for help"}
          </Heading>
          <AskForm onDone={() => setIsOpen(false)} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function AskForm({ onDone }: { onDone: () => void }): ReactElement {
  const { session, store, page } = useLab();
  const { help } = session;
  const [text, setText] = useState(help?.text ?? "");
  const [problem, setProblem] = useState<string>();
  async function act(call: () => Promise<unknown>, done: string): Promise<void> {
    setProblem(undefined);
    try {
      await call();
      store.announce(done);
      onDone();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }
  function ask(event: FormEvent): void {
    event.preventDefault();
    const failed = lastFailed([...store.snapshot().results.values()], page);
    void act(() => api.askForHelp(session.id, text, failed), "Your instructors are told that you need help.");
  }
  return (
    <form className="ask-help__form" onSubmit={ask}>
      {help !== undefined && (
        <p className="field__hint">
          {help.takenBy === undefined
            ? "Your instructors see it. You can go on meanwhile."
            : `${help.takenBy} comes to you. You can go on meanwhile.`}
        </p>
      )}
      <TextField className="field" value={text} onChange={setText} maxLength={MAX_HELP_TEXT} autoFocus>
        <Label className="field__label">In a sentence, if you like</Label>
        <TextArea className="field__input" rows={3} />
      </TextField>
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
      <div className="dialog__actions">
        {help !== undefined && (
          <Button
            className="button button--small"
            onPress={() => void act(() => api.needNoHelp(session.id), "Your request for help is taken back.")}
          >
            I need it no more
          </Button>
        )}
        <Button className="button button--small button--primary" type="submit">
          {help === undefined ? "Ask for help" : "Say it so"}
        </Button>
      </div>
    </form>
  );
}

/** The step of the page that failed last and has not been done since. */
function lastFailed(
  results: readonly { page: string; step: string; state: string; startedAt?: string }[],
  page: string,
): string | undefined {
  return results
    .filter((result) => result.page === page && result.state === "failed")
    .toSorted((a, b) => (a.startedAt ?? "").localeCompare(b.startedAt ?? ""))
    .at(-1)?.step;
}
