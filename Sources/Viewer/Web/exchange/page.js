// One HTML file that holds a graph and the whole page, and opens without a server.

import { bundle, bundledPage } from "./bundle.js";

const ENTRY = "/assets/app.js";
const STYLES = ["base", "workspace", "panels", "views"];

/** The file of a graph, in the reader's language and colours. */
export async function pageFile(graph, { slug, language, theme }) {
  const texts = await bundle(ENTRY, readText);
  const styles = await Promise.all(STYLES.map((name) => readText(`/assets/styles/${name}.css`)));
  const html = bundledPage({ texts, entry: ENTRY, style: styles.join("\n"), content: { graph, slug, language, theme } });
  return new Blob([html], { type: "text/html" });
}

async function readText(path) { return (await fetch(path)).text(); }
