// What people see of the sandbox: the switches for faults on the stand-ins' own pages, and the line on every page of the
// program.
import type { Page } from '@playwright/test';
import { SANDBOX, choose, control, follow, openStudio, postsAt, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x', 'linkedin']);

/** The faults that the stand-ins have, without what nobody chose. */
const faults = async () =>
  (await control('GET', 'faults')).faults.map((f: Record<string, unknown>) => [f.platform, f.operation, f.kind, f.times]);

test.beforeEach(() => control('DELETE', 'faults'));
test.afterEach(() => control('DELETE', 'faults'));

test('faults are switched on and off by buttons that say what they do', async ({ page }) => {
  await page.goto(SANDBOX);
  const switches = page.getByRole('region', { name: 'Make something go wrong' });
  await expect(switches).toContainText('On now: nothing.');
  await switches.getByLabel('Platform').selectOption('LinkedIn');
  await switches.getByLabel('How often').selectOption('The next 3 times');
  const broken = switches.getByRole('button', { name: 'Server error', exact: true });
  await expect(broken).toHaveAccessibleDescription('Refused: the platform itself is broken. Nothing is done.');
  await broken.click();
  await expect(page).toHaveURL(new RegExp(`^${SANDBOX}/\\?.*pressed=server_error$`));
  // The keyboard is where it was.
  await expect(broken).toBeFocused();
  await expect(switches.getByRole('listitem').filter({ hasText: 'LinkedIn, publishing: Server error' })).toContainText('The next 3 times');
  expect(await faults()).toEqual([['linkedin', 'commit', 'server_error', 3]]);
  // What was chosen stands there still; pressed again, it counts anew.
  await expect(switches.getByLabel('Platform')).toHaveValue('linkedin');
  await switches.getByLabel('How often').selectOption('Until it is turned off');
  await broken.click();
  await expect(switches).toContainText('Until it is turned off');
  expect(await faults()).toEqual([['linkedin', 'commit', 'server_error', 2 ** 32 - 1]]);
  const js = test.info().project.name === 'chromium';
  if (js) await expectAccessible(page);

  // A platform's page shows and changes its own only.
  await page.goto(`${SANDBOX}/x`);
  await expect(switches).toContainText('On now: nothing.');
  await switches.getByLabel('What').selectOption('Everything');
  await switches.getByRole('button', { name: 'Slow', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`^${SANDBOX}/x\\?`));
  await expect(switches).toContainText('X, everything: Slow');
  await switches.getByRole('button', { name: 'Turn all off' }).click();
  await expect(switches).toContainText('On now: nothing.');
  await expect(switches.getByRole('heading', { name: 'Make something go wrong' })).toBeFocused();
  expect((await faults()).length).toBe(1);
  await page.goto(SANDBOX);
  await switches.getByRole('button', { name: 'Turn off LinkedIn, publishing: Server error' }).click();
  await expect(switches).toContainText('On now: nothing.');
  expect(await faults()).toEqual([]);

  await page.setViewportSize({ width: 360, height: 740 });
  const { width } = (await switches.boundingBox()) as { width: number };
  expect(width).toBeLessThanOrEqual(360);
  if (js) {
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
  }
  await page.screenshot({ path: 'screenshots/sandbox-360.png', fullPage: true });
  await page.setViewportSize({ width: 1366, height: 768 });
  await page.screenshot({ path: 'screenshots/sandbox-1366.png' });
});

test('a fault that is switched on is what the program then meets @nojs', async ({ page }) => {
  await page.goto(`${SANDBOX}/x`);
  await page.getByRole('button', { name: 'Late answer' }).click();
  expect(await faults()).toEqual([['x', 'commit', 'late_answer', 1]]);
  const text = unique('Switched');
  await openStudio(page, '/studio', false);
  await page.getByLabel('Text for all accounts').fill(text);
  await choose(page, 'x');
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Post' })).toBeVisible();
  await follow(page, false, 60_000, (timeout) => expect(page.getByRole('link', { name: /^See it on X/ })).toBeVisible({ timeout }));
  expect(await postsAt('x', text)).toHaveLength(1);
  expect(await faults()).toEqual([]);
});

const line = (page: Page) => page.getByRole('group').filter({ has: page.getByText('Sandbox', { exact: true }) });

test('the line about the sandbox is one line, covers nothing, and folds', async ({ page }) => {
  for (const [width, height] of [[1366, 768], [360, 740]] as const) {
    await page.setViewportSize({ width, height });
    await page.goto('/posts');
    const [head, note, rest] = [page.locator('main header'), line(page), page.getByRole('navigation', { name: 'Which posts' })];
    const bottom = async (of: typeof note) => {
      const box = (await of.boundingBox()) as { y: number; height: number };
      return box.y + box.height;
    };
    const box = (await note.boundingBox()) as { y: number; height: number };
    expect(box.height).toBe(24);
    expect(box.y).toBeGreaterThanOrEqual(await bottom(head));
    expect(((await rest.boundingBox()) as { y: number }).y).toBeGreaterThanOrEqual(await bottom(note));
    await expect(note.getByRole('link', { name: /^Open it/ })).toHaveAttribute('href', `${SANDBOX}/`);
  }
  await line(page).getByText('Sandbox', { exact: true }).click();
  await expect(page.getByText('Nothing leaves this machine.')).toBeHidden();
});

test('the browser remembers that the line is folded @js', async ({ page, browser, company }) => {
  await page.goto('/posts', { waitUntil: 'networkidle' });
  const note = page.getByText('Nothing leaves this machine.');
  const sandbox = page.getByText('Sandbox', { exact: true });
  await expect(note).toBeVisible();
  await sandbox.click();
  await expect(note).toBeHidden();
  // On the next page, and after a load.
  await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Calendar' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Calendar' })).toBeVisible();
  await expect(sandbox).toBeVisible();
  await expect(note).toBeHidden();
  await page.reload();
  await expect(sandbox).toBeVisible();
  await expect(note).toBeHidden();
  await page.waitForLoadState('networkidle');
  await sandbox.click();
  await expect(note).toBeVisible();
  await page.reload();
  await expect(note).toBeVisible();
  // It is a matter of the browser: another one has it open.
  await sandbox.click();
  const other = await browser.newContext({ storageState: company.state });
  const second = await other.newPage();
  await second.goto(page.url());
  await expect(second.getByText('Nothing leaves this machine.')).toBeVisible();
  await other.close();
});
