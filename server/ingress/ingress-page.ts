/** What a page in the place of an application says. */
export interface IngressPage {
  status: number;
  title: string;
  /** Sentences, each a paragraph. */
  text: readonly string[];
  /** Seconds after which the page tries again. */
  retrySeconds?: number;
  /** A way on, where there is one. */
  link?: { href: string; text: string };
}

/** Colours of the product's own pages, which an application's host name does not serve. */
const STYLE = `:root{color-scheme:light dark}body{margin:0;display:grid;place-items:center;min-height:100vh;
background:light-dark(#fff,#101216);color:light-dark(#1a1d24,#e8eaee);
font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:34rem;padding:32px}h1{font-size:1.25rem;line-height:1.3;margin:0 0 12px}
p{margin:0 0 8px;color:light-dark(#565e6c,#a3abb9)}a{color:light-dark(#4a45d6,#a5a3ff)}`;

/** What such a page may load: nothing. */
export const INGRESS_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** The page as HTML. */
export function ingressPage({ title, text, retrySeconds, link }: IngressPage): string {
  const refresh =
    retrySeconds === undefined ? "" : `<meta http-equiv="refresh" content="${String(retrySeconds)}">`;
  const paragraphs = text.map((sentence) => `<p>${escape(sentence)}</p>`).join("");
  const way = link === undefined ? "" : `<p><a href="${escape(link.href)}">${escape(link.text)}</a></p>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">${refresh}<title>${escape(title)}</title><style>${STYLE}</style></head><body><main><h1>${escape(title)}</h1>${paragraphs}${way}</main></body></html>`;
}

function escape(text: string): string {
  const names: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" };
  return text.replaceAll(/[&<>"']/g, (character) => `&${names[character] ?? ""};`);
}
