// The part of `make bench` about captures: node scripts/bench-intake.mjs SERVER FOLDER DATABASE_URL
// INTAKE_CONNECTIONS (32) at a time send contacts for INTAKE_S (20) seconds, each a new address, every second one a newsletter sign-up.
// Prints captures a second, how long they took, the memory of the process, and whether all that were accepted are in the table.
// With PRINT_ENV it starts the server, prints what a benchmark kit needs to do the same, and waits until its input ends.
import http from 'node:http';
import { percentile, query, sleep, start, table, whole } from './bench-server.mjs';

const [program, folder, database] = process.argv.slice(2);
const CONNECTIONS = Number(process.env.INTAKE_CONNECTIONS ?? 32);
const SECONDS = Number(process.env.INTAKE_S ?? 20);
const MEMORY = 80;

const lux = await start(program, folder, database, 'intake');
// The peers have no rules to follow.
query(database, `update segments set deleted_at = now() where kind = 'rule'`);
const key = await lux.call('intake/calls/make_intake_key', [['user_name', 'bench']]);
const authorization = `Basic ${Buffer.from(`${key.user_name}:${key.password}`).toString('base64')}`;
const address = `${lux.origin}/api/webhook/zapier-contact`;
if (process.env.PRINT_ENV) {
  console.log(`export PRODUCT_WEBHOOK_URL='${address}' PRODUCT_WEBHOOK_AUTH='${authorization}' PRODUCT_PID=${lux.server.pid} PRODUCT_DATABASE_URL='${database}'`);
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
} else {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let number = 0;
  function send(tag) {
    number += 1;
    const n = number;
    const body = JSON.stringify({ email: `u${tag}-${n}@bench.example`, name: `Bench User ${n}`, phone: `+1555${String(n).padStart(7, '0')}`, source: n % 2 ? 'Facebook lead ad' : 'Newsletter' });
    return new Promise((resolve, reject) => {
      const request = http.request(address, { method: 'POST', agent, headers: { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      });
      request.on('error', reject).end(body);
    });
  }
  /** Keeps so many requests open; how long each took. */
  async function load(tag, seconds) {
    const all = [];
    let refused = 0;
    const end = performance.now() + seconds * 1000;
    const one = async () => {
      while (performance.now() < end) {
        const began = performance.now();
        if ((await send(tag)) < 300) all.push(performance.now() - began);
        else refused += 1;
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, one));
    return { all, refused };
  }
  const count = () => Number(query(database, 'select count(*) from contacts')[0][0]);
  await load('w', 3);
  const had = count();
  const { all, refused } = await load('r', SECONDS);
  await sleep(300);
  const stored = count() - had;
  const memory = lux.memory();
  table([
    ['captures a second', whole(all.length / SECONDS)],
    ['50, 99 and 100 of a hundred within', `${percentile(all, 50).toFixed(1)}, ${percentile(all, 99).toFixed(1)}, ${Math.max(...all.slice(0, 100_000)).toFixed(1)} ms`],
    ['accepted, in the table, refused', `${whole(all.length)}, ${whole(stored)}, ${refused}`],
    ['memory now, at most', `${memory.now}, ${memory.most} MiB (goal: under ${MEMORY})`],
  ]);
  const wrong = [];
  if (stored !== all.length) wrong.push('what was accepted and what is in the table differ');
  if (memory.now >= MEMORY) wrong.push('the process takes more memory than it may');
  for (const why of wrong) console.error(`lux: ${why}.`);
  process.exit(wrong.length > 0 ? 1 : 0);
}
