// Bluesky: connected with an app password in a form of ours, and what only it has for a post.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { APP_PASSWORD, LAB, choose, connect, follow, openForm, openStudio, postsAt, signUp, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['bluesky']);
const { handle } = LAB.bluesky;

test('an account is connected with an app password; what is wrong stands at its field', async ({ page, javaScriptEnabled, consoleErrors }) => {
  const js = javaScriptEnabled !== false;
  await page.context().clearCookies();
  await signUp(page);
  await openForm(page, 'bluesky');
  await expect(page.getByText('Make an app password in Bluesky: Settings → Privacy and security → App passwords.')).toBeVisible();
  await expect(page.getByLabel('Server')).toHaveValue('https://bsky.social');
  if (js) await expectAccessible(page);
  await page.getByLabel('Handle').fill('northwind-lab.bsky.social');
  await page.getByLabel('App password').fill('my own password');
  await page.getByRole('button', { name: 'Connect this Bluesky account' }).click();
  await expect(page.getByText(/^This is no app password\. It has four groups/)).toBeVisible();
  await expect(page.getByLabel('App password')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Handle')).toHaveValue('northwind-lab.bsky.social');

  await page.getByLabel('App password').fill('wron-gone-2222-3333');
  await page.getByRole('button', { name: 'Connect this Bluesky account' }).click();
  await expect(page.getByText('The handle or the app password is not right.')).toBeVisible();

  await page.getByLabel('App password').fill(APP_PASSWORD);
  await page.getByRole('button', { name: 'Connect this Bluesky account' }).click();
  await expect(page.getByText(`${handle} is connected.`)).toBeVisible();
  const card = page.getByRole('article', { name: handle });
  await expect(card).toContainText('Ready');
  await expect(card).toContainText('Renews automatically');
  // The browser reports the two refused attempts as errors of its own.
  expect(consoleErrors.splice(0).filter((error) => !error.includes('status of 422'))).toEqual([]);
  // No keys stand in between.
  await page.goto('/settings/integrations#bluesky');
  await expect(page.getByRole('link', { name: 'Connect an account' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save the keys of Bluesky' })).toHaveCount(0);
});

test('an account on a server of its own is connected by keyboard @js', async ({ page }) => {
  await page.goto('/connections');
  await page.locator('#connect-bluesky summary').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Handle')).toBeFocused();
  await page.keyboard.type('farm.northwind.example');
  await page.keyboard.press('Tab');
  await page.keyboard.type(APP_PASSWORD);
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Server')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('pds.northwind.example');
  await page.keyboard.press('Enter');
  await expect(page.getByText('@farm.northwind.example is connected.')).toBeVisible();
  const card = page.getByRole('article', { name: '@farm.northwind.example' });
  await card.locator('summary', { hasText: 'Disconnect' }).click();
  await card.getByRole('button', { name: 'Disconnect @farm.northwind.example' }).click();
  await expect(page.getByText('The Bluesky account is disconnected.')).toBeVisible();
});

test('a post for people on a list is published, and its link leads to it', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const words = unique('For regulars');
  await openStudio(page, '/studio', js);
  await page.getByLabel('Text for all accounts').fill(`${words} #coffee`);
  await choose(page, 'bluesky');
  await page.getByText(`Options for ${handle}`).click();
  await page.getByLabel('Who can reply').selectOption('People on a list');
  const list = page.getByLabel('List', { exact: true });
  await list.selectOption('Regulars (demo)');
  if (js) {
    await expect(page.getByRole('article', { name: 'Preview for Bluesky' })).toContainText(words);
    await expectAccessible(page);
  }
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  const link = page.getByRole('link', { name: /^See it on Bluesky/ });
  await follow(page, js, 40_000, (timeout) => expect(link).toBeVisible({ timeout }));
  expect(await postsAt('bluesky', words)).toMatchObject([
    { facts: { gate: { allow: [{ $type: 'app.bsky.feed.threadgate#listRule' }] } } },
  ]);
  await page.goto((await link.getAttribute('href')) as string);
  await expect(page.getByText(words)).toBeVisible();
});

test('the preview shows the card of a link @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill('Look at this');
  await choose(page, 'bluesky');
  await page.getByLabel(/^Link card \(/).fill('https://northwind.example/roast');
  await expect(page.getByRole('article', { name: 'Preview for Bluesky' })).toContainText('northwind.example');
});

test('a list must be chosen where one is asked for @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill(unique('Nobody said who'));
  await choose(page, 'bluesky');
  await page.getByText(`Options for ${handle}`).click();
  await page.getByLabel('Who can reply').selectOption('People on a list');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByText('Choose “List” first.').first()).toBeVisible();
});

test('the browser counts as the server does @js', async ({ page }) => {
  const file = path.join(import.meta.dirname, '../fixtures/graphemes.json');
  const texts = JSON.parse(readFileSync(file, 'utf8')) as [string, number][];
  await openStudio(page, '/studio', true);
  await choose(page, 'bluesky');
  const counter = page.getByRole('list', { name: 'Length of the text' }).getByRole('listitem');
  for (const [text, number] of texts) {
    await page.getByLabel('Text for all accounts').fill(text);
    await expect(counter, text).toContainText(`${number}/300 characters`);
  }
});

test('connecting again renews the same account', async ({ page }) => {
  await connect(page, 'bluesky');
  await expect(page.getByRole('article', { name: handle })).toHaveCount(1);
});
