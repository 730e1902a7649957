import { useState, type FormEvent, type ReactElement } from "react";
import { Button, Input, Label, TextField } from "react-aria-components";
import { SignInButton } from "../parts/sign-in-button.js";
import { api } from "../api/api-client.js";

interface Props {
  /** Why the sessions could not be shown, where it was not for want of a token. */
  message?: string;
  /** Resolves to why they are not in all the same, where they are not. */
  onEntered: () => Promise<string | undefined>;
}

/** Asks for the instructor's token. */
export function Login({ message, onEntered }: Props): ReactElement {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState(message);
  const [isBusy, setIsBusy] = useState(false);
  async function enter(event: FormEvent): Promise<void> {
    event.preventDefault();
    setIsBusy(true);
    setProblem(undefined);
    try {
      await api.login(token.trim());
      setProblem(await onEntered());
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    setIsBusy(false);
  }
  return (
    <form className="card login" onSubmit={(event) => void enter(event)}>
      <h1 className="login__title">Instructor</h1>
      <SignInButton isPrimary />
      <p className="field__hint">
        Your operator gives you a token: <code>lectern token create</code> makes one. On the machine of the
        server, <code>lectern instructor-token</code> prints the operator's own.
      </p>
      <TextField className="field" value={token} onChange={setToken} type="password" isRequired>
        <Label className="field__label">Token</Label>
        <Input className="field__input" autoComplete="current-password" />
      </TextField>
      {problem && (
        <p className="field__error" role="alert">
          {problem}
        </p>
      )}
      <Button className="button button--primary" type="submit" isDisabled={isBusy || token.trim() === ""}>
        {isBusy ? "One moment…" : "Log in"}
      </Button>
    </form>
  );
}
