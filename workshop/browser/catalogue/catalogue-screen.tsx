import { useEffect, type ReactElement } from "react";
import { Button } from "react-aria-components";
import { ScreenTitle } from "../parts/screen-title.js";
import { SignInButton } from "../parts/sign-in-button.js";
import { SignedIn } from "../parts/signed-in.js";
import { TopBar } from "../parts/top-bar.js";
import { useLabs } from "../store/use-labs.js";
import { LabCard } from "./lab-card.js";
import "./catalogue.css";

/** The labs that can be taken here. */
export function CatalogueScreen(): ReactElement {
  useEffect(() => {
    document.title = "Labs · Lectern";
    // Whoever is here goes on to a lab: its script is fetched while they choose.
    import("../lab/lab-screen.js").catch(() => undefined);
  }, []);
  return (
    <>
      <TopBar>
        <SignedIn />
        <SignInButton />
      </TopBar>
      <main className="catalogue">
        <ScreenTitle>Labs</ScreenTitle>
        <p className="catalogue__lead">
          Each lab gives you a Kubernetes namespace and terminals of your own. Click a command to run it; the
          page tells you whether it worked.
        </p>
        <LabList />
      </main>
    </>
  );
}

function LabList(): ReactElement {
  const { data: labs, error, refetch } = useLabs();
  if (!labs && !error) {
    return (
      <div className="catalogue__list" aria-busy="true" aria-label="Loading the labs">
        <div className="skeleton catalogue__skeleton" />
        <div className="skeleton catalogue__skeleton" />
      </div>
    );
  }
  if (!labs) {
    return (
      <div className="notice notice--danger" role="alert">
        <span>The labs could not be read. {error?.message}</span>
        <Button className="button button--small" onPress={() => void refetch()}>
          Try again
        </Button>
      </div>
    );
  }
  if (labs.length === 0) return <NoLabs />;
  return (
    <ul className="catalogue__list">
      {labs.map((lab) => (
        <li key={lab.name}>
          <LabCard lab={lab} />
        </li>
      ))}
    </ul>
  );
}

function NoLabs(): ReactElement {
  return (
    <div className="empty">
      <strong>No labs yet</strong>
      <p>
        The labs of this server will be listed here. A lab is a folder with a <code>workshop.yaml</code> and
        pages in Markdown; put one into the server's content folder and reload this page.
      </p>
    </div>
  );
}
