// What is done with posts from their list: by the menu of a row, and with several at once.
import type { Page } from '@playwright/test';
import { NETWORKS, nextMonth, unique, withCompany, write } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(NETWORKS, 'Europe/Lisbon');

const row = (page: Page, words: string) => page.locator('main li').filter({ has: page.getByRole('link', { name: words }) });
const box = (page: Page, words: string) => page.getByRole('checkbox', { name: `Choose “${words}”` });
const told = (page: Page, words: string) => page.getByRole('status').filter({ hasText: words });
const bar = (page: Page, name: string) => page.locator('#chosen').getByRole('button', { name, exact: true });
const list = async (page: Page, words: string) => {
  await page.goto(`/posts?q=${encodeURIComponent(words)}`, { waitUntil: 'networkidle' });
};

test('a row has the actions of its post', async ({ page, browser, company, javaScriptEnabled }) => {
  const words = unique('Row');
  await write(browser, company, { text: words, networks: ['x'], when: `${nextMonth(12)}T10:00` });
  await list(page, words);
  const open = async () => {
    await row(page, words).locator('summary').click();
    await expect(row(page, words).getByRole('link', { name: 'Send to Studio' })).toBeVisible();
  };
  await open();
  if (javaScriptEnabled !== false) await expectAccessible(page);
  await row(page, words).getByRole('button', { name: 'Move to drafts' }).click();
  await expect(told(page, '1 post moved to drafts.')).toBeVisible();
  await expect(row(page, words).getByText('Draft', { exact: true })).toBeVisible();
  await open();
  await expect(row(page, words).getByRole('button', { name: 'Move to drafts' })).toHaveCount(0);
  await row(page, words).getByRole('button', { name: 'Duplicate' }).click();
  await expect(told(page, '1 post copied as a draft.')).toBeVisible();
  await expect(row(page, words)).toHaveCount(2);
  await told(page, 'copied').getByRole('button', { name: 'Undo' }).click();
  await expect(told(page, '1 post deleted.')).toBeVisible();
  await expect(row(page, words)).toHaveCount(1);
  await told(page, 'deleted').getByRole('link', { name: 'Close' }).click();
  await expect(told(page, 'deleted')).toHaveCount(0);
  await open();
  await row(page, words).getByRole('link', { name: 'Send to Studio' }).click();
  await expect(page.getByLabel('Text for all accounts')).toHaveValue(words);
});

test('several posts are deleted and come back', async ({ page, browser, company, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  const words = unique('Several');
  for (const n of ['one', 'two', 'three']) {
    await write(browser, company, { text: `${words} ${n}`, networks: ['x'], press: 'Save draft' });
  }
  await list(page, words);
  await expect(row(page, words)).toHaveCount(3);
  if (js) {
    await expect(bar(page, 'Delete')).toHaveAttribute('aria-disabled', 'true');
    // By keyboard.
    await box(page, `${words} one`).press('Space');
    await expect(page.getByText('1 chosen')).toBeVisible();
    await box(page, `${words} two`).press('Space');
    await expect(page.getByText('2 chosen')).toBeVisible();
    await box(page, `${words} two`).press('Enter');
    await expect(row(page, words)).toHaveCount(3);
    await expectAccessible(page);
  } else {
    await box(page, `${words} one`).check();
    await box(page, `${words} two`).check();
  }
  await bar(page, 'Delete').click();
  await expect(told(page, '2 posts deleted.')).toBeVisible();
  await expect(row(page, words)).toHaveCount(1);
  await told(page, 'deleted').getByRole('button', { name: 'Undo' }).click();
  await expect(told(page, '2 posts restored.')).toBeVisible();
  await expect(row(page, words)).toHaveCount(3);
});

test('all of a page are chosen at once @js', async ({ page, browser, company }) => {
  const words = unique('All');
  for (const n of ['one', 'two']) {
    await write(browser, company, { text: `${words} ${n}`, networks: ['x'], when: `${nextMonth(13)}T1${n.length}:00` });
  }
  await list(page, words);
  const all = page.getByRole('checkbox', { name: 'Select all on this page' });
  await all.check();
  await expect(page.getByText('2 chosen')).toBeVisible();
  await box(page, `${words} two`).uncheck();
  await expect(all).not.toBeChecked();
  await all.check();
  await bar(page, 'Move to drafts').click();
  await expect(told(page, '2 posts moved to drafts.')).toBeVisible();
  await expect(row(page, words).getByText('Draft', { exact: true })).toHaveCount(2);
  await expect(page.getByText('chosen', { exact: false })).toHaveCount(0);
});

test('the page of a post has its preview and its actions', async ({ page, browser, company }) => {
  const words = unique('Page');
  const id = await write(browser, company, { text: words, networks: ['x', 'linkedin'], when: `${nextMonth(14)}T10:00` });
  await page.goto(`/posts/${id}`);
  for (const network of ['X', 'LinkedIn']) {
    await expect(page.getByRole('article', { name: `Preview for ${network}`, exact: true })).toContainText(words);
  }
  await page.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('Nothing of it will be published.')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(told(page, '1 post restored.')).toBeVisible();
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await expect(told(page, '1 post copied as a draft.')).toBeVisible();
  await page.getByRole('link', { name: 'Open the copy' }).click();
  await expect(page.getByLabel('Text for all accounts')).toHaveValue(words);
});
