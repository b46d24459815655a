// Owns the choice between light, dark and the system's scheme: an attribute now, a cookie for the next page.
import { type DocumentSettings, schemeCookie } from "./document-context.ts";

export type Scheme = DocumentSettings["scheme"];

/** Applies the scheme in the browser and remembers it for a year. */
export function chooseScheme(scheme: Scheme): void {
  const root = document.documentElement;
  if (scheme) root.dataset.theme = scheme;
  else delete root.dataset.theme;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API isn't in every browser yet
  document.cookie = `${schemeCookie}=${scheme ?? ""}; Path=/; SameSite=Lax; Max-Age=${scheme ? 31_536_000 : 0}`;
}
