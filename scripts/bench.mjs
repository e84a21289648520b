// The measurements behind `make bench`: node scripts/bench.mjs SERVER FOLDER
// Start-up, answer times of a plain and of a rendered page, memory, and what a first visit transfers to a real browser
// with an empty cache. All on loopback, all bounded: at most four seconds and sixteen connections each.
import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { openBrowser } from './visit.mjs';
import { freePort } from './free-port.mjs';

const [program, folder] = process.argv.slice(2);
const CONNECTIONS = 16;
const SECONDS = 4;
// What a first visit may transfer, without the company's pictures (CONTRIBUTING.md, "Keep the first visit small"). More
// than that fails the run. In bytes.
const BUDGETS = { 'Home after sign-in': 390_000, '/login': 425_000 };

const address = `127.0.0.1:${await freePort()}`;
const sandbox = `127.0.0.1:${await freePort()}`;

const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const get = (url) =>
  new Promise((resolve, reject) => {
    const request = http.get(`http://${address}${url}`, { agent, headers: { 'accept-encoding': 'br, gzip' } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    request.on('error', reject);
  });

async function start() {
  const began = performance.now();
  const log = createWriteStream(path.join(folder, 'server.log'), { flags: 'a' });
  await new Promise((resolve) => log.on('open', resolve));
  const server = spawn(program, ['serve'], {
    stdio: ['ignore', log, log],
    env: { ...process.env, LUX_ADDR: address, LUX_PUBLIC_URL: `http://${address}`, LUX_DATA_DIR: path.join(folder, 'data'), LUX_SANDBOX: '1', LUX_SANDBOX_ADDR: sandbox, LUX_THROTTLE_FACTOR: '1000' },
  });
  for (;;) {
    if (server.exitCode !== null || performance.now() - began > 60_000) {
      console.error(readFileSync(path.join(folder, 'server.log'), 'utf8').split('\n').slice(-20).join('\n'));
      console.error('lux: the server to measure did not start: see above.');
      server.kill('SIGTERM');
      process.exit(1);
    }
    const ready = await get('/readyz').then((r) => r.status === 200, () => false);
    if (ready) return { server, seconds: (performance.now() - began) / 1000 };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const stop = (server) =>
  new Promise((resolve) => {
    server.on('exit', resolve);
    server.kill('SIGTERM');
  });

async function load(url) {
  const times = [];
  const end = performance.now() + SECONDS * 1000;
  const worker = async () => {
    while (performance.now() < end) {
      const began = performance.now();
      const { status } = await get(url);
      if (status !== 200) throw new Error(`${url} answered ${status}`);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  times.sort((a, b) => a - b);
  const at = (q) => times[Math.min(times.length - 1, Math.floor(times.length * q))].toFixed(1);
  return `${Math.round(times.length / SECONDS)} answers/s, median ${at(0.5)} ms, 95 % under ${at(0.95)} ms, 99 % under ${at(0.99)} ms`;
}

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const rows = [];
const first = await start();
rows.push(['start-up, empty data folder', `${first.seconds.toFixed(2)} s`]);
await stop(first.server);
const second = await start();
rows.push(['start-up, existing data folder', `${second.seconds.toFixed(2)} s`]);
rows.push([`/healthz, ${CONNECTIONS} connections`, await load('/healthz')]);
rows.push([`/login, ${CONNECTIONS} connections`, await load('/login')]);
const memory = readFileSync(`/proc/${second.server.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/);
rows.push(['server memory after that', `${Math.round(Number(memory[1]) / 1024)} MiB`]);
// The demo company is there because of LUX_SANDBOX; these are its published words.
const over = [];
const browser = await openBrowser();
const cookies = await browser.signIn(`http://${address}`, { email: 'maya@northwind.example', password: 'demo-roastery' });
for (const [name, url, who] of [['Home after sign-in', '/', cookies], ['/login', '/login', []]]) {
  const files = await browser.visit(`http://${address}${url}`, who);
  for (const file of files) rows.push([`  ${new URL(file.address).pathname}`, `${kB(file.bytes)} (${file.encoding})`]);
  const isPicture = (file) => new URL(file.address).pathname.startsWith('/media/');
  const sum = (some) => `${kB(some.reduce((bytes, file) => bytes + file.bytes, 0))} in ${some.length} requests`;
  const own = files.filter((file) => !isPicture(file));
  rows.push([`first visit to ${name}: the program`, `${sum(own)}, of ${kB(BUDGETS[name])} allowed`]);
  if (own.reduce((bytes, file) => bytes + file.bytes, 0) > BUDGETS[name]) over.push(name);
  if (files.some(isPicture)) rows.push([`first visit to ${name}: the company's pictures`, sum(files.filter(isPicture))]);
}
await browser.close();
rows.push(['server program', `${(statSync(program).size / 1e6).toFixed(1)} MB`]);
await stop(second.server);

const width = Math.max(...rows.map(([name]) => name.length));
for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);
for (const name of over) console.error(`lux: the first visit to ${name} transfers more than its budget: see above, and CONTRIBUTING.md, "Keep the first visit small".`);
process.exit(over.length > 0 ? 1 : 0);
