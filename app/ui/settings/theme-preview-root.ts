// Owns the selector that the preview's theme is written for.

/** Twice the root, so that the viewer's own choice of light or dark for the app doesn't count in the preview. */
export const PREVIEW_ROOT = ":root:root";
