import { useEffect, useState } from "react";

/** Whoever types is not answered letter by letter. */
const PAUSE_MS = 200;

/** What is looked for in a list, and where in it one is: a new search begins at its first page. */
export function useSearch() {
  const [text, setText] = useState("");
  const [at, setAt] = useState({ search: "", offset: 0 });
  useEffect(() => {
    const search = text.trim();
    const pause = setTimeout(
      () => setAt((now) => (now.search === search ? now : { search, offset: 0 })),
      PAUSE_MS,
    );
    return () => clearTimeout(pause);
  }, [text]);
  return { text, setText, ...at, move: (offset: number) => setAt((now) => ({ ...now, offset })) };
}
