import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Button } from "react-aria-components";
import { Icon } from "../parts/icon.js";
import { NARROW, useMedia } from "../store/use-media.js";
import { CrowdedServer, measureRoundTrip } from "./connection-check.js";

/** A key whose echo takes longer feels slow; from twice that on, people wait for each letter. */
const SLOW_MS = 150;
/** Says whether this browser and its network are fit for the workshop, while there is time to take others. */
export function BrowserCheck(): ReactElement {
  return (
    <section className="browser-check" aria-labelledby="browser-check">
      <h2 id="browser-check">Your browser and network</h2>
      <ul>
        <Connection />
        <Clipboard />
        <Screen />
      </ul>
    </section>
  );
}

function Connection(): ReactElement {
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["round trip"],
    queryFn: ({ signal }) => measureRoundTrip(signal),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (isFetching) return <Finding state="wait">Trying the connection that terminals use…</Finding>;
  if (error instanceof CrowdedServer)
    return (
      <Finding state="note">
        Too many try their connection just now; go on, or try again in a moment.{" "}
        <TryAgain onPress={() => void refetch()} />
      </Finding>
    );
  if (error || data === undefined)
    return (
      <Finding state="bad">
        Terminals cannot reach the server from here: WebSockets do not come through. A proxy or a VPN may
        block them; try without, or in another network. <TryAgain onPress={() => void refetch()} />
      </Finding>
    );
  const ms = data < 1 ? "less than 1 ms" : `${Math.round(data)} ms`;
  return data <= SLOW_MS ? (
    <Finding state="good">Terminals work: a key takes {ms} to the server and back.</Finding>
  ) : (
    <Finding state="note">
      Terminals work, and will feel slow: a key takes {ms} to the server and back. A network nearer to the
      server, or one without a VPN, is better.
    </Finding>
  );
}

function TryAgain({ onPress }: { onPress: () => void }): ReactElement {
  return (
    <Button className="button button--small" onPress={onPress}>
      Try again
    </Button>
  );
}

function Clipboard(): ReactElement {
  if (window.isSecureContext && navigator.clipboard !== undefined)
    return <Finding state="good">Copying and pasting work.</Finding>;
  return (
    <Finding state="note">
      This page is not served by HTTPS, so that it may not read your clipboard: paste into terminals with
      Ctrl+Shift+V, or ⌘V on a Mac.
    </Finding>
  );
}

function Screen(): ReactElement {
  if (!useMedia(NARROW))
    return <Finding state="good">The screen has room for text and terminal side by side.</Finding>;
  return (
    <Finding state="note">
      On this screen text and terminal are shown one at a time. A wider window shows both.
    </Finding>
  );
}

const SIGNS = {
  good: { icon: "tick", word: "Good: " },
  note: { icon: "warning", word: "Note: " },
  bad: { icon: "cross", word: "Problem: " },
  wait: { icon: "clock", word: "" },
} as const;

function Finding({ state, children }: { state: keyof typeof SIGNS; children: ReactNode }): ReactElement {
  const { icon, word } = SIGNS[state];
  return (
    <li data-state={state} aria-live="polite">
      <Icon name={icon} size={16} />
      <span>
        <span className="visually-hidden">{word}</span>
        {children}
      </span>
    </li>
  );
}
