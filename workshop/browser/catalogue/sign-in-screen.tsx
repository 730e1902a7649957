import { useEffect, useState, type ReactElement } from "react";
import { Link } from "../parts/link.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { SignInButton } from "../parts/sign-in-button.js";
import { TopBar } from "../parts/top-bar.js";
import { finishSignIn } from "../store/sign-in.js";
import "./sign-in.css";

/** Where the provider sends people back to: goes on to where they began, or says why it cannot. */
export function SignInScreen(): ReactElement {
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    document.title = "Sign in · Lectern";
    let isShown = true;
    finishSignIn().then(
      (place) => location.replace(place),
      (error: unknown) => isShown && setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isShown = false;
    };
  }, []);
  return (
    <>
      <TopBar />
      <main className="sign-in">
        {problem === undefined ? (
          <p className="sign-in__wait" role="status" aria-busy="true">
            Signing you in…
          </p>
        ) : (
          <>
            <ScreenTitle>You are not signed in</ScreenTitle>
            <p className="notice notice--warning" role="alert">
              {problem}
            </p>
            <div className="sign-in__ways">
              <SignInButton isPrimary />
              <Link to={{ screen: "catalogue" }}>Labs</Link>
            </div>
          </>
        )}
      </main>
    </>
  );
}
