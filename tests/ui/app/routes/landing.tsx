export { default, handle, links, loader, meta } from "#app/routes/_index.tsx";
