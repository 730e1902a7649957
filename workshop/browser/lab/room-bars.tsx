import type { ReactElement } from "react";
import { AnnouncementBar, PauseBar } from "./announcement-bar.js";
import { GuestBar } from "./guest-bar.js";
import { RestorationBar } from "./restoration-bar.js";

/** What goes on with the session as a whole, and what people of the room say to the learner: the pause, a message, and who asks to type along. */
export function RoomBars(): ReactElement {
  return (
    <>
      <RestorationBar />
      <PauseBar />
      <AnnouncementBar />
      <GuestBar />
    </>
  );
}
