// Sends one contact; who is known already is brought up to date.
'use strict';

const { address } = require('../authentication');

const FIELDS = ['email', 'first_name', 'last_name', 'phone', 'company', 'source', 'tags', 'consent'];

const perform = async (z, bundle) => {
  const { custom, ...given } = bundle.inputData;
  const body = Object.fromEntries(FIELDS.filter((name) => given[name]).map((name) => [name, given[name]]));
  const answer = await z.request({
    method: 'POST',
    url: `${address(bundle)}/api/webhook/zapier-contact`,
    body: { ...(custom || {}), ...body },
  });
  return answer.data;
};

module.exports = {
  key: 'contact',
  noun: 'Contact',
  display: {
    label: 'Create or Update Contact',
    description: 'Sends a contact to LUX. Who has the same e-mail address there is updated.',
  },
  operation: {
    inputFields: [
      { key: 'email', label: 'E-mail', type: 'string', required: true },
      { key: 'first_name', label: 'First name', type: 'string' },
      { key: 'last_name', label: 'Last name', type: 'string' },
      { key: 'phone', label: 'Phone', type: 'string', helpText: 'With its country, such as +49 30 123456.' },
      { key: 'company', label: 'Company', type: 'string' },
      { key: 'source', label: 'Source', type: 'string', helpText: 'Where the person comes from, such as Newsletter.' },
      { key: 'tags', label: 'Tags', type: 'string', helpText: 'With commas between them.' },
      {
        key: 'consent',
        label: 'Consent to mail',
        type: 'string',
        choices: { yes: 'They said yes', no: 'They said no' },
        helpText: 'Leave it empty when nobody asked.',
      },
      { key: 'custom', label: 'Other fields', dict: true },
    ],
    perform,
    sample: {
      success: true,
      id: '00000000-0000-7000-8000-000000000001',
      contact_id: '00000000-0000-7000-8000-000000000001',
      created: true,
      segment: 'Newsletter',
      status: 'created',
      email: 'sample@example.com',
    },
    outputFields: [
      { key: 'contact_id', label: 'Contact' },
      { key: 'email', label: 'E-mail' },
      { key: 'status', label: 'What was done' },
      { key: 'segment', label: 'Segment' },
    ],
  },
};
