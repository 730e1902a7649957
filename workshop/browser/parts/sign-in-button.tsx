import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { useAccount } from "../store/use-account.js";
import { beginSignIn } from "../store/sign-in.js";

interface Props {
  /** As what a screen is about, also for whoever is signed in and could be so as somebody else. */
  isPrimary?: boolean;
}

/** The way to the provider that people sign in at; nothing where there is none. */
export function SignInButton({ isPrimary = false }: Props): ReactElement | null {
  const { data } = useAccount();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  if (data?.signIn === undefined || (data.account !== undefined && !isPrimary)) return null;
  const begin = () => {
    setIsBusy(true);
    setProblem(undefined);
    beginSignIn().catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsBusy(false);
    });
  };
  return (
    <>
      <Button
        className={`button${isPrimary ? " button--primary" : " button--small"}`}
        isDisabled={isBusy}
        onPress={begin}
      >
        {isBusy ? "One moment…" : `Sign in with ${data.signIn.name}`}
      </Button>
      {problem && (
        <span className="field__error" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
