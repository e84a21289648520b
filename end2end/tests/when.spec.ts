// The field for a day and a time: typed, chosen by keyboard, never written over.
import { expectWhen, openStudio, withCompany } from '../support/app';
import { expect } from '../support/test';

const test = withCompany([], 'Europe/Lisbon');
const year = new Date().getUTCFullYear() + 1;

test('leading zeros can be typed, one key after the other @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  const day = page.getByLabel('Day', { exact: true });
  const time = page.getByLabel('Time', { exact: true });
  await day.press('Control+a');
  await day.pressSequentially(`03.09.${year}`);
  await expect(day).toHaveValue(`03.09.${year}`);
  await day.press('Tab');
  await page.keyboard.press('Tab');
  await expect(time).toBeFocused();
  await time.press('Control+a');
  await time.pressSequentially('09:00');
  await expect(time).toHaveValue('09:00');
  await time.blur();
  await expectWhen(page, `${year}-09-03T09:00`);
  for (const [typed, meant] of [['9', '09:00'], ['9:30', '09:30'], ['0930', '09:30'], ['9 pm', '21:00']] as const) {
    await time.fill(typed);
    await expect(time).toHaveValue(typed);
    await time.blur();
    await expect(time).toHaveValue(meant);
  }
});

test('what is no day or time is said where it stands, once, and takes the keyboard @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  const day = page.getByLabel('Day', { exact: true });
  const time = page.getByLabel('Time', { exact: true });
  const schedule = page.getByRole('button', { name: 'Schedule', exact: true });
  const refusals = page.locator('main').getByText(/This is not|There is no|Choose a (day|time)|is in the past/);
  await day.fill('banana');
  await expect(refusals).toHaveCount(0);
  await day.blur();
  await expect(day).toHaveAccessibleDescription(/^This is not a day\. Write it as 20 Nov 2026 or tomorrow/);
  await expect(day).toHaveValue('banana');
  await expect(time).not.toHaveAttribute('aria-invalid');
  // What is wrong is named, with the day that may be meant as a button.
  await day.fill(`31/02/${year}`);
  await schedule.press('Enter');
  await expect(day).toBeFocused();
  await expect(day).toHaveAccessibleDescription(/^There is no 31 February: the month ends on /);
  await expect(refusals).toHaveCount(1);
  await page.getByRole('button', { name: /^Use .* Feb/ }).press('Enter');
  await expect(day).toBeFocused();
  await expect(refusals).toHaveCount(0);
  await day.blur();
  await expect(day).toHaveValue(new RegExp(` (28|29) Feb ${year}$`));
  await time.fill('26:00');
  await time.blur();
  await expect(time).toHaveAccessibleDescription('This is not a time. Write it as 9:30 or 21:30.');
  await schedule.press('Enter');
  await expect(time).toBeFocused();
  await expect(refusals).toHaveCount(1);
  await time.fill('');
  await schedule.press('Enter');
  await expect(time).toBeFocused();
  await expect(time).toHaveAccessibleDescription('Choose a time first.');
  await expect(refusals).toHaveCount(1);
  // A time that cannot be: said once, and the keyboard goes to it.
  await time.fill('09:00');
  await day.fill('1 Jan 2020');
  await day.blur();
  await expect(refusals).toHaveCount(1);
  await schedule.press('Enter');
  await expect(day).toBeFocused();
  await expect(refusals).toHaveCount(1);
});

test('today and tomorrow are days of the company @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  const day = page.getByLabel('Day', { exact: true });
  const inLisbon = (ms: number) => new Date(Date.now() + ms).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'Europe/Lisbon' }).replace('Sept', 'Sep');
  for (const [word, ms] of [['today', 0], ['Tomorrow', 86_400_000]] as const) {
    await day.fill(word);
    await day.blur();
    await expect(day).toHaveValue(new RegExp(` ${inLisbon(ms)}$`));
  }
});

test('a day is chosen by keyboard @js', async ({ page }) => {
  await openStudio(page, '/studio', true);
  const day = page.getByLabel('Day', { exact: true });
  await day.fill(`2 Mar ${year}`);
  await day.press('ArrowDown');
  const calendar = page.getByRole('dialog', { name: 'Choose a day' });
  const on = (name: string) => calendar.getByRole('button', { name: new RegExp(` ${name} ${year}$`) });
  await expect(on('2 Mar')).toBeFocused();
  for (const [key, to] of [['ArrowRight', '3 Mar'], ['ArrowDown', '10 Mar'], ['ArrowLeft', '9 Mar'], ['ArrowUp', '2 Mar'], ['PageDown', '2 Apr'], ['ArrowLeft', '1 Apr'], ['ArrowLeft', '31 Mar']] as const) {
    await page.keyboard.press(key);
    await expect(on(to)).toBeFocused();
  }
  await page.keyboard.press('Escape');
  await expect(calendar).toHaveCount(0);
  await expect(day).toBeFocused();
  await expect(day).toHaveValue(new RegExp(` 2 Mar ${year}$`));
  await day.press('ArrowDown');
  await expect(on('2 Mar')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(on('3 Mar')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(calendar).toHaveCount(0);
  await expect(day).toBeFocused();
  await day.blur();
  await expect(day).toHaveValue(new RegExp(`3 Mar ${year}$`));
  // By mouse.
  await page.getByRole('button', { name: 'Choose the day in a calendar' }).click();
  await calendar.getByRole('button', { name: 'Month after' }).click();
  await calendar.getByRole('button', { name: new RegExp(` 15 Apr ${year}$`) }).click();
  await expect(day).toHaveValue(new RegExp(`15 Apr ${year}$`));
});
