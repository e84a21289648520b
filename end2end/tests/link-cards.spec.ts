// The card of a link in the previews, as each network draws it: read by the server, with the picture from there, and the same
// height before and after. What cannot be read is said quietly.
import { readFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PICTURES, choose, openStudio, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['linkedin', 'facebook', 'bluesky'], 'Europe/Lisbon');

const PAGE = `<!doctype html><html><head><title>Plain</title><meta property="og:title" content="The winter blend is here">
<meta property="og:description" content="Cocoa, orange and a long finish."><meta property="og:image" content="/cup.jpg"></head></html>`;

let site: Server;
let asked: string[] = [];
/** Lets the page through. */
let open = () => {};

test.beforeAll(async () => {
  const waited = new Promise<void>((done) => (open = done));
  site = createServer(async (request, answer) => {
    asked.push(request.url ?? '');
    if (request.url === '/cup.jpg') {
      answer.writeHead(200, { 'content-type': 'image/jpeg' }).end(readFileSync(PICTURES.cup));
    } else if (request.url === '/roast') {
      await waited;
      answer.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    } else {
      answer.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
});
test.afterAll(() => site.close());

test('a link becomes the card of each network, and nothing moves @js', async ({ page }) => {
  asked = [];
  const base = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill('Look at this');
  for (const network of ['linkedin', 'facebook', 'bluesky'] as const) await choose(page, network);
  await page.getByLabel(/^Link card \(/).fill(`${base}/roast`);
  const of = (name: string) => page.getByRole('article', { name: `Preview for ${name}` });
  for (const name of ['LinkedIn', 'Facebook', 'Bluesky']) await expect(of(name)).toContainText('Reading the page…');
  const heights = async () => {
    const boxes = await Promise.all(['LinkedIn', 'Facebook', 'Bluesky'].map((name) => of(name).boundingBox()));
    return boxes.map((box) => Math.round(box?.height ?? 0));
  };
  const before = await heights();
  open();
  for (const name of ['LinkedIn', 'Facebook', 'Bluesky']) await expect(of(name)).toContainText('The winter blend is here');
  await expect(of('Facebook')).toContainText('Cocoa, orange and a long finish.');
  await expect(of('Bluesky')).toContainText('Cocoa, orange and a long finish.');
  await expect(of('LinkedIn')).not.toContainText('Cocoa');
  for (const name of ['LinkedIn', 'Facebook', 'Bluesky']) {
    const picture = of(name).locator('img[src*="/link-picture"]');
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  }
  expect(await heights()).toEqual(before);
  // Words that are typed afterwards change nothing about it, and nobody is asked again.
  await page.getByLabel('Text for all accounts').fill('Look at this, and at that');
  await expect(of('Facebook')).toContainText('The winter blend is here');
  expect(asked).toEqual(['/roast', '/cup.jpg']);
  await expectAccessible(page);
  for (const [width, height, size] of [[360, 740, 'phone'], [768, 1024, 'tablet'], [1440, 900, 'wide']] as const) {
    await page.setViewportSize({ width, height });
    if (process.env.LUX_E2E_SHOTS) await page.screenshot({ path: `${process.env.LUX_E2E_SHOTS}/link-cards-${size}.png`, fullPage: true });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, size).toBeLessThanOrEqual(0);
  }

  // A page that is not there: the card says so, and the post can go out.
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByLabel(/^Link card \(/).fill(`${base}/gone`);
  await expect(of('Facebook')).toContainText('The page cannot be read (the answer has status 404).');
  await expect(of('Facebook')).toContainText('127.0.0.1');
  // Beside a picture there is no card.
  await page.getByLabel('Add pictures or a video').setInputFiles(PICTURES.cup);
  await expect(of('Facebook').locator('img[src^="/media/"]')).toBeVisible();
  await expect(of('Facebook')).not.toContainText('cannot be read');
});
