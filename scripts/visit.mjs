// What a browser really transfers: a first visit in Chromium with an empty cache, file by file.
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../end2end/package.json', import.meta.url))('@playwright/test');

/** Opens the browser; `close` when done. Every visit has a fresh profile, so nothing is cached. */
export async function openBrowser() {
  const browser = await chromium.launch({
    executablePath: process.env.LUX_CHROMIUM || undefined,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return {
    close: () => browser.close(),

    /** The cookies of somebody who signed in through the page. */
    async signIn(origin, { email, password }) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${origin}/login`, { waitUntil: 'networkidle' });
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      const { cookies } = await context.storageState();
      await context.close();
      return cookies;
    },

    /**
     * Visits a page for the first time and stays until nothing more comes (and `seconds` longer). Answers every
     * response: address, bytes on the wire with headers, and the encoding of the body.
     */
    async visit(address, cookies = [], seconds = 5) {
      const context = await browser.newContext();
      await context.addCookies(cookies);
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await session.send('Network.enable');
      const open = new Map();
      const files = [];
      session.on('Network.responseReceived', ({ requestId, response }) => {
        const encoding = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'content-encoding');
        open.set(requestId, { address: response.url, status: response.status, encoding: encoding?.[1] ?? 'none' });
      });
      session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
        if (open.has(requestId)) files.push({ ...open.get(requestId), bytes: encodedDataLength });
      });
      await page.goto(address, { waitUntil: 'networkidle' });
      await page.waitForTimeout(seconds * 1000);
      await context.close();
      return files.filter((file) => !file.address.startsWith('data:'));
    },
  };
}
