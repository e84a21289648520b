// What all triggers share: LUX is asked to call when something happens, and no more when the Zap is switched off.
'use strict';

const { address } = require('../authentication');

/** A trigger for one of the events of `POST /api/zapier/hooks`. */
module.exports = ({ event, noun, label, description, sample, outputFields }) => ({
  key: event,
  noun,
  display: { label, description },
  operation: {
    type: 'hook',
    performSubscribe: async (z, bundle) => {
      const answer = await z.request({
        method: 'POST',
        url: `${address(bundle)}/api/zapier/hooks`,
        body: { target_url: bundle.targetUrl, event },
      });
      return answer.data;
    },
    performUnsubscribe: async (z, bundle) => {
      const answer = await z.request({
        method: 'DELETE',
        url: `${address(bundle)}/api/zapier/hooks/${encodeURIComponent(bundle.subscribeData.id)}`,
        // It may be gone already.
        skipThrowForStatus: true,
      });
      if (answer.status >= 400 && answer.status !== 404) answer.throwForStatus();
      return {};
    },
    perform: async (z, bundle) => [bundle.cleanedRequest],
    performList: async (z, bundle) =>
      (await z.request({ url: `${address(bundle)}/api/zapier/hooks/${event}/sample` })).data,
    sample,
    outputFields,
  },
});
