// Where the widget stands in the host page: a shadow root of its own, on an element beside the body (float) or on the
// element to fill (page), put back when the page's own scripts throw it out.

import { el } from "./dom.ts";
import css from "./widget.css?inline";

const MAX_RETURNS = 50;

/** The style sheet goes in through the CSSOM, which a host page's style-src can't forbid. */
function dress(shadow: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    // Browsers from before constructable sheets (Safari until 16.3).
    shadow.append(el("style", {}, css));
  }
}

function shadowOf(element: Element): ShadowRoot | null {
  try {
    return element.shadowRoot ?? element.attachShadow({ mode: "open" });
  } catch {
    return null;
  }
}

/**
 * Puts `root` into the page and keeps it there until `signal` aborts. `target` is the selector of the element to fill, or
 * null to float. In page mode the shadow root sits on the target itself: no child is added, so a framework that hydrates
 * the target sees nothing new.
 */
export function mount(root: HTMLElement, target: string | null, signal: AbortSignal): void {
  const own = target === null ? el("foyer-chat" as "div", {}) : null;
  let place: Element | null = null;
  let returns = 0;

  function put(): void {
    if (place?.isConnected || returns > MAX_RETURNS) return;
    place = own ?? document.querySelector(target ?? "");
    if (!place) return;
    returns++;
    const shadow = shadowOf(place);
    if (!shadow) return;
    shadow.replaceChildren(root);
    dress(shadow);
    if (own) document.documentElement.append(own);
  }

  put();
  const watcher = new MutationObserver(put);
  watcher.observe(document, { childList: true, subtree: target !== null });
  // A page that writes its body anew (Turbo, document.write) may clear what stands beside it too.
  if (own) watcher.observe(document.documentElement, { childList: true });
  signal.addEventListener("abort", () => {
    watcher.disconnect();
    own?.remove();
    // A shadow root can't be taken off again: a slot lets the target's own content show.
    if (!own) place?.shadowRoot?.replaceChildren(el("slot", {}));
  });
}
