// Owns what the document shell must know before React renders: the nonce of the content security policy, the chosen
// colour scheme, the language. The server fills it per request, the browser reads it back from <html>.
import { createContext, useContext } from "react";

export interface DocumentSettings {
  /** Nonce of this response; empty in the browser, which empties the attribute. */
  nonce: string;
  /** A person's own choice; null follows the system. */
  scheme: "light" | "dark" | null;
  /** BCP 47 tag of the interface. */
  language: string;
}

export const DocumentContext = createContext<DocumentSettings>({ nonce: "", scheme: null, language: "en" });

export function useDocument(): DocumentSettings {
  return useContext(DocumentContext);
}

/** Cookie that carries the chosen colour scheme, so that the first paint is right. */
export const schemeCookie = "foyer_scheme";

/** Reads the scheme from a Cookie header or `document.cookie`. */
export function schemeFromCookies(cookies: string | null): DocumentSettings["scheme"] {
  const value = cookies?.match(/(?:^|;\s*)foyer_scheme=(light|dark)(?:;|$)/)?.[1];
  return value === "light" || value === "dark" ? value : null;
}
