// Agents: one is run, two of its three drafts are edited and approved, one is undone; a document is read and changed; what they know is
// kept; a task is added, dropped, taken back and done; what one may do and what wakes it is set.
import { fillWhen, follow, quickly, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x']);
const WORDS = ['Beans for the weekend', 'A new grinder', 'Open until seven'];

const RUN = 'Run now: Posts for 09, 13 and 17 h';

test.beforeAll(async ({ browser, company }) => {
  await quickly(
    browser,
    async (page) => {
      for (const words of WORDS) {
        await page.goto('/snippets?new=text');
        await page.getByLabel('Name', { exact: true }).fill(words);
        await page.getByLabel('The text').fill(`${words}: come by and say hello.`);
        await page.getByRole('button', { name: 'Save the snippet' }).click();
        await expect(page.getByText('The snippet is saved.')).toBeVisible();
      }
    },
    company.state,
  );
});

test('the Social agent proposes; two drafts are approved, one of them changed, and one is undone', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  await page.goto('/agents');
  await page.getByRole('link', { name: 'Social Media & Community', exact: true }).click();
  await page.getByRole('button', { name: RUN }).press('Enter');
  await expect(page.getByText('It works now.')).toBeVisible();
  const drafts = page.getByRole('heading', { level: 2, name: /^Post for / });
  await follow(page, js, 40_000, (timeout) => expect(drafts).toHaveCount(3, { timeout }));
  if (js) await expectAccessible(page);

  await page.goto('/proposals?agent=social');
  await expect(drafts).toHaveCount(3);
  await page.getByRole('link', { name: /^Edit/ }).first().click();
  const changed = unique('Changed by hand');
  await expect(page.getByRole('heading', { name: 'Edit the proposal' })).toBeVisible();
  await page.getByLabel('The text').fill(changed);
  await fillWhen(page, '2031-05-06T09:30');
  await page.getByRole('button', { name: 'Save the proposal' }).click();
  await expect(page.getByText('The proposal is saved.')).toBeVisible();
  const card = page.getByRole('listitem').filter({ hasText: changed });
  await expect(card.first()).toContainText('edited');
  await card.getByRole('button', { name: /^Approve and schedule/ }).press('Enter');
  await expect(page.getByText('Approved.', { exact: true })).toBeVisible();
  await expect(drafts).toHaveCount(2);
  await page.getByRole('button', { name: /^Approve and schedule/ }).first().click();
  await expect(drafts).toHaveCount(1);

  await page.goto('/calendar?view=day&day=2031-05-06');
  await expect(page.getByText(changed).first()).toBeVisible();
  await page.goto('/posts?filter=scheduled');
  await expect(page.locator('main li a[href^="/posts/"]')).toHaveCount(2);

  await page.goto('/proposals?decided=1');
  await page.getByRole('listitem').filter({ hasText: changed }).getByRole('button', { name: /^Undo/ }).click();
  await expect(page.getByText('Undone.', { exact: true })).toBeVisible();
  await page.goto('/posts?filter=scheduled');
  await expect(page.locator('main li a[href^="/posts/"]')).toHaveCount(1);
  await expect(page.getByText(changed)).toHaveCount(0);
});

test('a document is read, and what agents know is kept, changed and erased', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  await page.goto('/agents/analytics');
  await page.getByRole('button', { name: 'Run now: Weekly summary' }).click();
  const document = page.getByRole('link', { name: /^Week to / });
  await follow(page, js, 40_000, (timeout) => expect(document.first()).toBeVisible({ timeout }));
  await document.first().click();
  await expect(page.getByRole('heading', { level: 3, name: 'What stands out' })).toBeVisible();
  await expect(page.getByRole('table').first()).toBeVisible();
  const file = await page.request.get((await page.getByRole('link', { name: 'Download (.md)' }).getAttribute('href')) as string);
  expect(await file.text()).toContain('# Week to ');

  // Changed by hand, and the version from before made the latest again.
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  const own = unique('Read this first');
  await page.getByLabel('The document, as Markdown').fill(`# ${own}\n\nCall **Ada** today.`);
  await page.getByRole('button', { name: 'Save the document' }).click();
  await expect(page.getByRole('heading', { name: own })).toBeVisible();
  await expect(page.getByText('edited by').first()).toBeVisible();
  if (js) await expectAccessible(page);
  await page.getByRole('link', { name: /^Version 1,/ }).click();
  await page.getByRole('button', { name: 'Make this the latest' }).click();
  await expect(page.getByRole('heading', { level: 3, name: 'What stands out' })).toBeVisible();
  await expect(page.getByRole('link', { name: /^Version 3,/ })).toHaveAttribute('aria-current', 'page');

  await page.goto('/agents/memory');
  const fact = unique('We never say cheap');
  await page.getByLabel('What agents are to know').fill(fact);
  await page.getByRole('button', { name: 'Keep the fact' }).click();
  const line = page.getByRole('listitem').filter({ hasText: fact });
  await expect(line).toBeVisible();
  await line.getByRole('link', { name: /^Change/ }).click();
  await expect(page.getByLabel('What agents are to know')).toHaveValue(fact);
  await page.getByLabel('What agents are to know').fill(`${fact}, ever`);
  await page.getByRole('button', { name: 'Save the fact' }).click();
  await expect(line.getByText(`${fact}, ever`, { exact: true })).toBeVisible();
  await line.getByRole('button', { name: /^Erase/ }).click();
  await expect(page.getByText(`${fact}, ever`)).toHaveCount(0);

  // What is known of oneself stands apart.
  const mine = unique('I answer for the beans');
  await page.getByLabel('What is to be known about you').fill(mine);
  await page.getByRole('button', { name: 'Keep it for me' }).click();
  await expect(page.getByText('Kept, for you alone.')).toBeVisible();
  const about = page.getByRole('list', { name: 'Facts about you' }).getByRole('listitem').filter({ hasText: mine });
  await expect(about).toContainText('written by you');
  await about.getByRole('link', { name: /^Change/ }).click();
  await page.getByLabel('What is to be known about you').fill(`${mine} and tea`);
  await page.getByRole('button', { name: 'Save what is known about you' }).click();
  await expect(about.getByText(`${mine} and tea`, { exact: true })).toBeVisible();
  if (js) await expectAccessible(page);
  await about.getByRole('button', { name: /^Erase/ }).click();
  await expect(page.getByText('Erased.', { exact: true })).toBeVisible();
  await expect(page.getByText(`${mine} and tea`)).toHaveCount(0);
});

test('a task is added, dropped, taken back and done, and an agent is set', async ({ page, javaScriptEnabled, consoleErrors }) => {
  const js = javaScriptEnabled !== false;
  await page.goto('/agents');
  await page.getByLabel('What is to be done').selectOption({ label: 'Social Media & Community: Plan a post at an hour' });
  await page.getByLabel('About').fill('half past ten');
  await page.getByRole('button', { name: 'Add the task' }).click();
  await expect(page.getByText('write an hour such as 10:00').first()).toBeVisible();
  expect(consoleErrors.filter((error) => !error.includes('422 (Unprocessable'))).toEqual([]);
  consoleErrors.splice(0);
  await page.getByLabel('What is to be done').selectOption({ label: 'Social Media & Community: Plan a post at an hour' });
  await page.getByLabel('About').fill('11:00');
  await page.getByRole('button', { name: 'Add the task' }).click();
  const task = page.getByRole('list', { name: 'Tasks' }).getByRole('listitem').filter({ hasText: 'Plan a post at 11:00.' });
  await expect(task).toContainText('Waits for its next run');
  if (js) await expectAccessible(page);
  await task.getByRole('button', { name: /^Drop/ }).click();
  await expect(page.getByText('The task is dropped.')).toBeVisible();
  await expect(task).toContainText('Dropped');
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(task).toContainText('Waits for its next run');

  await page.goto('/agents/social');
  await expect(task).toContainText('Waits for its next run');
  await page.getByRole('button', { name: RUN }).press('Enter');
  await follow(page, js, 40_000, (timeout) => expect(task).toContainText('Done', { timeout }));
  await page.getByLabel('What may it do by itself').selectOption({ label: 'Tags, segments and drafts by itself' });
  await page.getByRole('button', { name: 'Save what it may do' }).click();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await page.goto('/agents/social');
  await expect(page.getByLabel('What may it do by itself')).toHaveValue('reversible');

  await page.goto('/agents/analytics');
  await page.getByLabel('a post goes live').uncheck();
  await page.getByRole('button', { name: 'Save what wakes it' }).click();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await page.goto('/agents/analytics');
  await expect(page.getByLabel('a post goes live')).not.toBeChecked();
  if (js) await expectAccessible(page);

  // The same on the page of all events.
  await page.goto('/agents/events');
  const live = page.getByRole('listitem').filter({ hasText: 'When a post goes live' });
  await expect(live.getByRole('checkbox')).not.toBeChecked();
  await live.getByRole('checkbox').check();
  await live.getByRole('button', { name: /^Save who listens/ }).click();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await page.goto('/agents/analytics');
  await expect(page.getByLabel('a post goes live')).toBeChecked();
});

test('the pages fit three widths @js', async ({ page }) => {
  await page.goto('/agents/app');
  await page.getByRole('button', { name: 'Run now: Daily usage' }).click();
  const document = page.getByRole('link', { name: /^Usage, / });
  await expect(document.first()).toBeVisible({ timeout: 40_000 });
  const address = (await document.first().getAttribute('href')) as string;
  for (const width of [1440, 768, 360]) {
    await page.setViewportSize({ width, height: 900 });
    for (const path of ['/', '/agents', '/agents/app', '/agents/retention', address, '/proposals', '/agents/memory', '/agents/events']) {
      await page.goto(path);
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${path} at ${width}`).toBeLessThanOrEqual(0);
      if (width !== 768) await expectAccessible(page);
    }
  }
});
