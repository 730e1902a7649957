import { lazy, Suspense, type ReactElement } from "react";
import { ApplicationEntry } from "./lab/application-entry.js";
import { CatalogueScreen } from "./catalogue/catalogue-screen.js";
import { Link } from "./parts/link.js";
import { SignInScreen } from "./catalogue/sign-in-screen.js";
import { ScreenTitle } from "./parts/screen-title.js";
import { TopBar } from "./parts/top-bar.js";
import { useRoute } from "./store/navigation.js";

const LabScreen = lazy(async () => ({ default: (await import("./lab/lab-screen.js")).LabScreen }));
const ResultsScreen = lazy(async () => ({
  default: (await import("./instructor/results-screen.js")).ResultsScreen,
}));
const EventScreen = lazy(async () => ({ default: (await import("./event/event-screen.js")).EventScreen }));
const InstructorScreen = lazy(async () => ({
  default: (await import("./instructor/instructor-screen.js")).InstructorScreen,
}));

/** The screen the address names. */
export function App(): ReactElement {
  const route = useRoute();
  switch (route.screen) {
    case "catalogue":
      return <CatalogueScreen />;
    case "lab":
    case "console":
    case "watch":
      return (
        <Suspense>
          <LabScreen key={`${route.screen === "watch"} ${route.session}`} route={route} />
        </Suspense>
      );
    case "results":
      return (
        <Suspense>
          <ResultsScreen key={route.event} event={route.event} />
        </Suspense>
      );
    case "event":
      return (
        <Suspense>
          <EventScreen key={route.event} event={route.event} />
        </Suspense>
      );
    case "sign-in":
      return <SignInScreen />;
    case "application":
      return <ApplicationEntry route={route} />;
    case "instructor":
      return (
        <Suspense>
          <InstructorScreen />
        </Suspense>
      );
    default:
      return <NotFound path={route.path} />;
  }
}

function NotFound({ path }: { path: string }): ReactElement {
  return (
    <>
      <TopBar />
      <main className="catalogue">
        <ScreenTitle>There is nothing at /{path}</ScreenTitle>
        <p className="catalogue__lead">
          The address may have been typed wrongly. All labs are in the{" "}
          <Link to={{ screen: "catalogue" }}>catalogue</Link>.
        </p>
      </main>
    </>
  );
}
