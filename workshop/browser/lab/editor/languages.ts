import { type LanguageSupport, StreamLanguage } from "@codemirror/language";

/** How files of a kind are read; each is loaded when the first such file is shown. */
const LOADERS: readonly { names: RegExp; load: () => Promise<LanguageSupport | StreamLanguage<unknown>> }[] =
  [
    { names: /\.ya?ml$/, load: async () => (await import("@codemirror/lang-yaml")).yaml() },
    { names: /\.json$/, load: async () => (await import("@codemirror/lang-json")).json() },
    { names: /\.md$/, load: async () => (await import("@codemirror/lang-markdown")).markdown() },
    { names: /\.py$/, load: async () => (await import("@codemirror/lang-python")).python() },
    { names: /\.go$/, load: async () => (await import("@codemirror/lang-go")).go() },
    {
      names: /\.[cm]?[jt]sx?$/,
      load: async () =>
        (await import("@codemirror/lang-javascript")).javascript({ typescript: true, jsx: true }),
    },
    {
      names: /(?:^|\/)(?:Dockerfile|Containerfile)(?:\.[^/]*)?$|\.dockerfile$/i,
      load: async () =>
        StreamLanguage.define((await import("@codemirror/legacy-modes/mode/dockerfile")).dockerFile),
    },
    {
      names: /\.(?:sh|bash|zsh|env)$|(?:^|\/)\.(?:bash|zsh|profile)[^/]*$/,
      load: async () => StreamLanguage.define((await import("@codemirror/legacy-modes/mode/shell")).shell),
    },
  ];

/** Programs of the first line by which a file without an ending is known. */
const INTERPRETERS: readonly [RegExp, string][] = [
  [/^#!.*\b(?:ba|z|da)?sh\b/, "x.sh"],
  [/^#!.*\bpython/, "x.py"],
  [/^#!.*\bnode\b/, "x.js"],
];

/** What highlights the file, by its name and else by its first line; `undefined` where nothing does. */
export function languageFor(
  path: string,
  text: string,
): (() => Promise<LanguageSupport | StreamLanguage<unknown>>) | undefined {
  const named = LOADERS.find(({ names }) => names.test(path));
  if (named) return named.load;
  const like = INTERPRETERS.find(([first]) => first.test(text.slice(0, 200)))?.[1];
  return like === undefined ? undefined : LOADERS.find(({ names }) => names.test(like))?.load;
}
