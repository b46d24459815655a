// Text as HTML: whatever people typed stays text.

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A paragraph's text with its line breaks. */
export function paragraphHtml(text: string): string {
  return escapeHtml(text).replaceAll(/\r?\n/g, "<br>");
}
