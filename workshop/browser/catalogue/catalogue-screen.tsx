import { useEffect, type ReactElement } from "react";
import { Button } from "react-aria-components";
import type { LabSummary } from "../../common/api.js";
import { api } from "../api/api-client.js";
import { ScreenTitle } from "../parts/screen-title.js";
import { TopBar } from "../parts/top-bar.js";
import { useLoaded, type Loaded } from "../store/use-loaded.js";
import { LabCard } from "./lab-card.js";
import "./catalogue.css";

/** The labs that can be taken here. */
export function CatalogueScreen(): ReactElement {
  const labs = useLoaded(api.labs);
  useEffect(() => {
    document.title = "Labs · Lectern";
    // Whoever is here goes on to a lab: its script is fetched while they choose.
    import("../lab/lab-screen.js").catch(() => undefined);
  }, []);
  return (
    <>
      <TopBar />
      <main className="catalogue">
        <ScreenTitle>Labs</ScreenTitle>
        <p className="catalogue__lead">
          Each lab gives you a Kubernetes namespace and terminals of your own. Click a command to run it; the
          page tells you whether it worked.
        </p>
        <LabList labs={labs} />
      </main>
    </>
  );
}

function LabList({ labs }: { labs: Loaded<LabSummary[]> }): ReactElement {
  if (!labs.value && labs.problem === undefined) {
    return (
      <div className="catalogue__list" aria-busy="true" aria-label="Loading the labs">
        <div className="skeleton catalogue__skeleton" />
        <div className="skeleton catalogue__skeleton" />
      </div>
    );
  }
  if (!labs.value) {
    return (
      <div className="notice notice--danger" role="alert">
        <span>The labs could not be read. {labs.problem}</span>
        <Button className="button button--small" onPress={labs.reload}>
          Try again
        </Button>
      </div>
    );
  }
  if (labs.value.length === 0) return <NoLabs />;
  return (
    <ul className="catalogue__list">
      {labs.value.map((lab) => (
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
