import { lazy, Suspense, type ReactElement } from "react";
import { Link } from "./parts/link.js";
import { ScreenTitle } from "./parts/screen-title.js";
import { TopBar } from "./parts/top-bar.js";
import { useRoute } from "./store/navigation.js";
import type { Route } from "./store/route.js";
import "./catalogue/catalogue.css";

// Each screen is loaded when it is first shown: a learner's page needs none of the others.
const CatalogueScreen = lazy(async () => ({
  default: (await import("./catalogue/catalogue-screen.js")).CatalogueScreen,
}));
const SignInScreen = lazy(async () => ({
  default: (await import("./catalogue/sign-in-screen.js")).SignInScreen,
}));
const LaunchScreen = lazy(async () => ({
  default: (await import("./catalogue/launch-screen.js")).LaunchScreen,
}));
const ApplicationEntry = lazy(async () => ({
  default: (await import("./lab/application-entry.js")).ApplicationEntry,
}));
const LabScreen = lazy(async () => ({ default: (await import("./lab/lab-screen.js")).LabScreen }));
const ResultsScreen = lazy(async () => ({
  default: (await import("./instructor/results-screen.js")).ResultsScreen,
}));
const RehearsalScreen = lazy(async () => ({
  default: (await import("./instructor/rehearsal-screen.js")).RehearsalScreen,
}));
const RecordingsScreen = lazy(async () => ({
  default: (await import("./recordings/recordings-screen.js")).RecordingsScreen,
}));
const KeptRecordingsScreen = lazy(async () => ({
  default: (await import("./recordings/kept-recordings-screen.js")).KeptRecordingsScreen,
}));
const EventScreen = lazy(async () => ({ default: (await import("./event/event-screen.js")).EventScreen }));
const OwnResultsScreen = lazy(async () => ({
  default: (await import("./event/own-results-screen.js")).OwnResultsScreen,
}));
const InstructorScreen = lazy(async () => ({
  default: (await import("./instructor/instructor-screen.js")).InstructorScreen,
}));

/** The screen the address names. */
export function App(): ReactElement {
  const route = useRoute();
  return (
    <Suspense>
      <Screen route={route} />
    </Suspense>
  );
}

function Screen({ route }: { route: Route }): ReactElement {
  if (isOfEvent(route)) return <ScreenOfEvent key={`${route.screen} ${route.event ?? ""}`} route={route} />;
  switch (route.screen) {
    case "catalogue":
      return <CatalogueScreen />;
    case "lab":
    case "console":
    case "watch":
      return <LabScreen key={`${route.screen === "watch"} ${route.session}`} route={route} />;
    case "recordings":
      return <RecordingsScreen key={route.session} viewer={route.viewer} session={route.session} />;
    case "sign-in":
      return <SignInScreen />;
    case "launch":
      return <LaunchScreen />;
    case "application":
      return <ApplicationEntry route={route} />;
    case "wall":
    case "instructor":
      return <InstructorScreen key={route.screen} route={route} />;
    default:
      return <NotFound path={route.path} />;
  }
}

const OF_EVENTS = ["results", "rehearsal", "kept-recordings", "event", "own-results"] as const;

type EventRoute = Extract<Route, { screen: (typeof OF_EVENTS)[number] }>;

function isOfEvent(route: Route): route is EventRoute {
  return OF_EVENTS.some((screen) => screen === route.screen);
}

function ScreenOfEvent({ route }: { route: EventRoute }): ReactElement {
  switch (route.screen) {
    case "results":
      return <ResultsScreen event={route.event} />;
    case "rehearsal":
      return <RehearsalScreen event={route.event} />;
    case "kept-recordings":
      return <KeptRecordingsScreen event={route.event} />;
    case "event":
      return <EventScreen event={route.event} />;
    case "own-results":
      return <OwnResultsScreen event={route.event} />;
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
