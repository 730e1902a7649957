import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { api } from "../../api/api-client.js";
import { useLab } from "../lab-context.js";

/** Puts a file of the home back as the lab brings it: the kubeconfig, or one of the lab's. */
export function GiveBack(): ReactElement {
  const { session, store } = useLab();
  const [chosen, setChosen] = useState("");
  const [told, setTold] = useState<{ text: string; isProblem: boolean }>();
  const [isBusy, setIsBusy] = useState(false);
  const choose = (path: string): void => {
    setChosen(path);
    setTold(undefined);
  };
  async function giveBack(submitted: FormEvent): Promise<void> {
    submitted.preventDefault();
    // A button that is disabled meanwhile would lose the focus, and with it the way out by Escape.
    if (isBusy) return;
    setIsBusy(true);
    setTold(undefined);
    try {
      await api.giveBack(session.id, chosen);
      const text = `~/${chosen} is as the lab brings it.`;
      setTold({ text, isProblem: false });
      store.announce(text);
    } catch (failure) {
      setTold({ text: failure instanceof Error ? failure.message : String(failure), isProblem: true });
    } finally {
      setIsBusy(false);
    }
  }
  return (
    <form className="give-back" onSubmit={(submitted) => void giveBack(submitted)}>
      <FileChoice session={session.id} chosen={chosen} onChoose={choose} />
      {chosen !== "" && (
        <p className="field__hint">
          What you have made of it is lost. Other files, and what runs, stay as they are.
        </p>
      )}
      {told && (
        <p
          className={told.isProblem ? "field__error" : "field__hint"}
          role={told.isProblem ? "alert" : "status"}
        >
          {told.text}
        </p>
      )}
      <Button className="button button--small" type="submit" isDisabled={chosen === ""}>
        {isBusy ? "One moment…" : "Give it back"}
      </Button>
    </form>
  );
}

interface ChoiceProps {
  session: string;
  chosen: string;
  onChoose: (path: string) => void;
}

function FileChoice({ session, chosen, onChoose }: ChoiceProps): ReactElement {
  const { data, error } = useQuery({
    queryKey: ["given files", session],
    queryFn: ({ signal }) => api.givenFiles(session, signal),
  });
  return (
    <label className="field">
      <span className="field__label">Give me back a file as the lab brings it</span>
      <select
        className="field__input"
        required
        value={chosen}
        disabled={data === undefined}
        onChange={(event) => onChoose(event.target.value)}
      >
        <option value="">{error ? "The files cannot be listed just now" : "Choose a file"}</option>
        {data?.paths.map((path) => (
          <option key={path} value={path}>
            ~/{path}
          </option>
        ))}
      </select>
      {data !== undefined && data.more > 0 && (
        <span className="field__hint">There are {data.more} more, which this list has no room for.</span>
      )}
    </label>
  );
}
