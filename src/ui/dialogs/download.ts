/** Hands a file to the browser's own download. */

export function download(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own handle on the bytes once the click is through.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A project's name as the start of a file name, in any script. */
export function fileStem(name: string): string {
  return (
    name
      .trim()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .toLowerCase() || 'model'
  );
}
