// What the parts of `make bench` about contacts share: a server of its own on a free port, signed in as the demo company's owner.
import { spawn, spawnSync } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.mjs';

/** The rows of the last query. */
export function query(database, sql) {
  const done = spawnSync('node', [fileURLToPath(new URL('pg.mjs', import.meta.url)), database, '--rows', '-c', sql], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout.split('\n').filter(Boolean).map((line) => line.split('\t'));
}

/** Starts the program and signs in. */
export async function start(program, folder, database, name) {
  const address = `127.0.0.1:${await freePort()}`;
  const origin = `http://${address}`;
  const log = path.join(folder, `${name}.log`);
  const out = openSync(log, 'a');
  const server = spawn(program, ['serve'], {
    stdio: ['ignore', out, out],
    env: { ...process.env, DATABASE_URL: database, LUX_ADDR: address, LUX_PUBLIC_URL: origin, LUX_DATA_DIR: path.join(folder, name), LUX_SANDBOX: '1', LUX_SANDBOX_ADDR: `127.0.0.1:${await freePort()}`, LUX_LOG: 'warn' },
  });
  process.on('exit', () => server.kill('SIGKILL'));
  const began = performance.now();
  while (!(await fetch(`${origin}/readyz`).then((r) => r.ok, () => false))) {
    if (server.exitCode !== null || performance.now() - began > 120_000) {
      console.error(readFileSync(log, 'utf8').split('\n').slice(-20).join('\n'));
      console.error('lux: the server to measure did not start: see above.');
      process.exit(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const signIn = await fetch(`${origin}/rpc/lux/features/identity/accounts/calls/sign_in`, {
    method: 'POST',
    headers: { accept: 'application/json', origin },
    body: new URLSearchParams({ email: 'maya@northwind.example', password: 'demo-roastery' }),
  });
  const cookie = signIn.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ');
  if (!signIn.ok || !cookie) throw new Error(`sign-in answered ${signIn.status}`);

  async function page(url) {
    const response = await fetch(`${origin}${url}`, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
    const body = await response.text();
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    return body;
  }
  /** Calls a server function as a form does: `[[name, value], …]`. */
  async function call(name, fields = []) {
    const response = await fetch(`${origin}/rpc/lux/features/${name}`, { method: 'POST', headers: { cookie, origin, accept: 'application/json' }, body: new URLSearchParams(fields) });
    const body = await response.text();
    if (!response.ok) throw new Error(`${name} answered ${response.status}: ${body.slice(0, 300)}`);
    return body ? JSON.parse(body) : null;
  }
  /** MiB of memory: now, and at most so far. */
  function memory() {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    const of = (name) => Math.round(Number(status.match(new RegExp(`${name}:\\s+(\\d+) kB`))[1]) / 1024);
    return { now: of('VmRSS'), most: of('VmHWM') };
  }
  return { server, origin, cookie, page, call, memory, log };
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The value below which so much of a hundred lies. */
export function percentile(numbers, of) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * of) / 100))];
}

/** Milliseconds of each of some answers, after a few that do not count. */
export async function times(n, work) {
  const all = [];
  for (let at = -5; at < n; at++) {
    const began = performance.now();
    await work(at);
    if (at >= 0) all.push(performance.now() - began);
  }
  return all;
}

export const whole = (n) => Math.round(n).toLocaleString('en');

/** Prints rows of texts as columns. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) console.log(row.map((text, column) => text.padEnd(widths[column])).join('  ').trimEnd());
}
