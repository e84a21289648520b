// The delivery half of `make bench`: node scripts/bench-delivery.mjs SERVER FOLDER DATABASE_URL
// A worker of the release build publishes to a sink that takes everything at once: posts a second, lateness of a rush
// and of an even flow, and what a kill -9 does. Loopback only; the numbers come from the sink, not from ourselves.
// BENCH_N, SPIKE_N (posts), RUNS (each measure is the median of so many), LEAD_S (seconds from scheduling to due).
import { spawn, spawnSync } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { freePort } from './free-port.mjs';

const [program, folder, database] = process.argv.slice(2);
const N = Number(process.env.BENCH_N ?? 20_000);
const SPIKE = Number(process.env.SPIKE_N ?? 10_000);
const RUNS = Number(process.env.RUNS ?? 3);
const LEAD = Number(process.env.LEAD_S ?? 10) * 1000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const sinkAt = `127.0.0.1:${await freePort()}`;
const log = openSync(path.join(folder, 'delivery.log'), 'a');
const children = new Set();

function run(args, env = {}) {
  const child = spawn(program, args, {
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      DATABASE_URL: database,
      LUX_DATA_DIR: path.join(folder, 'delivery'),
      LUX_X_BASE_URL: `http://${sinkAt}`,
      LUX_LOG: process.env.LUX_LOG ?? 'warn',
      ...env,
    },
  });
  children.add(child);
  child.ended = new Promise((resolve) => child.on('exit', () => resolve(children.delete(child))));
  return child;
}
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

const ask = (method, url) =>
  new Promise((resolve, reject) => {
    http
      .request(`http://${sinkAt}${url}`, { method }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk)).on('end', () => resolve(JSON.parse(text)));
      })
      .on('error', reject)
      .end();
  });

function schedule(posts, first, dueMs, spreadMs = 0, waiting = 0) {
  const args = ['load', '--posts', posts, '--first', first, '--due-ms', dueMs, '--spread-ms', spreadMs, '--waiting', waiting].map(String);
  const env = { ...process.env, DATABASE_URL: database, LUX_DATA_DIR: path.join(folder, 'delivery'), LUX_X_BASE_URL: `http://${sinkAt}`, LUX_LOG: 'warn' };
  const done = spawnSync(program, args, { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`posts could not be scheduled: ${done.stderr}${done.stdout}`);
}

async function arrived(posts, seconds) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const stats = await ask('GET', '/stats');
    if (stats.unique >= posts) return stats;
    await sleep(100);
  }
  return ask('GET', '/stats');
}

let number = 1;
async function rush(posts, { latency = 0, spread = 0, crash = false } = {}) {
  await ask('POST', `/reset?latency_ms=${latency}`);
  const due = Date.now() + LEAD;
  schedule(posts, number, due, spread);
  number += posts;
  if (Date.now() > due) console.error('lux: the posts were not all scheduled before they were due: give a longer LEAD_S');
  let killed, rest;
  if (crash) {
    while ((await ask('GET', '/stats')).unique < 0.4 * posts) await sleep(5);
    killed = Date.now();
    worker.kill('SIGKILL');
    await worker.ended;
    worker = await work();
    // What was armed and not seen to be sent waits until the platform's word is believed; all others go on at once.
    await arrived(posts, 40);
    rest = await ask('GET', '/stats');
  }
  await arrived(posts, LEAD / 1000 + spread / 1000 + posts / 100 + 30 + (crash ? 120 : 0));
  // A post that was taken twice may come after the last new one.
  await sleep(crash ? 5_000 : 1_000);
  const after = await ask('GET', '/stats');
  const since = (stats) => (stats.last_ms - killed) / 1000;
  return { ...after, lost: posts - after.unique, ...(crash && { rest_s: since(rest), looked: posts - rest.unique, looked_s: since(after) }) };
}

async function work() {
  const child = run(['worker']);
  await sleep(2_500);
  if (child.exitCode !== null) throw new Error(readFileSync(path.join(folder, 'delivery.log'), 'utf8').split('\n').slice(-20).join('\n'));
  return child;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rows = [];
const tell = (name, value) => {
  rows.push([name, value]);
  console.error(`  ${name}: ${value}`);
};

run(['sink', sinkAt]);
await sleep(500);
let worker = await work();
await rush(2_000); // Open connections, prepared statements, accounts.

async function measure(name, posts, options, say) {
  const runs = [];
  for (let n = 0; n < RUNS; n += 1) runs.push(await rush(posts, options));
  const bad = runs.reduce((sum, r) => sum + r.lost + r.duplicates + r.early, 0);
  const of = (pick) => median(runs.map(pick));
  const faults = `lost ${runs.map((r) => r.lost).join('/')}, twice ${runs.map((r) => r.duplicates).join('/')}, early ${runs.map((r) => r.early).join('/')}`;
  tell(name, `${say(of)}; ${bad === 0 ? 'none lost, twice or early' : faults}`);
}
const ms = (value) => `${value.toFixed(0)} ms`;
const selected = (process.env.DELIVERY ?? 'throughput,slow,spike,steady,crash,waiting').split(',');
if (selected.includes('throughput')) {
  await measure(`${N} posts, platform answers at once`, N, {}, (of) => `${of((r) => r.rate).toFixed(0)} posts/s`);
}
if (selected.includes('slow')) {
  await measure(`${N} posts, platform answers after 50 ms`, N, { latency: 50 }, (of) => `${of((r) => r.rate).toFixed(0)} posts/s`);
}
if (selected.includes('spike')) {
  await measure(`${SPIKE} posts due in one second`, SPIKE, {}, (of) => `median ${ms(of((r) => r.late_ms.p50))} late, last ${ms(of((r) => r.late_ms.max))}`);
}
if (selected.includes('steady')) {
  await measure('1000 posts due over 20 s', 1000, { spread: 20_000 }, (of) => `median ${of((r) => r.late_ms.p50).toFixed(1)} ms late, 99 % under ${of((r) => r.late_ms.p99).toFixed(1)} ms`);
}
if (selected.includes('crash')) {
  await measure(`${SPIKE} posts, kill -9 at 40 %, platform answers after 50 ms`, SPIKE, { latency: 50, crash: true }, (of) => `the rest was out ${of((r) => r.rest_s).toFixed(1)} s after the kill, ${of((r) => r.looked)} that had been armed after ${of((r) => r.looked_s).toFixed(1)} s`);
}
if (selected.includes('waiting')) {
  // The same rush with a short and with a long queue of what is due another day.
  for (const waiting of [1_000, 1_000_000]) {
    schedule(1, number++, Date.now(), 0, waiting);
    await sleep(5_000);
    await measure(`${N} posts, ${waiting} others scheduled`, N, {}, (of) => `${of((r) => r.rate).toFixed(0)} posts/s`);
  }
}
const memory = readFileSync(`/proc/${worker.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/);
tell('worker memory after that', `${Math.round(Number(memory[1]) / 1024)} MiB`);

const width = Math.max(...rows.map(([name]) => name.length));
for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);
process.exit(0);
