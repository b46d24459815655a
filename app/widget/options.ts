// What a page says about the widget: the attributes of its script tag.

export interface Options {
  key: string;
  /** Absolute address of the chat function, on the origin that the script came from. */
  endpoint: string;
  mode: "float" | "page";
  /** In page mode: the selector of the element to fill. */
  target: string;
  lang: string | null;
  /** Null outside of the dashboard's live preview. */
  preview: Preview | null;
}

export interface Preview {
  tenant: string;
  agent: string;
  greeting: string;
  /** JSON of theme tokens. */
  tokens: string;
}

/** The script tag that is being run, or, when it was injected as a module, the first that looks like ours. */
export function findScript(): HTMLScriptElement | null {
  // An element named "currentScript" on the host page would shadow the property.
  const current: unknown = document.currentScript;
  if (current instanceof HTMLScriptElement) return current;
  return document.querySelector<HTMLScriptElement>(
    'script[src*="/widget"][data-key], script[src*="/widget"][data-preview]',
  );
}

/** Reads the attributes; null when there is no key to work with. */
export function readOptions(script: HTMLScriptElement): Options | null {
  const read = (name: string) => script.getAttribute(`data-${name}`);
  const source = new URL(script.src, document.baseURI);
  const key = read("key") ?? source.searchParams.get("key") ?? "";
  const preview = script.hasAttribute("data-preview");
  if (!key && !preview) return null;
  return {
    key,
    endpoint: `${source.origin}/functions/v1/chat`,
    mode: read("mode") === "page" ? "page" : "float",
    target: read("target") ?? "#foyer-agent",
    lang: read("lang"),
    preview: preview
      ? {
          tenant: read("tenant") ?? "",
          agent: read("agent") ?? "",
          greeting: read("greeting") ?? "",
          tokens: read("tokens") ?? "",
        }
      : null,
  };
}
