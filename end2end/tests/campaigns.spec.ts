// Campaigns: a brief becomes a plan, half of it is accepted and stands on the calendar, one is undone; a bad brief keeps what was typed.
import { LAB, follow, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x', 'linkedin'], 'Europe/Lisbon');
const GOAL = 'Sell 40 bags of the winter blend. It costs 12 € a bag. It is roasted on Tuesday.';

test('a campaign is planned, half of it scheduled, one post undone, and the campaign deleted and taken back', async ({ page, javaScriptEnabled }) => {
  const js = javaScriptEnabled !== false;
  await page.goto('/settings/integrations#openai');
  await page.locator('#key-openai-api_key').fill('e2e-stand-in-key');
  await page.getByRole('button', { name: 'Save the keys of OpenAI' }).click();
  await expect(page.locator('#openai').getByText('Saved.', { exact: true })).toBeVisible();

  const name = unique('Winter blend');
  await page.goto('/campaigns');
  await page.getByRole('link', { name: 'New campaign' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Goal').fill(GOAL);
  await page.getByLabel('For whom').fill('People who make coffee at home');
  // Two weeks; one post of each account a week.
  await page.getByLabel('First day').fill('2031-05-05');
  await page.getByLabel('Last day').fill('2031-05-18');
  await page.getByRole('checkbox', { name: LAB.x.handle }).check();
  await page.getByRole('checkbox', { name: LAB.linkedin.handle }).check();
  await page.getByRole('button', { name: 'Plan the campaign' }).press('Enter');
  await expect(page.getByRole('heading', { level: 2, name })).toBeVisible();
  await follow(page, js, 40_000, (timeout) => expect(page.getByText('Plan ready', { exact: true })).toBeVisible({ timeout }));
  const posts = page.getByRole('list', { name: 'Planned posts' }).getByRole('listitem').filter({ has: page.getByRole('heading', { level: 3 }) });
  await expect(posts).toHaveCount(4);
  await expect(posts.filter({ hasText: 'Write this.' })).toHaveCount(0);
  await expect(page.getByText('First we say why, then we show how')).toBeVisible();
  if (js) await expectAccessible(page);

  // One is changed first.
  const words = unique('Changed by hand');
  await posts.first().getByRole('link', { name: /^Edit/ }).click();
  await page.getByLabel('The text').fill(words);
  await page.getByRole('button', { name: 'Save the planned post' }).click();
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await expect(posts.first()).toContainText('edited');

  // Half of them at once.
  await posts.nth(0).getByRole('checkbox').check();
  await posts.nth(1).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Schedule the chosen' }).press('Enter');
  await expect(page.getByText('2 posts scheduled.')).toBeVisible();
  await expect(page.getByText('Running', { exact: true })).toBeVisible();
  await page.goto('/posts?filter=scheduled');
  await expect(page.locator('main li a[href^="/posts/"]')).toHaveCount(2);
  await page.goto('/calendar?view=month&day=2031-05-05');
  await expect(page.getByText(words).first()).toBeVisible();

  await page.goto('/campaigns');
  await page.getByRole('link', { name: new RegExp(name) }).click();
  await posts.filter({ hasText: words }).getByRole('button', { name: /^Undo/ }).click();
  await expect(page.getByText('Undone.', { exact: true })).toBeVisible();
  await page.goto('/calendar?view=month&day=2031-05-05');
  await expect(page.getByText(words)).toHaveCount(0);

  // What was made of it names it; the campaign goes and comes back.
  await page.goto('/posts?filter=scheduled');
  await page.locator('main li a[href^="/posts/"]').first().click();
  await page.getByRole('link', { name }).click();
  await page.getByRole('button', { name: 'Delete the campaign' }).click();
  await expect(page.getByText('The campaign is deleted. Posts that were made of it stay.')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('heading', { level: 2, name })).toBeVisible();
});

test('a bad brief is refused at its field and keeps what was typed', async ({ page, consoleErrors }) => {
  await page.goto('/campaigns/new');
  await page.getByLabel('Name', { exact: true }).fill('Spring');
  await page.getByLabel('Goal').fill('Open the second shop.');
  await page.getByLabel('First day').fill('2031-05-18');
  await page.getByLabel('Last day').fill('2031-05-05');
  await page.getByLabel('Tone').selectOption('Bold');
  await page.getByRole('checkbox', { name: LAB.x.handle }).check();
  await page.getByRole('button', { name: 'Plan the campaign' }).click();
  await expect(page.getByText(/choose that day or a later one/)).toBeVisible();
  // The browser reports the refusal, too.
  expect(consoleErrors.splice(0).filter((error) => !error.includes('status of 422'))).toEqual([]);
  await expect(page.getByLabel('Goal')).toHaveValue('Open the second shop.');
  await expect(page.getByLabel('Last day')).toHaveValue('2031-05-05');
  await expect(page.getByLabel('Tone')).toHaveValue('bold');
  await expect(page.getByRole('checkbox', { name: LAB.x.handle })).toBeChecked();
});

test('the pages fit three widths @js', async ({ page }) => {
  await page.goto('/campaigns/new');
  await page.getByLabel('Name', { exact: true }).fill(`A name without spaces ${'x'.repeat(70)}`);
  await page.getByLabel('Goal').fill('Say hello.');
  await page.getByRole('checkbox', { name: LAB.x.handle }).check();
  await page.getByRole('button', { name: 'Plan the campaign' }).click();
  await expect(page.getByText('Plan ready', { exact: true })).toBeVisible({ timeout: 40_000 });
  const address = new URL(page.url()).pathname;
  const edit = await page.getByRole('link', { name: /^Edit/ }).first().getAttribute('href');
  for (const width of [1440, 768, 360]) {
    await page.setViewportSize({ width, height: 900 });
    for (const path of ['/campaigns', '/campaigns/new', address, edit as string, `${address}?edit=strategy`]) {
      await page.goto(path);
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${path} at ${width}`).toBeLessThanOrEqual(0);
      if (width !== 768) await expectAccessible(page);
    }
  }
});
