// Puts modules into one page: each becomes a `data:` address, and an import map joins them. Pure functions.

const IMPORT = /((?:^|\n)\s*(?:import|export)\s[^;"']*?from\s*|(?:^|\n)\s*import\s*)(["'])(\.{1,2}\/[^"']+)\2/g;
const PREFIX = "microscope:";

/** Reads a module and all that it imports: `{ path: text }`. */
export async function bundle(entry, read) {
  const texts = {};
  const waiting = [entry];
  while (waiting.length) {
    const path = waiting.pop();
    if (path in texts) continue;
    texts[path] = await read(path);
    for (const found of importsOf(texts[path])) waiting.push(resolve(path, found));
  }
  return texts;
}

/** The relative addresses that a module imports. */
export function importsOf(text) { return [...text.matchAll(IMPORT)].map((match) => match[3]); }

/** A relative address seen from a module's path. */
export function resolve(from, address) {
  const parts = from.split("/").slice(0, -1);
  for (const part of address.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** The page: style, content as JSON, and every module as an entry of the import map. */
export function bundledPage({ texts, entry, style, content }) {
  const imports = {};
  for (const [path, text] of Object.entries(texts)) {
    const named = text.replace(IMPORT,
      (_, before, quote, address) => `${before}${quote}${PREFIX}${resolve(path, address)}${quote}`);
    imports[PREFIX + path] = `data:text/javascript;base64,${base64(named)}`;
  }
  const policy = "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; img-src data: blob:";
  return `<!doctype html>
<html lang="${content.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<title>Microscope</title>
<style>${style}</style>
<script type="importmap">${inert({ imports })}</script>
<script type="application/json" id="embedded">${inert(content)}</script>
<script type="module">import "${PREFIX}${entry}";</script>
</head>
<body><div id="page"></div></body>
</html>
`;
}

// JSON inside of a script element must not close it.
function inert(value) { return JSON.stringify(value).replace(/</g, "\\u003c"); }

function base64(text) {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  for (let from = 0; from < bytes.length; from += 0x8000) binary += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
  return btoa(binary);
}
