/**
 * Serves the built page on localhost. Plain Node, no dependencies: `npm start` ends here. It sends the cross-origin isolation
 * headers that WebAssembly threads need and a content-security policy under which nothing can leave the device.
 * Usage: node scripts/serve.mjs [--port N] [--dir dist]
 */
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.csv': 'text/csv; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  // Data sets stay gzipped on the wire and in the cache; the page unpacks them itself, so no Content-Encoding here.
  '.gz': 'application/gzip',
};

/** The policy stands in one place: the build reads it as VITE_CSP. */
const policy = /VITE_CSP="([^"]+)"/.exec(
  readFileSync(new URL('../.env.production', import.meta.url), 'utf8'),
)[1];

export const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  // A page cannot refuse to be framed from within; only a header can.
  'Content-Security-Policy': `${policy}; frame-ancestors 'none'`,
};

/** Starts on the given port, or on the next free one; resolves with the server and its address. */
export function serve(directory, port) {
  const root = resolve(directory);
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = resolve(join(root, normalize(path.endsWith('/') ? `${path}index.html` : path)));
    const isInside = file === root || file.startsWith(root + sep);
    if (!isInside || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found');
      return;
    }
    const isHashed = path.startsWith('/assets/');
    response.writeHead(200, {
      ...HEADERS,
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Length': statSync(file).size,
      'Cache-Control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  });
  return new Promise((done, failed) => {
    const listen = (candidate) => {
      server.once('error', (error) => {
        if (error.code === 'EADDRINUSE' && candidate < port + 20) listen(candidate + 1);
        else failed(error);
      });
      server.listen(candidate, '127.0.0.1', () => {
        server.removeAllListeners('error');
        done({ server, url: `http://localhost:${server.address().port}/` });
      });
    };
    listen(port);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '4173' }, dir: { type: 'string', default: 'dist' } },
  });
  if (!existsSync(join(values.dir, 'index.html'))) {
    console.error(`There is no built page in ${values.dir}. Run: npm run build`);
    process.exit(1);
  }
  const { url } = await serve(values.dir, Number(values.port));
  console.log(`Weft is at ${url}`);
}
