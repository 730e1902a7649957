import type { ReactElement } from "react";
import { TopBar } from "../parts/top-bar.js";

export function InstructorScreen(_props: { session?: string }): ReactElement {
  return <TopBar />;
}
