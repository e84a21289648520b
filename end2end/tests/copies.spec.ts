// A picture that a platform refuses: a copy that fits, seen before it is taken, and published.
import { HERE, PICTURES, choose, control, fillWhen, follow, nextMonth, openStudio, postsAt, unique, withCompany } from '../support/app';
import { expect, expectAccessible } from '../support/test';

const test = withCompany(['instagram', 'x'], 'Europe/Lisbon');

test('a PNG goes to Instagram as a JPEG', async ({ page, javaScriptEnabled }) => {
  test.slow();
  const js = javaScriptEnabled !== false;
  const words = unique('Label');
  const refused = 'Picture 1 is a PNG; Instagram takes JPEG only.';
  await openStudio(page, '/studio', js);
  await page.getByLabel('Text for all accounts').fill(words);
  await choose(page, 'instagram');
  await page.getByLabel('Add pictures').setInputFiles(PICTURES.png);
  const alt = page.getByLabel('Describe it for people who cannot see it');
  if (!js) await page.getByRole('button', { name: 'Save draft' }).click();
  await alt.fill('A label');
  await expect(page.getByRole('list', { name: 'What to change' })).toContainText(refused);
  await page.getByRole('button', { name: 'Use a copy that fits' }).click();
  if (js) {
    const panel = page.getByRole('region', { name: 'Copies that fit' });
    await expect(panel).toBeFocused();
    await expect(panel).toContainText('Copy: JPEG');
    await expectAccessible(page);
    await panel.getByRole('button', { name: 'Use this copy' }).click();
    await expect(page.getByText('The copy that fits is in the place of the picture.')).toBeVisible();
    await expect(alt).toBeFocused();
  } else {
    await expect(page.getByText('The copies that fit are in the place of the pictures. Your post is saved as a draft.')).toBeVisible();
  }
  await expect(page.getByText(refused)).toHaveCount(0);
  await expect(page.getByText('label (copy).jpg')).toBeVisible();
  await expect(alt).toHaveValue('A label');

  // There and back again.
  await page.getByRole('button', { name: js ? 'Undo' : 'Use the original' }).click();
  await expect(page.getByRole('list', { name: 'What to change' })).toContainText(refused);
  await expect(alt).toHaveValue('A label');
  await page.getByRole('button', { name: 'Use a copy that fits' }).click();
  if (js) await page.getByRole('button', { name: 'Use this copy' }).click();
  await expect(page.getByText('label (copy).jpg')).toBeVisible();

  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page).toHaveURL(/\/posts\/[0-9a-f-]{36}/);
  await follow(page, js, 30_000, (timeout) => expect(page.locator('main').getByText('Published', { exact: true }).first()).toBeVisible({ timeout }));
  const sent = (await postsAt('instagram', words)) as unknown as { pictures: { alt: string }[] }[];
  expect(sent).toHaveLength(1);
  expect(sent[0]?.pictures.map((picture) => picture.alt)).toEqual(['A label']);
});

test('a shape that is refused is cut where one chooses, by keyboard @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  await page.getByLabel('Text for all accounts').fill(unique('Tower'));
  await choose(page, 'instagram');
  // 300 × 900, drawn by the browser itself.
  const tall = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [300, 900];
    const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
    pen.fillStyle = '#7c3aed';
    pen.fillRect(0, 0, 300, 450);
    return canvas.toDataURL('image/png').split(',')[1] as string;
  });
  await page.getByLabel('Add pictures').setInputFiles({ name: 'tower.png', mimeType: 'image/png', buffer: Buffer.from(tall, 'base64') });
  await page.getByRole('button', { name: 'Use a copy that fits' }).press('Enter');
  const panel = page.getByRole('region', { name: 'Copies that fit' });
  await expect(panel).toContainText('Copy: JPEG, cropped to 4:5');
  await page.keyboard.press('Tab');
  await expect(panel.getByRole('radio', { name: 'Cut off top and bottom' })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(panel).toContainText('Copy: JPEG, white added to make it 4:5');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Tab');
  const part = panel.getByRole('slider', { name: 'Part to keep, from top to bottom' });
  await expect(part).toBeFocused();
  await page.keyboard.press('Home');
  await expect(part).toHaveValue('0');
  for (const [width, height, name] of [[1440, 900, 'wide'], [360, 740, 'phone']] as const) {
    await page.setViewportSize({ width, height });
    await panel.scrollIntoViewIfNeeded();
    if (process.env.LUX_E2E_SHOTS) await page.screenshot({ path: `${process.env.LUX_E2E_SHOTS}/copies-${name}.png` });
    const box = await panel.boundingBox();
    expect((box?.x ?? 0) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= width, name).toBe(true);
  }
  await expectAccessible(page);
  const answer = page.waitForResponse(/copy_picture/);
  await panel.getByRole('button', { name: 'Use this copy' }).press('Enter');
  const card = await (await answer).json();
  expect([card.facts.width, card.facts.height]).toEqual([300, 375]);
  // What lies above was kept, and nothing else.
  const colour = await page.evaluate(async (url) => {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [picture.width, picture.height];
    const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
    pen.drawImage(picture, 0, 0);
    return [...pen.getImageData(150, 370, 1, 1).data].slice(0, 3);
  }, `${HERE}${card.url}`);
  expect(colour[2]).toBeGreaterThan(200);
  expect(colour[1]).toBeLessThan(90);

  // A picture that was removed comes back, with what was said of it.
  const alt = page.getByLabel('Describe it for people who cannot see it');
  await alt.fill('A tower');
  await page.getByRole('button', { name: 'Remove tower.png' }).click();
  await expect(alt).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(alt).toHaveValue('A tower');
  await expect(alt).toBeFocused();
});
