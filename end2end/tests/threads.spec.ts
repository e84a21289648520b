// Threads and first comments: written in the composer, kept, shown, and sent in order.
import type { Page } from '@playwright/test';
import { choose, control, fillWhen, follow, nextMonth, openStudio, postsAt, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x', 'linkedin'], 'Europe/Lisbon');

const second = (page: Page) => page.getByLabel('Post 2 of the thread', { exact: true });
const third = (page: Page) => page.getByLabel('Post 3 of the thread', { exact: true });
const comment = (page: Page) => page.getByLabel('First comment', { exact: true });

/** Opens fields for two more posts and a comment: by buttons, or all at once without scripts. */
async function openParts(page: Page, js: boolean) {
  if (!js) {
    await page.getByText('Thread and first comment', { exact: true }).click();
    return;
  }
  await page.getByRole('button', { name: 'Add to thread' }).click();
  await page.getByRole('button', { name: 'Add to thread' }).click();
  await page.getByRole('button', { name: 'Add a first comment' }).click();
}

test('a thread and a first comment are kept and shown', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const words = unique('Thread');
  await openStudio(page, '/studio', js);
  await page.getByLabel('Text for all accounts').fill(`${words} one`);
  await choose(page, 'x');
  await choose(page, 'linkedin');
  await openParts(page, js);
  await second(page).fill(`${words} two`);
  await third(page).fill(`${words} three`);
  await comment(page).fill(`${words} below`);
  await fillWhen(page, `${nextMonth(16)}T10:00`);
  await page.getByRole('button', { name: 'Schedule', exact: true }).click();

  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  for (const part of ['two', 'three', 'below']) await expect(page.locator('main')).toContainText(`${words} ${part}`);
  await expect(page.getByText('Post 3 of the thread', { exact: true })).toHaveCount(2);
  // axe needs scripts itself.
  if (js) await expectAccessible(page);
  // It is one post everywhere else.
  await page.goto(`/posts?q=${encodeURIComponent(words)}`);
  await expect(page.locator('main').getByRole('link', { name: words })).toHaveCount(1);
  await expect(page.locator('main')).toContainText('2 accounts');
  await page.getByRole('link', { name: words }).click();
  await page.getByRole('link', { name: 'Send to Studio' }).click();
  await expect(third(page)).toHaveValue(`${words} three`);
  await expect(comment(page)).toHaveValue(`${words} below`);
});

test('parts are counted, moved and removed by keyboard @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill('One');
  await choose(page, 'x');
  await page.getByRole('button', { name: 'Add to thread' }).focus();
  await page.keyboard.press('Enter');
  await expect(second(page)).toBeFocused();
  await page.keyboard.type('Two');
  await page.getByRole('button', { name: 'Add to thread' }).press('Enter');
  await expect(third(page)).toBeFocused();
  await third(page).fill('a'.repeat(281));
  const problems = page.getByRole('list', { name: 'What to change' });
  await expect(problems).toContainText('Post 3 of the thread: X allows 280 characters; this is 281. Remove 1.');
  await expect(page.getByRole('list', { name: 'Thread' })).toContainText('281/280 characters, too many');
  await expect(page.getByRole('group', { name: 'Publish to' })).toContainText('check the thread');

  await page.getByRole('button', { name: 'Move earlier: post 3 of the thread' }).press('Enter');
  await expect(second(page)).toHaveValue('a'.repeat(281));
  await expect(second(page)).toBeFocused();
  await expect(third(page)).toHaveValue('Two');
  await page.getByRole('button', { name: 'Remove post 2 of the thread' }).press('Enter');
  await expect(second(page)).toHaveValue('Two');
  await expect(problems).toHaveCount(0);
  await expect(page.getByRole('article', { name: 'Preview for X' })).toContainText('Two');

  // Who gets no thread is said.
  await choose(page, 'linkedin');
  await expect(problems).toContainText('LinkedIn has no threads: only the first post goes there.');
  await expectAccessible(page);
});

test('what was typed before the page came to life stays @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill('One');
  await page.getByRole('button', { name: 'Add to thread' }).click();
  await second(page).fill('Two');
  await page.getByRole('button', { name: 'Save draft' }).click();
  await expect(page.getByText('Saved · version 1')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('tab', { name: 'All' })).toBeVisible();
  await expect(second(page)).toHaveValue('Two');
  await expect(page.getByText('Saved · version 1')).toBeVisible();
});

test('a thread goes out in order, the comment under its post', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const words = unique('Order');
  await openStudio(page, '/studio', js);
  await page.getByLabel('Text for all accounts').fill(`${words} one`);
  await choose(page, 'x');
  await choose(page, 'linkedin');
  await openParts(page, js);
  await second(page).fill(`${words} two`);
  await third(page).fill(`${words} three`);
  await comment(page).fill(`${words} below`);
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  const links = page.getByRole('link', { name: /^See it on / });
  await follow(page, js, 90_000, (timeout) => expect(links).toHaveCount(5, { timeout }));
  expect((await postsAt('x', words)).map((post) => post.text)).toEqual([`${words} one`, `${words} two`, `${words} three`]);
  const { platforms } = await control('GET', 'state');
  const below = platforms.linkedin.comments.filter((c: { text: string }) => c.text.startsWith(words));
  expect(below.map((c: { text: string }) => c.text)).toEqual([`${words} below`]);
});
