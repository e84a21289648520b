// The `test` every spec imports: it fails when the browser's console shows an error or a hydration warning, or the page
// throws.
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';

export const test = base.extend<{ consoleErrors: string[] }>({
  consoleErrors: [
    async ({ context }, use) => {
      const errors: string[] = [];
      context.on('console', (message) => {
        const text = message.text();
        if (message.type() === 'error' || /hydrat|panicked/i.test(text)) errors.push(`${message.page()?.url()}: ${text}`);
      });
      context.on('weberror', (error) => errors.push(`${error.page()?.url()}: ${error.error().message}`));
      await use(errors);
      expect(errors, 'errors in the browser console').toEqual([]);
    },
    { auto: true },
  ],
});

/** Fails when axe finds a problem with accessibility on the page as it is now. */
export async function expectAccessible(page: Page) {
  // axe waits by timers, which never come in a page without JavaScript.
  if (base.info().project.use.javaScriptEnabled === false) throw new Error('axe needs JavaScript: ask for it in tests with it only');
  // Legacy: in the page itself, without a second one that would gather what other frames say. There are none.
  // The rule that whoever speaks the words on a control meets its name (WCAG 2.5.3) is experimental in axe, and off.
  const rules = { 'label-content-name-mismatch': { enabled: true } };
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'], rules }).setLegacyMode();
  const { violations } = await axe.analyze();
  expect(violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(' ')).join(', ')})`)).toEqual([]);
}

export { expect };
