'use strict';
// Files of the reader's computer in the program's file system. Model files are never loaded whole: what the program asks
// for and is not there yet is noted, fetched with File.slice, and the program asks again.

/** Errno of "input/output error" as the program's C library numbers it. */
const EIO = 29;
/** Bytes fetched at first, and at most, for one place of a file. */
const FIRST_PIECE = 1 << 20;
const LARGEST_PIECE = 8 << 20;
/** Bytes of one file that are kept; headers of the largest models stay well below. */
const MOST_KEPT = 96 << 20;
/** Files that are loaded whole: configurations, scenarios, logs. */
const SMALL_FILE = 32 << 20;
/** Files taken from one dropped folder. */
const MOST_FILES = 1000;

/** The parts of a File that have been read so far. */
class Parts {
  constructor(file) {
    this.file = file;
    this.pieces = [];  // {at, bytes}, in the order in which they came
    this.kept = 0;
    this.next = FIRST_PIECE;
    this.missing = null;  // [from, to) that was asked for in vain
  }

  /** Copies [from, from + length) into `into`; false when some of it is not there. */
  copy(from, length, into) {
    let done = 0;
    while (done < length) {
      const at = from + done;
      const piece = this.pieces.find((p) => at >= p.at && at < p.at + p.bytes.length);
      if (!piece) {
        this.missing = [at, from + length];
        return false;
      }
      const part = piece.bytes.subarray(at - piece.at, Math.min(piece.bytes.length, at - piece.at + length - done));
      into.set(part, done);
      done += part.length;
    }
    return true;
  }

  /** Fetches what was missing and some more, which is mostly asked for next. */
  async fetchMissing() {
    const [from, to] = this.missing;
    this.missing = null;
    const end = Math.min(this.file.size, Math.max(to, from + this.next));
    if (this.kept + end - from > MOST_KEPT) throw new Error(`${this.file.name} has a header larger than ${MOST_KEPT >> 20} MiB`);
    const bytes = new Uint8Array(await this.file.slice(from, end).arrayBuffer());
    if (bytes.length !== end - from) throw new Error(`${this.file.name} was changed while it was read`);
    this.pieces.push({at: from, bytes});
    this.kept += bytes.length;
    this.next = Math.min(this.next * 2, LARGEST_PIECE);
  }
}

/** Puts a File into the folder under its name. Returns its Parts, or null when it was loaded whole. */
async function addFile(FS, folder, name, file) {
  const small = file.size <= SMALL_FILE && !/\.(gguf|safetensors|bin|pt|pth)$/i.test(name);
  if (small) {
    FS.writeFile(`${folder}/${name}`, new Uint8Array(await file.arrayBuffer()));
    return null;
  }
  const node = FS.createFile(folder, name, {}, true, false);
  const parts = new Parts(file);
  Object.defineProperty(node, 'usedBytes', {get: () => file.size});
  node.timestamp = file.lastModified;
  node.stream_ops = {
    ...node.stream_ops,
    read(stream, buffer, offset, length, position) {
      const there = Math.max(0, Math.min(length, file.size - position));
      if (there > 0 && !parts.copy(position, there, buffer.subarray(offset, offset + there))) throw new FS.ErrnoError(EIO);
      return there;
    },
  };
  return parts;
}

/** The files of a drop, with their paths below it. Folders are looked into. */
async function filesOfDrop(transfer) {
  const entries = [...transfer.items].filter((item) => item.kind === 'file').map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found = [];
  const walk = async (entry, path) => {
    if (found.length >= MOST_FILES || !entry) return;
    if (entry instanceof File) return void found.push({path: entry.name, file: entry});
    const here = path ? `${path}/${entry.name}` : entry.name;
    if (entry.isFile) {
      found.push({path: here, file: await new Promise((resolve, reject) => entry.file(resolve, reject))});
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) return;
      for (const one of some) await walk(one, here);
    }
  };
  for (const entry of entries) await walk(entry, '');
  return found;
}

/** A folder for files that belong together, new each time; a model without a name of its own is called like it. */
function newFolder(FS, name) {
  for (let n = 1;; ++n) {
    const folder = n === 1 ? `/${name}` : `/${name} (${n})`;
    if (!FS.analyzePath(folder).exists) {
      FS.mkdir(folder);
      return folder;
    }
  }
}

/** Adds files to the program's file system and hands them over: one by its path, several as a folder. */
async function openFiles(Module, files) {
  if (files.length === 0) return;
  const FS = Module.FS;
  const folder = newFolder(FS, files.length === 1 ? files[0].path.split('/').pop() : 'dropped files');
  const lazy = [];
  for (const {path, file} of files) {
    const below = path.split('/').filter((part) => part && part !== '.' && part !== '..');
    const name = below.pop();
    let into = folder;
    for (const part of below) {
      into += `/${part}`;
      if (!FS.analyzePath(into).exists) FS.mkdir(into);
    }
    if (FS.analyzePath(`${into}/${name}`).exists) continue;
    const parts = await addFile(FS, into, name, file);
    if (parts) lazy.push(parts);
  }
  const top = files[0].path.split('/').filter(Boolean);
  const one = files.length === 1 || files.every(({path}) => path.startsWith(`${top[0]}/`));
  const target = one ? `${folder}/${top[0]}` : folder;
  if (lazy.length > 0) {
    for (;;) {
      Module.ccall('llmcalc_try', null, ['string'], [target]);
      const wanting = lazy.filter((parts) => parts.missing);
      if (wanting.length === 0) break;
      await Promise.all(wanting.map((parts) => parts.fetchMissing()));
    }
  }
  Module.ccall('llmcalc_take', null, ['string'], [target]);
}
