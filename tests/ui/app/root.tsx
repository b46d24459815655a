// The product's own document shell.
import "./gallery.css";

export { default, ErrorBoundary, Layout, links, meta } from "#app/root.tsx";
