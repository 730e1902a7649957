import type { GoUrl } from "./go-url.js";
import { parseRequestUrl } from "./go-url.js";
import type { CelLibrary } from "./library.js";
import { registerAll } from "./library.js";

const TYPE = "kubernetes.URL";

class CelUrl {
  readonly url: GoUrl;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.url = parseRequestUrl(text);
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
    "isURL(string): bool": isUrl,
    [`${TYPE}.getScheme(): string`]: ({ url }: CelUrl) => url.scheme,
    [`${TYPE}.getHost(): string`]: ({ url }: CelUrl) => url.host,
    [`${TYPE}.getHostname(): string`]: ({ url }: CelUrl) => url.hostname,
    [`${TYPE}.getPort(): string`]: ({ url }: CelUrl) => url.port,
    [`${TYPE}.getEscapedPath(): string`]: ({ url }: CelUrl) => url.path,
    [`${TYPE}.getQuery(): map<string, list<string>>`]: ({ url }: CelUrl) => queryOf(url),
  });
};

function isUrl(text: string): boolean {
  try {
    parseRequestUrl(text);
    return true;
  } catch {
    // What is wrong with it, `url()` says.
    return false;
  }
}

function parse(text: string): CelUrl {
  try {
    return new CelUrl(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${why}`, {
      cause,
    });
  }
}

function queryOf({ query: written }: GoUrl): Map<string, string[]> {
  const query = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(written)) {
    const known = query.get(name);
    if (known === undefined) query.set(name, [value]);
    else known.push(value);
  }
  return query;
}
