/** Files with their paths, from a drop (folders are walked) or from a file input. */

export interface DroppedFile {
  /** With folders, `cats/1.png`. */
  readonly path: string;
  readonly file: File;
}

export function pickedFiles(list: FileList | null): readonly DroppedFile[] {
  return Array.from(list ?? [], (file) => ({ path: file.webkitRelativePath || file.name, file })).filter(
    isWanted,
  );
}

/** Must start within the drop event: the browser empties the transfer afterwards. */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly DroppedFile[]> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter(
    (entry) => entry !== null,
  );
  if (entries.length === 0) return pickedFiles(transfer.files);
  return (await Promise.all(entries.map(walk))).flat().filter(isWanted);
}

/** Hidden files and the leftovers that file managers put beside pictures are nobody's data. */
const isWanted = ({ path }: DroppedFile): boolean =>
  !path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX' || part === 'Thumbs.db');

async function walk(entry: FileSystemEntry): Promise<readonly DroppedFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path: entry.fullPath.replace(/^\//, ''), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const children: FileSystemEntry[] = [];
  // A reader gives at most 100 entries at a time.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) break;
    children.push(...some);
  }
  return (await Promise.all(children.map(walk))).flat();
}
