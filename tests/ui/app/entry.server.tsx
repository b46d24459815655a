// The product's own rendering.
export { default, handleError, streamTimeout } from "#app/entry.server.tsx";
