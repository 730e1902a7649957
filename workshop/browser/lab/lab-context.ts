import { createContext, useContext } from "react";
import type { SessionView, StepEntry } from "../../common/api.js";
import type { ActionView } from "../../common/page-view.js";
import type { BegunBlocks } from "./begun-blocks.js";
import type { Route } from "../store/route.js";
import type { SessionStore } from "../store/session-store.js";

/** What blocks and panes may ask of the lab around them. */
export interface Lab {
  store: SessionStore;
  session: SessionView;
  page: string;
  /** Text and terminals stand one at a time. */
  isNarrow: boolean;
  /** The session has ended: nothing runs any more. */
  isOver: boolean;
  /** An instructor looks at a learner's session. */
  isWatching: boolean;
  /** The page of a watched session is always the one its learner reads. */
  isFollowing: boolean;
  /** Over, watched, or on its way to the start of a page: nothing can be run from here. */
  isReadOnly: boolean;
  /** The learner lets this instructor type in the terminals. */
  isGuest: boolean;
  /** Runs a block of the page named, with what was entered for it. */
  run: (page: string, action: ActionView, entry?: StepEntry) => Promise<void>;
  /** The same, and nothing that the author wants to follow from the block. */
  runAlone: (page: string, action: ActionView, entry?: StepEntry) => Promise<void>;
  /** Shows, makes or takes away what a block says, beside the text. */
  open: (action: ActionView) => Promise<void>;
  /** Told of every block of the page that is begun, so that what follows from it can be done. */
  begun: BegunBlocks;
  /** The block of the editor that was clicked last, whose outcome the editor shows; another object for each click. */
  followed: FollowedStep | undefined;
  /** Types the text into the terminal and leaves the line open. */
  paste: (terminal: string, text: string) => void;
  /** Types the line into the terminal and enters it: only where the learner asked for just that. */
  enterLine: (terminal: string, line: string) => void;
  /** Brings the terminal forward and puts the keyboard into it: only where the learner asked for just that. */
  enterTerminal: (terminal: string) => void;
  /** The last lines on the terminal, empty where it shows none. */
  lastLines: (terminal: string) => string;
  /** The way to a page of this session; the tab beside the text stays. */
  pageRoute: (page: string) => Route;
  /** Brings a tab forward by its name. */
  showTab: (name: string) => void;
  /** Brings the lab's slides forward, at a place of theirs. */
  showSlides: (place: string) => void;
  /** Brings the console forward, at a place of its own. */
  showConsole: (path: string) => void;
}

export interface FollowedStep {
  page: string;
  step: string;
}

export const LabContext = createContext<Lab | undefined>(undefined);

export function useLab(): Lab {
  const lab = useContext(LabContext);
  if (!lab) throw new Error("useLab was called outside a LabContext; render the component inside LabLayout.");
  return lab;
}

/** The page a block stands on: while another one is loading, not yet the page of the lab. */
export const BlockPageContext = createContext<string>("");

export function useBlockPage(): string {
  return useContext(BlockPageContext);
}
