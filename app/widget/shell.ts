// The launcher and the panel around the conversation: opening, closing, focus, full screen on phones, identity, theme.

import { el, icon } from "./dom.ts";
import { safeHref } from "./links.ts";
import { fill, type Strings } from "./strings.ts";
import { themeVariables, wantsDark } from "./theme.ts";
import { field } from "./wire.ts";

export interface Shell {
  /** The one element that goes into the shadow root. */
  root: HTMLElement;
  isOpen(): boolean;
  /** Opens or closes the panel; `focus` false leaves the focus where it is. */
  setOpen(open: boolean, focus?: boolean): void;
  setUnread(unread: boolean): void;
  setIdentity(agent: string, tenant: string, online: boolean | null, test: boolean): void;
  setTheme(tokens: unknown): void;
}

export interface ShellOptions {
  mode: "float" | "page";
  lang: string;
  strings: Strings;
  /** What stands between the header and the panel's end. */
  content: HTMLElement[];
  /** Focuses the field; called when the panel opens on a desktop. */
  focusField: () => void;
  onToggle: (open: boolean) => void;
  signal: AbortSignal;
}

// Keep in step with widget.css.
const FULL_SCREEN = "(max-width: 480px), (max-height: 420px)";

/** Makes the launcher and the panel, closed; in page mode there is no launcher and the panel is always open. */
export function createShell({ mode, lang, strings, content, focusField, onToggle, signal }: ShellOptions): Shell {
  const floating = mode === "float";
  const small = matchMedia(FULL_SCREEN);
  const darkSystem = matchMedia("(prefers-color-scheme: dark)");
  const name = el("h2", {});
  const state = el("p", { class: "state" });
  const face = el("span", { class: "face" });
  const shut = el("button", { class: "shut", type: "button", "aria-label": strings.close }, icon("close"));
  const header = el("header", {}, face, el("div", { class: "who" }, name, state), floating ? shut : null);
  const panel = el(
    "section",
    { class: "panel", id: "foyer-panel", role: floating ? "dialog" : "region", tabindex: floating ? "-1" : null },
    header,
    ...content,
  );
  const dot = el("span", { class: "dot" });
  const launcher = el(
    "button",
    { class: "launcher", type: "button", "aria-haspopup": "dialog", "aria-controls": "foyer-panel" },
    icon("chat"),
    dot,
  );
  const root = el("div", { class: `root ${mode}`, lang }, panel, floating ? launcher : null);

  let open = !floating;
  let unread = false;
  let agentName = "";
  let tokens: unknown = null;
  let before: Element | null = null;

  function isFullScreen(): boolean {
    return floating && open && small.matches;
  }

  function refresh(): void {
    panel.hidden = !open;
    root.classList.toggle("open", open);
    if (!floating) return;
    if (isFullScreen()) panel.setAttribute("aria-modal", "true");
    else panel.removeAttribute("aria-modal");
    dot.hidden = !unread;
    launcher.setAttribute("aria-expanded", String(open));
    const label = open ? strings.close : strings.open;
    launcher.setAttribute("aria-label", unread ? `${label}, ${strings.unread}` : label);
    launcher.querySelector("svg")?.replaceWith(icon(open ? "down" : "chat"));
  }

  function paint(): void {
    for (const [variable, value] of Object.entries(themeVariables(tokens, wantsDark(tokens, darkSystem.matches)))) {
      root.style.setProperty(`--${variable}`, value);
    }
  }

  /** On phones the panel fills what the on-screen keyboard leaves. */
  function fitKeyboard(): void {
    const view = window.visualViewport;
    if (!view || !isFullScreen() || view.scale !== 1) return;
    root.style.setProperty("--view-height", `${view.height}px`);
    root.style.setProperty("--view-top", `${view.offsetTop}px`);
  }

  function focusBack(): void {
    if (before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus();
    else launcher.focus();
  }

  function setOpen(value: boolean, focus = true): void {
    if (!floating || value === open) return;
    const inside = root.contains(activeElement());
    open = value;
    if (open) {
      unread = false;
      before = document.activeElement?.shadowRoot?.contains(root) ? null : document.activeElement;
    }
    refresh();
    fitKeyboard();
    // On a phone the field would bring the keyboard up over the conversation.
    if (open && focus) isFullScreen() ? panel.focus() : focusField();
    else if (!open && focus && (inside || !document.hasFocus())) focusBack();
    onToggle(open);
  }

  function activeElement(): Element | null {
    const place = root.getRootNode();
    return place instanceof ShadowRoot ? place.activeElement : null;
  }

  /** Keeps Tab inside while the panel covers the whole page. */
  function trap(event: KeyboardEvent): void {
    const stops = [...panel.querySelectorAll<HTMLElement>('a[href], button:not(:disabled), textarea, [tabindex="0"]')];
    const seen = stops.filter((stop) => stop.getClientRects().length > 0);
    const current = activeElement();
    const [first, last] = [seen[0], seen[seen.length - 1]];
    if (event.shiftKey ? current === first || current === panel : current === last) {
      event.preventDefault();
      (event.shiftKey ? last : first)?.focus();
    }
  }

  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && floating && open && !event.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
    if (event.key === "Tab" && isFullScreen()) trap(event);
  });
  for (const type of ["keydown", "keypress", "keyup"] as const) {
    root.addEventListener(type, (event) => {
      // What is typed here must not set off the host page's shortcuts; ones with Ctrl or Cmd may.
      if (event.target instanceof HTMLTextAreaElement && !event.ctrlKey && !event.metaKey) event.stopPropagation();
    });
  }
  launcher.addEventListener("click", () => setOpen(!open));
  shut.addEventListener("click", () => setOpen(false));
  small.addEventListener("change", refresh, { signal });
  darkSystem.addEventListener("change", paint, { signal });
  for (const type of ["resize", "scroll"]) window.visualViewport?.addEventListener(type, fitKeyboard, { signal });
  refresh();
  paint();

  function badge(): HTMLElement {
    return el("div", { class: "badge", "aria-hidden": "true" }, ([...agentName][0] ?? "").toUpperCase());
  }

  function showFace(): void {
    const logo = safeHref(String(field(tokens, "logoUrl") ?? ""));
    if (!logo) {
      face.replaceChildren(badge());
      return;
    }
    const image = el("img", { class: "logo", alt: "", src: logo, referrerpolicy: "no-referrer", decoding: "async" });
    // A host page's img-src may forbid the logo.
    image.addEventListener("error", () => face.replaceChildren(badge()));
    face.replaceChildren(image);
  }

  return {
    root,
    isOpen: () => open,
    setOpen,
    setUnread(value) {
      unread = value;
      refresh();
    },
    setIdentity(agent, tenant, online, test) {
      agentName = agent || tenant || strings.agent;
      name.textContent = agentName;
      const presence = online === null ? "" : online ? strings.online : strings.away;
      const parts = [test ? strings.test : "", presence, tenant === agentName ? "" : tenant];
      state.textContent = parts.filter(Boolean).join(" · ");
      state.hidden = !state.textContent;
      state.classList.toggle("online", online === true);
      panel.setAttribute("aria-label", fill(strings.dialog, agentName));
      showFace();
    },
    setTheme(value) {
      tokens = value;
      paint();
      showFace();
    },
  };
}
