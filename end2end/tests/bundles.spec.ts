// The pages' code comes in bundles. What happens on the way to a page whose bundle is not there yet, or never comes.
import { DEMO, signIn } from '../support/app';
import { expect, test } from '../support/test';

const BUNDLES = /\/pkg\/(split|chunk)_[^/]*\.wasm$/;

test.beforeEach(({ page }) => signIn(page, DEMO.email, DEMO.password));

test('Home needs no bundle, other pages bring theirs @js', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (BUNDLES.test(request.url())) asked.push(request.url());
  });
  await page.goto('/', { waitUntil: 'networkidle' });
  expect(asked).toEqual([]);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Calendar' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Calendar' })).toBeVisible();
  expect(asked).not.toEqual([]);
});

test('the page before stays until the bundle has come @js', async ({ page }) => {
  await page.goto('/', { waitUntil: 'networkidle' });
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(BUNDLES, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Posts' }).click();
  await page.waitForTimeout(300);
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  letGo();
  await expect(page.getByRole('heading', { level: 1, name: 'Posts' })).toBeVisible();
  await expect(page).toHaveURL(/\/posts$/);
});

test('a page whose bundle cannot be had is shown by the server, and says so @js', async ({ page, consoleErrors }) => {
  await page.goto('/', { waitUntil: 'networkidle' });
  await page.route(BUNDLES, (route) => route.abort());
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Calendar' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Calendar' })).toBeVisible();
  await expect(page).toHaveURL(/\/calendar$/);
  await expect(page.getByRole('alert')).toContainText('could not be loaded');
  // Links work as they do without JavaScript.
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Posts' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Posts' })).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('could not be loaded');
  await page.unroute(BUNDLES);
  await page.getByRole('link', { name: 'Load the page again' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Posts' })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  // The browser reports every file that did not come.
  consoleErrors.splice(0);
});
