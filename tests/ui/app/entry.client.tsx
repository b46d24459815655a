// The product's own start in the browser.
import "#app/entry.client.tsx";
