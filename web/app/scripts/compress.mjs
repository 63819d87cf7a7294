/** Writes .br and .gz beside every built file that gets smaller, so that the server compresses nothing. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = new URL('../dist/', import.meta.url).pathname;
const TEXT = /\.(js|css|svg|json|txt|map)$/;

let plain = 0;
let packed = 0;
for (const name of await readdir(folder, { recursive: true })) {
  if (!TEXT.test(name)) continue;
  const path = join(folder, name);
  const bytes = await readFile(path);
  const br = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  const gz = gzipSync(bytes, { level: 9 });
  if (br.length < bytes.length) await writeFile(`${path}.br`, br);
  if (gz.length < bytes.length) await writeFile(`${path}.gz`, gz);
  plain += bytes.length;
  packed += Math.min(br.length, bytes.length);
}
process.stdout.write(`compressed ${plain} bytes to ${packed}\n`);
