// The studio's whole way with the keyboard alone: two pictures, a brief, three accounts; texts that grow while they are written, one
// of them made less salesy, two suggestions, a typing error, and the time. Each state is looked at in three widths.
import type { Locator, Page } from '@playwright/test';
import { LAB, NETWORKS, PICTURES, control, nextMonth, openStudio, postsAt, quickly, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(NETWORKS, 'Europe/Lisbon');

test.beforeAll(async ({ browser, company }) => {
  await quickly(
    browser,
    async (page) => {
      await page.goto('/settings/integrations#openai');
      await page.locator('#key-openai-api_key').fill('e2e-stand-in-key');
      await page.getByRole('button', { name: 'Save the keys of OpenAI' }).click();
      await expect(page.locator('#openai').getByText('Saved.', { exact: true })).toBeVisible();
    },
    company.state,
  );
});

/** Tab, as often as it takes. */
async function reach(page: Page, target: Locator) {
  await expect(target).toBeVisible();
  const there = () => target.evaluate((element) => element === element.ownerDocument.activeElement);
  for (let presses = 0; presses < 300; presses++) {
    if (await there()) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${target}`);
}

/** The keyboard is on something. */
const stays = (page: Page) => expect.poll(() => page.evaluate('document.activeElement.tagName')).not.toBe('BODY');

const WIDTHS = [[360, 740], [768, 1024], [1440, 900]] as const;

/** Nothing is wider than the page at any of three widths, and axe finds nothing on the narrowest and the widest. */
async function looked(page: Page, name: string) {
  for (const [width, height] of WIDTHS) {
    await page.setViewportSize({ width, height });
    if (process.env.LUX_E2E_SHOTS) await page.screenshot({ path: `${process.env.LUX_E2E_SHOTS}/keyboard-${width}-${name}.png`, fullPage: true });
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), `${name} ${width}`).toBeLessThanOrEqual(0);
    if (width !== 768) await expectAccessible(page);
  }
}

test('from two pictures to a scheduled post with the keyboard alone @js', async ({ page }) => {
  test.slow();
  await page.setViewportSize({ width: 1440, height: 900 });
  const mark = unique('Winter');
  await openStudio(page, '/studio', true);

  // The brief and its tone.
  await reach(page, page.getByLabel('What is the post about?'));
  await page.keyboard.type(`Elevate your mornings with our seamless ${mark} blend! Cocoa first, then orange. Free mug over 40 €. Don’t miss out!`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: 'Expert' })).toBeChecked();

  // Two pictures through the browser's own window, each described by the model.
  await reach(page, page.getByLabel('Add pictures or a video'));
  await expect(async () => {
    // A busy browser may not open its window at the first press.
    const chooser = page.waitForEvent('filechooser', { timeout: 5_000 });
    await page.keyboard.press('Enter');
    await (await chooser).setFiles([PICTURES.cup, PICTURES.hills]);
  }).toPass({ timeout: 60_000 });
  const files = page.getByRole('list', { name: 'Files of this post' });
  const described = files.getByLabel('Describe it for people who cannot see it');
  await expect(described).toHaveCount(2);
  await stays(page);
  for (const n of [0, 1]) {
    await reach(page, files.getByRole('button', { name: 'Describe it for me' }).nth(n));
    await page.keyboard.press('Enter');
    await expect(described.nth(n)).not.toHaveValue('');
    await stays(page);
  }

  // The library opens beside them, no wider than its column, and Escape closes it.
  await reach(page, page.getByRole('button', { name: 'Choose from the library' }));
  await page.keyboard.press('Enter');
  const library = page.getByRole('region', { name: 'Choose from the library' });
  await expect(library.getByRole('list', { name: 'Files of the library' }).getByRole('button')).not.toHaveCount(0);
  await expect(page.getByLabel('Search names and descriptions')).toBeFocused();
  const [inner, column] = await Promise.all([library.boundingBox(), page.getByRole('group', { name: 'Pictures and videos' }).boundingBox()]);
  expect((inner?.x ?? 0) + (inner?.width ?? 0)).toBeLessThanOrEqual((column?.x ?? 0) + (column?.width ?? 0) + 0.5);
  expect(await library.evaluate((panel) => panel.scrollWidth - panel.clientWidth), 'nothing in it is wider').toBeLessThanOrEqual(0);
  await looked(page, 'library');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Choose from the library' })).toBeFocused();

  // Three accounts.
  const accounts = page.getByRole('group', { name: 'Publish to' });
  for (const network of NETWORKS) {
    await reach(page, accounts.getByRole('checkbox', { name: LAB[network].platform }));
    await page.keyboard.press('Space');
  }
  await expect(accounts.getByRole('checkbox', { checked: true })).toHaveCount(3);
  await looked(page, 'brief');

  // A model that takes its time: what it has is in the fields already.
  await control('POST', 'models', { kind: 'slow', times: 1, ms: 40 });
  await page.evaluate(`
    window.lengths = new Set();
    const look = () => {
      const shown = [...document.querySelectorAll('textarea[name^=text_]')].find((field) => field.checkVisibility());
      if (shown && shown.value) window.lengths.add(shown.value.length);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);`);
  await reach(page, page.getByRole('button', { name: 'Write for 3 accounts' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText('The texts are there.')).toBeAttached();
  await stays(page);
  expect(await page.evaluate('window.lengths.size'), 'the text grew').toBeGreaterThan(3);

  // Each has its own text, and all of them fit.
  const field = (network: (typeof NETWORKS)[number]) =>
    page.getByLabel(`Text for ${LAB[network].platform} ${LAB[network].handle}`, { exact: true });
  await expect(accounts.getByText('fits', { exact: true })).toHaveCount(3);
  await expect(page.getByRole('list', { name: 'What to change' }).getByText('Must change')).toHaveCount(0);
  const selected = page.getByRole('tab', { selected: true });
  await reach(page, selected);
  await page.keyboard.press('Home');
  await expect(selected).toHaveText('All');
  for (let n = 0; n < 3; n++) {
    const before = await selected.textContent();
    await page.keyboard.press('ArrowRight');
    await expect(selected).not.toHaveText(before as string);
    await expect(selected).toBeFocused();
  }
  for (const network of NETWORKS) await expect(field(network)).toHaveValue(new RegExp(`${mark} blend.*40 €.*2 pictures`));
  expect((await field('x').inputValue()).length).toBeLessThanOrEqual(280);

  // X's text without advertising: it reads better than before.
  while (!(await field('x').isVisible())) await page.keyboard.press('ArrowRight');
  const card = page.getByRole('region', { name: 'How it reads' });
  const score = async () => Number(await card.getAttribute('data-score'));
  await expect(page.locator('[data-mark]').filter({ hasText: /miss out/ })).toHaveCount(1);
  const salesy = await score();
  await looked(page, 'written');
  await reach(page, page.getByRole('button', { name: 'Less salesy' }));
  await page.keyboard.press('Enter');
  await expect(field('x')).not.toHaveValue(/miss out/);
  await expect(field('x')).toHaveValue(/40 €/);
  await expect(field('linkedin')).toHaveValue(/miss out/);
  await expect.poll(score).toBeGreaterThan(salesy);
  await stays(page);

  // Two suggestions, one after the other.
  const calmer = await score();
  const suggestions = page.getByRole('list', { name: 'Suggestions' });
  await reach(page, suggestions.getByRole('button', { name: 'Improve: suggestion for “Elevate”' }));
  await page.keyboard.press('Enter');
  await expect(field('x')).toHaveValue(/Improve your mornings/);
  await stays(page);
  await reach(page, suggestions.getByRole('button', { name: 'Take it out: suggestion for “seamless”' }));
  await page.keyboard.press('Enter');
  await expect(field('x')).toHaveValue(new RegExp(`with our ${mark} blend`));
  await stays(page);
  expect(await score()).toBeGreaterThan(calmer);

  // A typing error of one's own.
  await reach(page, field('x'));
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' We recieve the beans on Monday.');
  const correction = suggestions.getByRole('button', { name: 'receive: suggestion for “recieve”' });
  await expect(correction).toBeVisible();
  await expect(page.locator('[data-mark]').filter({ hasText: 'recieve' })).toHaveCount(1);
  await looked(page, 'misspelt');
  await reach(page, correction);
  await page.keyboard.press('Enter');
  await expect(field('x')).toHaveValue(/We receive the beans on Monday\.$/);
  await stays(page);

  // The time, and off it goes.
  await reach(page, page.getByLabel('Day', { exact: true }));
  await page.keyboard.press('Control+a');
  await page.keyboard.type(nextMonth(10));
  await reach(page, page.getByLabel('Time', { exact: true }));
  await page.keyboard.press('Control+a');
  await page.keyboard.type('9:30');
  await reach(page, page.getByRole('button', { name: 'Schedule', exact: true }));
  await looked(page, 'ready');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  await expect(page.getByText(/^Scheduled for \w{3} 10 \w{3}.*, 09:30\.$/)).toBeVisible();
  await stays(page);
  const main = page.locator('main');
  await expect(main).toContainText('We receive the beans on Monday.');
  await expect(main).toContainText('Don’t miss out');
  await expect(page.getByRole('list', { name: 'Pictures' }).getByRole('img')).toHaveCount(2);
  await looked(page, 'scheduled');
  expect(await postsAt('x', mark)).toEqual([]);
});
