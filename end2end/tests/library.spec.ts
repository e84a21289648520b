// The library from the first file to the last: added, put into a folder, found, used in a post, kept while it is needed, deleted
// and taken back.
import { PICTURES, choose, openStudio, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['x'], 'Europe/Lisbon');

test('a file is added, found, used, kept while a post needs it, deleted and taken back', async ({ page, javaScriptEnabled, consoleErrors }) => {
  test.slow();
  const js = javaScriptEnabled !== false;
  const words = unique('Hills');
  const folder = unique('Summer');
  const files = page.getByRole('list', { name: 'Files', exact: true });
  await page.goto('/library');
  await expect(page.getByRole('heading', { level: 1, name: 'Media' })).toBeVisible();
  if (js) await expect(page.getByText('Drop them here as well.')).toBeVisible();
  for (const picture of [PICTURES.hills, PICTURES.cup]) {
    await page.getByLabel('Add pictures or videos').setInputFiles(picture);
    if (!js) await page.getByRole('button', { name: 'Upload' }).click();
    await expect(page.getByText(js && picture === PICTURES.cup ? '2 files added.' : '1 file added.').first()).toBeVisible();
  }
  const tile = (name: string) => files.getByRole('link', { name: new RegExp(name) });
  await expect(tile('hills.jpg')).toBeVisible();
  await expect(tile('cup.jpg')).toBeVisible();
  if (js) await expectAccessible(page);
  for (const [width, height, size] of [[360, 740, 'phone'], [1440, 900, 'wide']] as const) {
    await page.setViewportSize({ width, height });
    if (process.env.LUX_E2E_SHOTS) await page.screenshot({ path: `${process.env.LUX_E2E_SHOTS}/library-${js ? 'js' : 'nojs'}-${size}.png`, fullPage: true });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over, size).toBeLessThanOrEqual(0);
  }

  // Into a folder, and found by name.
  await page.locator('summary', { hasText: 'New folder' }).click();
  await page.getByLabel('Name of the folder').fill(folder);
  await page.getByRole('button', { name: 'Make the folder' }).click();
  await expect(page.getByText('Nothing in this folder')).toBeVisible();
  await page.getByRole('navigation', { name: 'Folders' }).getByRole('link', { name: 'All folders' }).click();
  await page.getByRole('checkbox', { name: 'Choose “hills.jpg”' }).check();
  await page.getByLabel('Folder', { exact: true }).selectOption({ label: folder });
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(page.getByText('1 file moved.')).toBeVisible();
  await page.getByRole('navigation', { name: 'Folders' }).getByRole('link', { name: folder }).click();
  await expect(tile('cup.jpg')).toHaveCount(0);
  await expect(tile('hills.jpg')).toBeVisible();
  await page.getByLabel('Search names and descriptions').fill('HILL');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/folder=.*q=HILL/);
  await expect(tile('hills.jpg')).toBeVisible();

  // Its page: what networks say, a description, and into a post.
  await tile('hills.jpg').click();
  await expect(page.getByText('No post uses it.')).toBeVisible();
  await expect(page.getByText('Takes it: Post').first()).toBeVisible();
  // The page's code may still be on its way, and the form would be sent by the browser itself.
  if (js) await page.waitForLoadState('networkidle');
  await page.getByLabel('Describe it for people who cannot see it').fill('Green hills');
  await page.getByRole('button', { name: 'Save the description' }).click();
  if (js) await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  if (js) await expectAccessible(page);
  const address = page.url().split('?')[0] as string;
  await page.getByRole('button', { name: 'Use in a post' }).click();
  await expect(page).toHaveURL(/\/studio\?add=/);
  const alt = page.getByLabel('Describe it for people who cannot see it');
  await expect(alt).toHaveValue('Green hills');
  await page.getByLabel('Text for all accounts').fill(words);
  await choose(page, 'x');
  await page.getByRole('button', { name: 'Save draft' }).click();
  if (js) await expect(page.getByText('Saved · version 1')).toBeVisible();
  else await expect(page.getByText('Saved as a draft.')).toBeVisible();

  // The post needs it; what no post needs goes, and comes back.
  await page.goto(address);
  await expect(page.getByRole('link', { name: words })).toBeVisible();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText(`a post that is not published yet uses it (“${words}”)`)).toBeVisible();
  // The browser reports the refusal, too.
  consoleErrors.splice(0, consoleErrors.length, ...consoleErrors.filter((e) => !/status of 409/.test(e)));
  await page.goto('/library?unused=1');
  await page.getByRole('checkbox', { name: 'Choose “cup.jpg”' }).check();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByText('1 file deleted.')).toBeVisible();
  await expect(tile('cup.jpg')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('1 file restored.')).toBeVisible();
  await expect(tile('cup.jpg')).toBeVisible();
});

test('a file is chosen from the library beside the composer, by keyboard @js', async ({ page }) => {
  await page.goto('/library');
  await expect(page.getByText('Drop them here as well.')).toBeVisible();
  await page.getByLabel('Add pictures or videos').setInputFiles(PICTURES.png);
  await expect(page.getByText('1 file added.')).toBeVisible();
  await openStudio(page, '/studio', true);
  await page.getByRole('button', { name: 'Choose from the library' }).press('Enter');
  const panel = page.getByRole('region', { name: 'Choose from the library' });
  const search = panel.getByRole('searchbox');
  await expect(search).toBeFocused();
  await search.fill('label');
  await search.press('Enter');
  const file = panel.getByRole('button', { name: /label\.png/ });
  await expect(panel.getByRole('list', { name: 'Files of the library' }).getByRole('listitem')).toHaveCount(1);
  await file.press('Enter');
  await expect(file).toHaveAttribute('aria-pressed', 'true');
  await expectAccessible(page);
  await panel.getByRole('button', { name: 'Add 1 file' }).press('Enter');
  await expect(page.getByRole('list', { name: 'Files of this post' })).toContainText('label.png');
  await expect(page.getByLabel('Describe it for people who cannot see it')).toBeFocused();
  // Away with Escape, and the keyboard where it was.
  await page.getByRole('button', { name: 'Choose from the library' }).press('Enter');
  await expect(search).toBeFocused();
  await search.press('Escape');
  await expect(page.getByRole('button', { name: 'Choose from the library' })).toBeFocused();
});
