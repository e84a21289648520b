// What waits for a person, and what a person stops.
import type { Locator, Page } from '@playwright/test';
import { DEMO, LAB, SANDBOX, type Network, nextMonth, postsAt, quickly, signIn, unique, withCompany, write } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x', 'linkedin']);

test('one account of a post is taken out, the other one stays', async ({ page, browser, company }) => {
  const text = unique('Halved');
  const id = await write(browser, company, { text, networks: ['x', 'linkedin'], when: `${nextMonth(20)}T10:00` });
  await page.goto(`/posts/${id}`);
  const stop = (network: Network) =>
    page.getByRole('button', { name: `Do not publish: ${LAB[network].platform} ${LAB[network].handle}` });
  await stop('x').click();
  await expect(stop('x')).toHaveCount(0);
  await expect(stop('linkedin')).toBeVisible();
  const line = page.locator('main li').filter({ hasText: LAB.x.handle }).first();
  await expect(line.getByText('Cancelled', { exact: true }).first()).toBeVisible();
});

// The demo company of each server has two of them, one for each of these tests: the first post never arrived at LinkedIn,
// the second one is there. (To get another one takes minutes: LinkedIn cannot be asked, so the program waits.)
test.describe('what only a person can find out', () => {
  const MISSING = 'Winter blend is here';
  const PUBLISHED = 'Five ways to brew with less water';
  const ADDRESS = 'https://www.linkedin.com/feed/update/urn:li:share:7000000000000000001';

  const card = (page: Page, words: string) => page.locator('main li').filter({ hasText: words });
  const unfold = (of: Locator) => of.locator('summary', { hasText: 'It is live: link it' }).click();
  const address = (of: Locator) => of.getByLabel('Address of the post on LinkedIn');
  const postOf = async (of: Locator, words: string) =>
    (await of.getByRole('link', { name: words }).getAttribute('href')) as string;

  test.beforeEach(async ({ page }) => {
    await page.context().clearCookies();
    await signIn(page, DEMO.email, DEMO.password);
    await page.goto('/needs');
  });

  test('what is not there is sent again, once @js', async ({ page }) => {
    expect(await postsAt('linkedin', MISSING)).toEqual([]);
    const missing = card(page, MISSING);
    const other = card(page, PUBLISHED);
    await expect(missing.getByText('Unconfirmed', { exact: true })).toBeVisible();
    const post = await postOf(missing, MISSING);
    await unfold(other);
    await address(other).fill(ADDRESS);
    // The page asks by itself whether anything is new; when something is, what is open and typed elsewhere stays.
    await page.waitForResponse(/list_posts/, { timeout: 40_000 });
    await missing.getByRole('button', { name: 'It is not: send again' }).click();
    await expect(missing).toHaveCount(0);
    await expect(address(other)).toBeVisible();
    await expect(address(other)).toHaveValue(ADDRESS);

    await page.goto(post);
    await expect(page.getByRole('link', { name: 'See it on LinkedIn' })).toBeVisible({ timeout: 60_000 });
    expect(await postsAt('linkedin', MISSING)).toHaveLength(1);
  });

  test('what is there is linked @js', async ({ page, browser, consoleErrors }) => {
    // Without JavaScript a refused address stands where it was typed, in the form of the one post that it was for.
    await quickly(
      browser,
      async (quick) => {
        await quick.goto('/needs');
        await unfold(card(quick, PUBLISHED));
        await address(card(quick, PUBLISHED)).fill('ftp://example.com/not-there');
        await card(quick, PUBLISHED).getByRole('button', { name: 'Save' }).click();
        await expect(address(card(quick, PUBLISHED))).toHaveValue('ftp://example.com/not-there');
        await expect(address(card(quick, PUBLISHED))).toHaveAttribute('aria-invalid', 'true');
        await expect(quick.locator('details[open]').filter({ has: quick.locator('input[type=url]') })).toHaveCount(1);
      },
      await page.context().storageState(),
    );
    const found = card(page, PUBLISHED);
    const post = await postOf(found, PUBLISHED);
    const there = await found.getByRole('link', { name: 'Look at LinkedIn' }).getAttribute('href');
    expect(there).toContain(`${SANDBOX}/`);
    expect((await page.request.get(there as string)).ok()).toBe(true);
    await unfold(found);
    const save = found.getByRole('button', { name: 'Save' });
    await address(found).fill('https://x.com/northwind/status/18');
    await save.click();
    await expect(found.getByText('This is not the address of a post on LinkedIn.')).toBeVisible();
    consoleErrors.splice(0);
    await address(found).fill(ADDRESS);
    await expectAccessible(page);
    await save.click();
    await expect(found).toHaveCount(0);

    // LinkedIn cannot be asked; that is said, and the way back is there.
    const told = page.getByRole('status').filter({ hasText: 'Linked for' });
    await expect(told).toContainText('The address is not checked: LinkedIn does not let this app look');
    const there_now = told.getByRole('link', { name: 'See it on LinkedIn' });
    await expect(there_now).toHaveAttribute('href', new RegExp(`^${SANDBOX}/.*urn:li:share:7000000000000000001$`));
    await expectAccessible(page);
    const said = page.url();
    await told.getByRole('link', { name: 'Close' }).click();
    await expect(told).toHaveCount(0);
    await page.goto(post);
    await expect(page.getByRole('link', { name: 'See it on LinkedIn' })).toHaveAttribute('href', new RegExp(`^${SANDBOX}/.*urn:li:share:7000000000000000001$`));
    expect(await postsAt('linkedin', PUBLISHED)).toHaveLength(1);

    // The question is open again afterwards, as it was for whoever looks at the demo company next.
    await page.goto(said);
    await told.getByRole('button', { name: 'Undo' }).click();
    await expect(told).toHaveCount(0);
    await expect(found.getByText('Unconfirmed', { exact: true })).toBeVisible();
    await unfold(found);
    await expect(address(found)).toBeVisible();
  });
});
