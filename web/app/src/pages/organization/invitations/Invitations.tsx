/** How people come in: one link for everybody who has it, or an invitation for one address. */
import type { SectionProps } from '../index';
import { OrganizationLink } from './OrganizationLink';
import { PersonalInvitations } from './PersonalInvitations';

export function Invitations({ organization, me }: SectionProps) {
  return (
    <>
      <PersonalInvitations organization={organization} me={me} />
      <OrganizationLink />
    </>
  );
}
