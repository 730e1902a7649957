import type { CelLibrary } from "./library.js";
import { registerAll } from "./library.js";

const TYPE = "kubernetes.URL";

class CelUrl {
  readonly url: URL;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    // Go takes an absolute path for a URL, the URL class does not: it gets a base that no answer shows.
    this.url = new URL(text, text.startsWith("/") ? "relative://" : undefined);
  }
}

/** `url()`, `isURL()` and what a URL is made of. */
export const urlLibrary: CelLibrary = (environment) => {
  environment.registerType(TYPE, CelUrl);
  environment.registerOperator(
    `${TYPE} == ${TYPE}`,
    (left: CelUrl, right: CelUrl) => left.text === right.text,
  );
  registerAll(environment, {
    [`url(string): ${TYPE}`]: (text: string) => parse(text),
    "isURL(string): bool": (text: string) => tryParse(text) !== undefined,
    [`${TYPE}.getScheme(): string`]: ({ url }: CelUrl) =>
      url.protocol === "relative:" ? "" : url.protocol.slice(0, -1),
    [`${TYPE}.getHost(): string`]: ({ url }: CelUrl) => url.host,
    [`${TYPE}.getHostname(): string`]: ({ url }: CelUrl) => url.hostname.replace(/^\[(.*)\]$/, "$1"),
    [`${TYPE}.getPort(): string`]: ({ url }: CelUrl) => url.port,
    [`${TYPE}.getEscapedPath(): string`]: ({ url, text }: CelUrl) =>
      /^[^:]+:\/\/[^/]+$/.test(text) ? "" : url.pathname,
    [`${TYPE}.getQuery(): map<string, list<string>>`]: ({ url }: CelUrl) => queryOf(url),
  });
};

function tryParse(text: string): CelUrl | undefined {
  if (!/^([a-zA-Z][a-zA-Z0-9+.-]*:|\/)/.test(text)) return undefined;
  try {
    return new CelUrl(text);
  } catch {
    // Not a URL: both callers say so in their own way.
    return undefined;
  }
}

function parse(text: string): CelUrl {
  const url = tryParse(text);
  if (!url)
    throw new Error(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
    );
  return url;
}

function queryOf(url: URL): Map<string, string[]> {
  const query = new Map<string, string[]>();
  for (const [name, value] of url.searchParams) query.set(name, [...(query.get(name) ?? []), value]);
  return query;
}
