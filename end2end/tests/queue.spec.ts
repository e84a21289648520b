// The queue as people see it: a post that waits, one that went out, the schedules and who may switch them.
import { DEMO, LAB, follow, newCompany, nextMonth, quickly, signIn, unique, withCompany, write } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x']);

test('a post that waits is found in the queue and taken out of it', async ({ page, browser, company }) => {
  const text = unique('Patient words');
  await write(browser, company, { text, networks: ['x'], when: `${nextMonth(10)}T10:00` });
  await page.goto('/diagnostics/queue');
  await page.getByRole('navigation', { name: 'Which jobs' }).getByRole('link', { name: 'Waiting for later' }).click();
  await expect(page).toHaveURL(/show=later/);
  const line = page.getByRole('list', { name: 'Jobs' }).getByRole('listitem').filter({ hasText: text });
  await expect(line).toContainText(LAB.x.handle);
  await expect(line).toContainText('Waiting');
  await line.getByRole('link', { name: `Publish a post: ${text}` }).click();

  await expect(page.getByRole('heading', { level: 1, name: 'Job' })).toBeVisible();
  const main = page.locator('main');
  await expect(main.getByText('Nothing has happened yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Do not publish' }).click();
  await expect(page.getByRole('button', { name: 'Do not publish' })).toHaveCount(0);
  await expect(main.getByText('Cancelled').first()).toBeVisible();
  await page.getByRole('link', { name: 'Open the post' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Post' })).toBeVisible();
  await expect(main.getByText('Cancelled').first()).toBeVisible();
});

test('a post that went out has its log', async ({ page, browser, company, javaScriptEnabled }) => {
  const text = unique('Quick words');
  await write(browser, company, { text, networks: ['x'], press: 'Publish now' });
  const link = page.getByRole('link', { name: `Publish a post: ${text}` });
  await page.goto('/diagnostics/queue?show=done');
  await follow(page, javaScriptEnabled !== false, 30_000, (timeout) => expect(link).toBeVisible({ timeout }));
  await link.click();
  const log = page.getByRole('list', { name: 'What happened' });
  await expect(log.getByRole('listitem').last()).toContainText('Done');
  await expect(page.getByRole('button', { name: 'Do not publish' })).toHaveCount(0);
});

test('the queue page follows by itself @js', async ({ page, browser, company }) => {
  const text = unique('Seen words');
  await page.goto('/diagnostics/queue');
  await expect(page.getByRole('heading', { level: 1, name: 'Queue' })).toBeVisible();
  await expect(page.getByText(text)).toHaveCount(0);
  await write(browser, company, { text, networks: ['x'], when: `${nextMonth(11)}T10:00` });
  await expect(page.getByRole('link', { name: `Publish a post: ${text}` })).toBeVisible({ timeout: 20_000 });
  await expectAccessible(page);
});

test('another company’s job is not found @nojs', async ({ page, browser, company }) => {
  const text = unique('Private words');
  await write(browser, company, { text, networks: ['x'], when: `${nextMonth(12)}T10:00` });
  await page.goto('/diagnostics/queue?show=later');
  const address = await page.getByRole('link', { name: `Publish a post: ${text}` }).getAttribute('href');
  const other = await newCompany(browser);
  await quickly(
    browser,
    async (stranger) => {
      const answer = await stranger.goto(address as string);
      expect(answer?.status()).toBe(404);
      await expect(stranger.getByText('This job no longer exists.')).toBeVisible();
    },
    other.state,
  );
});

test('schedules can be seen by everybody', async ({ page }) => {
  await page.goto('/diagnostics/schedules');
  const sweep = page.getByRole('article', { name: 'Safety net for posts' });
  await expect(sweep).toContainText('Every minute');
  await expect(sweep).toContainText('Next run');
  await expect(page.getByRole('button', { name: /^(Stop|Start|Run now)/ })).toHaveCount(0);
});

test('the owner of the server stops a schedule, runs it by hand and starts it again', async ({ page, javaScriptEnabled }) => {
  await page.context().clearCookies();
  await signIn(page, DEMO.email, DEMO.password);
  await page.goto('/diagnostics/schedules');
  const article = page.getByRole('article', { name: 'Clean-up' });
  await article.getByRole('button', { name: 'Stop: Clean-up' }).click();
  await expect(article.getByText('Stopped', { exact: true })).toBeVisible();
  await expect(article).toContainText('not while it is stopped');
  await article.getByRole('button', { name: 'Run now: Clean-up' }).click();
  await follow(page, javaScriptEnabled !== false, 30_000, (timeout) => expect(article).toContainText(/\(by hand\) · Done/, { timeout }));
  await article.getByRole('button', { name: 'Start: Clean-up' }).click();
  await expect(article.getByText('On', { exact: true })).toBeVisible();
});
