import { useEffect, useState } from "react";

type Find = () => HTMLElement | null | undefined;

/** Moves the focus to what `find` answers once everything changed so far is on the screen. */
export function useFocusNext(): (find: Find) => void {
  const [next, setNext] = useState<{ find: Find }>();
  useEffect(() => next?.find()?.focus(), [next]);
  return (find) => setNext({ find });
}
