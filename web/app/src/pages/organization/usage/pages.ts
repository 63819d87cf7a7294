/** What the pages are called whose visits are counted; the server knows them by the pattern of their address. */

const NAMES: Readonly<Record<string, string>> = {
  '/': 'Start',
  '/organization': 'Organization',
  '/organization/audit': 'Audit log',
  '/organization/invitations': 'Invitations',
  '/organization/people': 'People',
  '/organization/roles': 'Roles',
  '/organization/security': 'Security',
  '/organization/usage': 'Usage',
  '/organization/workspaces': 'Workspaces',
  '/projects': 'All projects',
  '/projects/create': 'New project',
  '/projects/{id}': 'A project',
  '/projects/{id}/data': 'Tasks and labeling',
  '/projects/{id}/settings': 'Project settings',
  '/user/account': 'Account',
  '/user/login': 'Sign-in',
  '/user/signup': 'Sign-up',
  other: 'Other pages',
};

/** `Project settings: members`; of a page that has no name here, its address. */
export function pageName(page: string): string {
  const name = NAMES[page];
  if (name) return name;
  const cut = page.lastIndexOf('/');
  const parent = NAMES[page.slice(0, cut)];
  return parent ? `${parent}: ${page.slice(cut + 1).replace(/-/g, ' ')}` : page;
}
