// The part of `make bench` about logs: node scripts/bench-logs.mjs SERVER FOLDER DATABASE_URL
// A log of nginx of LOGS_BYTES (1 GiB) of requests of the last day, and one of the same size that was rotated away and packed, are read
// through GET /api/diagnostics/logs. Fails above 2 s for an answer, or when memory grows by more than 32 MiB.
import { closeSync, createWriteStream, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { percentile, start, table, whole } from './bench-server.mjs';

const [program, folder, database] = process.argv.slice(2);
const BYTES = Number(process.env.LOGS_BYTES ?? 2 ** 30);
const ANSWERS = 20;
const MOST_MS = 2_000;
const MOST_MIB = 32;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n) => String(n).padStart(2, '0');
/** As nginx writes it. */
function asked(at) {
  const d = new Date(at);
  return `${two(d.getUTCDate())}/${months[d.getUTCMonth()]}/${d.getUTCFullYear()}:${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000`;
}
/** A thousand requests at that time, one of them failed. */
function lines(at, first) {
  const time = asked(at);
  let text = '';
  for (let n = 0; n < 1_000; n++) {
    text += `203.0.113.${n % 250} - - [${time}] "GET /posts?page=${first + n} HTTP/1.1" ${n === 500 ? 502 : 200} ${512 + (n % 900)} "-" "Mozilla/5.0 (X11; Linux x86_64)"\n`;
  }
  return text;
}
const a_thousand = lines(Date.now(), 1_000_000).length;
const DAY = 86_400_000;
const when = (written) => Date.now() - DAY + (DAY * written) / BYTES;

function* parts() {
  for (let written = 0, n = 0; written < BYTES; written += a_thousand, n += 1_000) yield lines(when(written), 1_000_000 + n);
}

const access = path.join(folder, 'access.log');
const out = openSync(access, 'w');
for (const text of parts()) writeSync(out, text);
closeSync(out);
// Its newest file is empty, as in the minute after it was rotated.
const packed = path.join(folder, 'app.log');
writeFileSync(packed, '');
await pipeline(Readable.from(parts()), createGzip({ level: 1 }), createWriteStream(`${packed}.1.gz`));

process.env.LUX_LOG_NGINX_ACCESS = access;
process.env.LUX_LOG_APP = packed;
process.env.LUX_THROTTLE_FACTOR = '1000';
const lux = await start(program, folder, database, 'logs');
const wrong = [];
const rows = [['measure', 'result', 'goal']];
const tell = (name, value, goal = '', ok = true) => {
  rows.push([name, value, goal]);
  if (!ok) wrong.push(name);
};
tell('log', `${whole(statSync(access).size / 2 ** 20)} MiB, and one of ${whole(statSync(`${packed}.1.gz`).size / 2 ** 20)} MiB packed`);

async function answer(hours) {
  const began = performance.now();
  const response = await fetch(`${lux.origin}/api/diagnostics/logs?hours=${hours}`, { headers: { cookie: lux.cookie } });
  const report = await response.json();
  if (!response.ok) throw new Error(`the logs answered ${response.status}: ${JSON.stringify(report).slice(0, 300)}`);
  const found = (name) => report.sources.find((source) => source.name === name);
  for (const name of ['nginx_access', 'app']) {
    if (!(found(name).lines > 0 || hours === 1) || found(name).problem) throw new Error(`nothing was read of ${name}: ${JSON.stringify(found(name)).slice(0, 300)}`);
  }
  return { ms: performance.now() - began, lines: found('nginx_access').lines };
}

// The first answer also warms up what every request needs.
await answer(1);
const before = lux.memory().now;
for (const hours of [1, 24, 168]) {
  const answers = [];
  for (let n = 0; n < ANSWERS; n++) answers.push(await answer(hours));
  const times = answers.map((one) => one.ms);
  const slowest = Math.max(...times);
  tell(`${hours} h: median, slowest of ${ANSWERS}`, `${whole(percentile(times, 50))} ms, ${whole(slowest)} ms (${whole(answers[0].lines)} lines)`, `${whole(MOST_MS)} ms`, slowest < MOST_MS);
}
const after = lux.memory();
tell('memory before, after, at most', `${before}, ${after.now}, ${after.most} MiB`, `${MOST_MIB} MiB more`, after.most - before < MOST_MIB);
table(rows);
for (const name of wrong) console.error(`lux: ${name} is not within its goal: see above.`);
process.exit(wrong.length > 0 ? 1 : 0);
