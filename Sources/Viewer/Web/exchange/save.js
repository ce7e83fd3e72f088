// Gives a file to the reader.

/** Saves a blob under a name, as a download; returns the name. */
export function keepFile(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  Object.assign(link, { href: address, download: name.replace(/[^\w.\-]+/g, "-") });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return link.download;
}
