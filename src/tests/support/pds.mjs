// The AT Protocol's own servers for tests: a DID directory in memory and a PDS (the server that keeps an account's records),
// both on free ports of 127.0.0.1 in this one process. LUX_ATPROTO_DIR names the folder with their packages. Prints one line
// of JSON (addresses and secrets) when both listen. Ends and removes its folder when its standard input ends, which also
// happens when the process that started it is killed.
import { createRequire } from "node:module";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "lux-pds."));
const stop = (code) => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.exit(code);
};
process.stdin.on("end", () => stop(0)).on("error", () => stop(0)).resume();
process.on("SIGTERM", () => stop(0));
process.on("uncaughtException", (error) => {
  console.error(error);
  stop(1);
});

const late = setTimeout(() => {
  console.error("The AT Protocol servers did not start within 90 s.");
  stop(1);
}, 90_000);

// The servers would listen on every address of the machine.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, typeof port === "number" ? { port, host: "127.0.0.1" } : port, ...rest);
};

// The address of the PDS is part of what it tells, so its port must be known before it listens.
const freePort = () =>
  new Promise((resolve, reject) => {
    const socket = net.createServer().on("error", reject);
    socket.listen(0, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });

const secret = (bytes) => randomBytes(bytes).toString("hex");
const secrets = { jwt: secret(16), admin: secret(16), bypass: secret(16) };
const port = await freePort();
const plcPort = await freePort();
const plc = `http://127.0.0.1:${plcPort}`;
for (const name of ["data", "blobs", "uploads"]) mkdirSync(join(folder, name));
Object.assign(process.env, {
  LOG_ENABLED: process.env.LOG_ENABLED ?? "false",
  PDS_DEV_MODE: "true",
  PDS_HOSTNAME: "localhost",
  PDS_PORT: String(port),
  PDS_DATA_DIRECTORY: join(folder, "data"),
  PDS_BLOBSTORE_DISK_LOCATION: join(folder, "blobs"),
  PDS_BLOBSTORE_DISK_TMP_LOCATION: join(folder, "uploads"),
  PDS_BLOB_UPLOAD_LIMIT: String(100 * 1024 * 1024),
  PDS_DID_PLC_URL: plc,
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: secret(32),
  PDS_JWT_SECRET: secrets.jwt,
  PDS_ADMIN_PASSWORD: secrets.admin,
  PDS_INVITE_REQUIRED: "false",
  PDS_RATE_LIMITS_ENABLED: "true",
  PDS_RATE_LIMIT_BYPASS_KEY: secrets.bypass,
});

const require = createRequire(join(process.env.LUX_ATPROTO_DIR, "package.json"));
const { PlcServer, Database } = require("@did-plc/server");
await PlcServer.create({ db: Database.mock(), port: plcPort }).start();
const { PDS, envToCfg, envToSecrets, readEnv } = require("@atproto/pds");
const settings = readEnv();
await (await PDS.create(envToCfg(settings), envToSecrets(settings))).start();
clearTimeout(late);
console.log(JSON.stringify({ url: `http://127.0.0.1:${port}`, plc, folder, secrets }));
