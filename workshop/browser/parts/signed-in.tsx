import { useState, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { api } from "../api/api-client.js";
import { useAccount } from "../store/use-account.js";
import "./signed-in.css";

/** Who is signed in in this browser, and the way out; nothing where nobody is. */
export function SignedIn(): ReactElement | null {
  const { data } = useAccount();
  const [problem, setProblem] = useState<string>();
  if (data?.account === undefined) return null;
  const { name, role } = data.account;
  const signOut = () =>
    api.signOut().then(
      // Everything that was read as that account goes with the page.
      () => location.reload(),
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  return (
    <div className="signed-in">
      <span className="signed-in__who" title={`${name}, ${role}`}>
        {name}
        {name.toLowerCase() !== role && <span className="signed-in__role">{role}</span>}
      </span>
      <Button className="button button--small" onPress={() => void signOut()}>
        Sign out
      </Button>
      {problem && (
        <span className="signed-in__problem" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}
