export { default, handle, links, meta } from "#app/routes/_index.tsx";
