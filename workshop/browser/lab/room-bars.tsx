import type { ReactElement } from "react";
import { AnnouncementBar, PauseBar } from "./announcement-bar.js";
import { GuestBar } from "./guest-bar.js";

/** What people of the room say to the learner: the pause, a message, and who asks to type along. */
export function RoomBars(): ReactElement {
  return (
    <>
      <PauseBar />
      <AnnouncementBar />
      <GuestBar />
    </>
  );
}
